import Crypto
import HTTP
import Model
import Signals
import Store
import Threads

/// Finds the principal of a key and counts the request against its limits.
///
/// Principals are cached without ever being stale: each workspace has an *epoch* in Redis, a random value that every change
/// of a key, member or plan replaces. The rate limit script returns it with every request, and a principal that was cached
/// under another epoch is loaded again. An epoch that nobody has asked for in a day ends, and the next is another: what was
/// cached under the old one stays out. Without Redis nothing is cached; nothing is cached for longer than five seconds.
package final class Authenticator: Sendable {
    private struct Cached {
        var principal: Principal
        var epoch: String
        var loadedAt: Int
    }

    private let store: Store
    private let limiter: RateLimiter
    /// Beyond its lifetime an entry still says that there is such a key.
    private let cache = Monitor(RecentlyUsed<[UInt8], Cached>(budget: cacheBytes))

    private static let cacheBytes = 16 << 20

    /// Requests a minute that one address may make without a valid key.
    package static let anonymousLimit = 600

    package init(store: Store, limiter: RateLimiter) {
        self.store = store
        self.limiter = limiter
    }

    /// What came of authentication.
    package struct Outcome {
        /// The key that was sent, if there is such a key; it may have ended.
        package var known: Principal?
        /// Why the caller may not go on.
        package var refusal: Problem?
        /// What the limits say, either way.
        package var rate: RateDecision

        package init(known: Principal?, refusal: Problem?, rate: RateDecision) {
            (self.known, self.refusal, self.rate) = (known, refusal, rate)
        }
    }

    package func authenticate(_ request: Request) throws -> Outcome {
        guard let text = Self.key(in: request.fields.authorization) else { return anonymous(request) }
        return try authenticate(text, request)
    }

    /// A request that comes without a valid key, counted by its address.
    ///
    /// Unknown, malformed, expired and revoked keys are all the same to whoever sends them. They do not count against the
    /// workspace: whoever has found an old key must not be able to use up the limit of the new one.
    package func anonymous(_ request: Request, known: Principal? = nil, refusal: Problem = .unauthorized()) -> Outcome {
        Outcome(known: known, refusal: refusal, rate: limiter.check([Self.limit(of: request)]))
    }

    /// A key that was sent where it gets logged: refused, whether it is one or not.
    package func exposed(_ text: APIKeyText, _ request: Request, refusal: Problem) throws -> Outcome {
        var outcome = anonymous(request, refusal: refusal)
        if outcome.rate.isAllowed { outcome.known = try find(sha256(text.text)) }
        return outcome
    }

    /// Whether whoever sends a long body has a key that works here, and requests left: asked before the body is read, and
    /// counted when it has been.
    package func mayUpload(_ request: Request) throws -> Bool {
        guard let digest = Self.key(in: request.fields.authorization).map({ sha256($0.text) }) else { return false }
        guard cached(digest) != nil || limiter.allows([Self.limit(of: request)]).isAllowed, let principal = try find(digest) else { return false }
        return isUsable(principal, from: request.remoteAddress) && limiter.allows(principal.limits).isAllowed
    }

    static func limit(of request: Request) -> RateLimit {
        RateLimit("address:" + AddressRange.limitKey(request.remoteAddress), perMinute: anonymousLimit)
    }

    private func authenticate(_ text: APIKeyText, _ request: Request) throws -> Outcome {
        let digest = sha256(text.text)
        let cached = cached(digest)
        if cached == nil {
            // Anybody can make up a well-formed key. Looking for it costs a query, which the address has to have left.
            let rate = limiter.allows([Self.limit(of: request)])
            guard rate.isAllowed else { return Outcome(known: nil, refusal: .unauthorized(), rate: rate) }
        }
        guard let (principal, rate) = try principal(digest, cached, request.remoteAddress) else { return anonymous(request) }
        if !principal.isActive(at: .now()) { return anonymous(request, known: principal) }
        if !principal.isAllowed(from: request.remoteAddress) {
            return anonymous(request, known: principal, refusal: .addressNotAllowed(request.remoteAddress))
        }
        return Outcome(known: principal, refusal: nil, rate: rate)
    }

    private static func key(in authorization: String?) -> APIKeyText? {
        guard let authorization, authorization.utf8.count > 7,
            authorization.utf8.prefix(7).map({ $0 | 0x20 }).elementsEqual("bearer ".utf8)  // a scheme has no case
        else { return nil }
        return APIKeyText(authorization.dropFirst(7))
    }

    private func principal(_ digest: [UInt8], _ cached: Cached?, _ address: String) throws -> (Principal, RateDecision)? {
        if let cached {
            let rate = check(cached.principal, address, .expected(cached.epoch))
            let age = monotonicMilliseconds() - cached.loadedAt
            if rate.epoch == cached.epoch && age < Epoch.beliefMilliseconds { return (cached.principal, rate) }
            guard let fresh = try load(digest, epoch: rate.epoch) else { return nil }
            // Under another epoch nothing has been counted yet.
            let isCounted = (rate.epoch ?? cached.epoch) == cached.epoch && fresh.limits == cached.principal.limits
            return (fresh, isCounted ? rate : check(fresh, address, .present))
        }
        guard let first = try find(digest) else { return nil }
        let rate = check(first, address, .present)
        // Loaded again under the epoch that was read before: only then is it sure to be no older than the epoch.
        guard rate.epoch != nil else { return (first, rate) }
        return try load(digest, epoch: rate.epoch).map { ($0, rate) }
    }

    /// Only what will be let in counts; what will not still needs the epoch.
    private func check(_ principal: Principal, _ address: String, _ epoch: EpochDemand) -> RateDecision {
        limiter.check(isUsable(principal, from: address) ? principal.charges : principal.noCharges, epoch)
    }

    private func isUsable(_ principal: Principal, from address: String) -> Bool {
        principal.isActive(at: .now()) && principal.isAllowed(from: address)
    }

    private func cached(_ digest: [UInt8]) -> Cached? { cache.withLock { $0.use(digest) } }

    private func find(_ digest: [UInt8]) throws -> Principal? {
        try store.read { try APIKeys.authenticate(digest: digest, on: $0) }
            .map { Principal(key: $0.key, workspace: $0.workspace, role: $0.role, hasWebhooks: $0.hasWebhooks) }
    }

    /// Loads a principal to be cached under an epoch. Without one, what is cached stays as it is: the next request that hears
    /// its epoch may still believe it.
    private func load(_ digest: [UInt8], epoch: String?) throws -> Principal? {
        let loadedAt = monotonicMilliseconds()  // before: what is read is as old as the question
        let principal = try find(digest)
        cache.withLock { cache in
            guard let principal else { return cache.remove(digest) }
            guard let epoch else { return }
            cache.set(digest, to: Cached(principal: principal, epoch: epoch, loadedAt: loadedAt), cost: principal.bytes)
        }
        return principal
    }
}
