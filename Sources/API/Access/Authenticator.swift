import Crypto
import HTTP
import Model
import Store
import Threads

/// Who makes a request, and what they may. A class, because every request of a key shares one.
public final class Principal: Sendable {
    public let key: APIKey
    public let workspace: Workspace

    init(key: APIKey, workspace: Workspace) {
        self.key = key
        self.workspace = workspace
    }

    /// Requests a minute: the key's own limit where it is lower.
    var limit: Int { min(key.requestsPerMinute ?? .max, workspace.requestsPerMinute) }
}

/// Finds the principal of a key and counts the request against its limit.
///
/// Principals are cached without ever being stale: each workspace has an *epoch* in Redis, a random value that every change
/// of a key, member or plan replaces. The rate limit script returns it with every request, and a principal that was cached
/// under another epoch is loaded again. Without Redis nothing is cached; nothing is cached for longer than five seconds.
final class Authenticator: Sendable {
    private struct Cached {
        var principal: Principal
        var epoch: String
        var loadedAt: Int
    }

    private let store: Store
    private let limiter: RateLimiter
    private let cache = Monitor<[[UInt8]: Cached]>([:])

    static let lifetimeMilliseconds = 5000
    private static let cacheLimit = 20_000

    /// Requests a minute that one address may make without a valid key.
    static let anonymousLimit = 600

    init(store: Store, limiter: RateLimiter) {
        self.store = store
        self.limiter = limiter
    }

    /// The outcome of authentication: a principal, or the problem to answer with; and what the limit says, either way.
    struct Outcome {
        var principal: Result<Principal, Problem>
        var rate: RateDecision
    }

    func authenticate(_ request: Request) throws -> Outcome {
        guard let key = Self.key(in: request.fields.authorization) else { return anonymous(request) }
        let digest = sha256(key.text)
        guard let (principal, rate) = try principal(digest), principal.key.isActive(at: .now()) else {
            return anonymous(request)
        }
        return Outcome(principal: .success(principal), rate: rate)
    }

    /// Unknown, malformed, expired and revoked keys are all the same to whoever sends them.
    func anonymous(_ request: Request) -> Outcome {
        Outcome(
            principal: .failure(.unauthorized()),
            rate: limiter.check("address:" + request.remoteAddress, limit: Self.anonymousLimit))
    }

    private static func key(in authorization: String?) -> APIKeyText? {
        guard let authorization, authorization.utf8.count > 7,
            authorization.utf8.prefix(7).map({ $0 | 0x20 }).elementsEqual("bearer ".utf8)  // a scheme has no case
        else { return nil }
        return APIKeyText(authorization.dropFirst(7))
    }

    private func principal(_ digest: [UInt8]) throws -> (Principal, RateDecision)? {
        if let cached = cache.withLock({ $0[digest] }) {
            let rate = check(cached.principal)
            let age = monotonicMilliseconds() - cached.loadedAt
            if rate.epoch == cached.epoch && age < Self.lifetimeMilliseconds { return (cached.principal, rate) }
            guard let fresh = try load(digest, epoch: rate.epoch) else { return nil }
            return (fresh, fresh.limit == cached.principal.limit ? rate : check(fresh))
        }
        guard let first = try load(digest, epoch: nil) else { return nil }
        let rate = check(first)
        // Loaded again under the epoch that was read before: only then is it sure to be no older than the epoch.
        guard rate.epoch != nil else { return (first, rate) }
        return try load(digest, epoch: rate.epoch).map { ($0, rate) }
    }

    private func check(_ principal: Principal) -> RateDecision {
        limiter.check(principal.workspace.id.description, limit: principal.limit)
    }

    private func load(_ digest: [UInt8], epoch: String?) throws -> Principal? {
        let found = try store.read { try APIKeys.authenticate(digest: digest, on: $0) }
        let principal = found.map { Principal(key: $0.key, workspace: $0.workspace) }
        let loadedAt = monotonicMilliseconds()
        cache.withLock { cache in
            if cache.count > Self.cacheLimit { cache.removeAll() }
            cache[digest] = principal.flatMap { principal in
                epoch.map { Cached(principal: principal, epoch: $0, loadedAt: loadedAt) }
            }
        }
        return principal
    }
}
