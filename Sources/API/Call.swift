import Access
import HTTP
import JSON
import Model
import Store
import Threads
import Visits
import Work

/// One authorised call of a route: what its handler gets.
package struct Call: RequestReading {
    package let request: Request
    package let principal: Principal
    package let parameters: Router<Route>.Parameters
    package let dialect: Dialect
    package let services: Services
    package let now: Timestamp
    package let rateOutcome: RateOutcome
    /// What use cases are given.
    package let assignment: Assignment
    private let madeHash = MadeHash()
    /// What the request's preconditions ask of the resource.
    package let preconditions: Preconditions
    /// How the answer is remembered, where the client has sent an Idempotency-Key with a POST.
    package let idempotency: Idempotency?

    package init(
        _ request: Request, by principal: Principal, _ parameters: Router<Route>.Parameters, _ rateOutcome: RateOutcome, to api: API
    ) throws(Problem) {
        self.request = request
        self.principal = principal
        self.parameters = parameters
        (dialect, services) = (api.dialect, api.services)
        now = .now()
        self.rateOutcome = rateOutcome
        preconditions = try Preconditions(request.fields)
        idempotency = try request.method == .post ? Idempotency(request, principal, api.services.secretKey) : nil
        assignment = Assignment(
            services.office, for: principal.workspace, by: Author(principal.actor, request), at: now,
            hasWebhooks: principal.hasWebhooks)
    }

    package var workspace: WorkspaceID { principal.workspace.id }

    /// What the path names, or 404: also for everything of another workspace.
    package func found<Value>(_ body: (Store.Connection) throws -> Value?) throws -> Value {
        guard let value = try services.store.read(body) else { throw Problem.notFound() }
        return value
    }

    /// The path before `/links` under which this call came in.
    package var basePath: String { dialect == .reference ? "/v1" : "/api/v1" }

    /// Reads, decides and writes again when others change the same thing at the same time.
    /// - Parameter name: what it is, for the refusal after five tries.
    package func retrying(_ name: String, _ body: () throws -> Answer) throws -> Answer {
        for _ in 0..<5 {
            do { return try body() } catch where error.isChangedMeanwhile { continue }
        }
        throw Problem.keepsChanging(name)
    }

    /// The hash of the password that this call sets.
    /// - Throws: ``TooBusy``; `CryptoError`, and then nothing may be stored.
    package func hash(of password: String) throws -> String {
        try madeHash.of(password) { try services.visits.passwords.hash(of: $0, for: workspace) }
    }

    /// Whether a new epoch would have to be waited for: Redis was away when the request was counted, or was not sure of the
    /// last one.
    package var waitsForEpoch: Bool { !rateOutcome.rate.isShared || services.office.effects.areEpochsLate }

    /// Counts a request that does the work of several as that many: refused, nothing has been done yet.
    /// - Parameter extra: what it counts beyond the one that every request counts.
    package func charge(_ extra: Int) throws(RateRefusal) {
        rateOutcome.rate = services.limiter.check(principal.limits.map { limit in
            // Of each limit no more than a full window can give: what costs more could never be let in. A key's low limit
            // takes nothing off what its workspace pays.
            let cost = min(extra, max(0, limit.perMinute - 1))
            return RateCharge(limit: limit, cost: cost, next: cost + 1)
        })
        guard rateOutcome.rate.isAllowed else { throw RateRefusal(rate: rateOutcome.rate) }
    }
}

/// What the limits said last of a request: how its answer tells it, whatever that answer is.
package final class RateOutcome {
    package var rate: RateDecision

    package init(_ rate: RateDecision) { self.rate = rate }
}

extension Author {
    /// Who asks for something, as the audit log tells it.
    package init(_ actor: AuditEntry.Actor, _ request: Request) {
        self.init(
            actor: actor, address: request.remoteAddress,
            userAgent: String((request.fields.userAgent ?? "").unicodeScalars.prefix(500)), requestID: request.id)
    }
}

extension Principal {
    /// As the audit log tells it.
    package var actor: AuditEntry.Actor {
        switch credential {
        case .key(let key): .key(key.id)
        case .session(_, let member): .member(member.id)
        }
    }
}
