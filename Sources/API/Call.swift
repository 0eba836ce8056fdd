import Access
import HTTP
import JSON
import Model
import Store
import Threads
import Visits
import Work

/// One authorised call of a route: what its handler gets.
package struct Call {
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
        idempotency = try request.method == .post ? Idempotency(request, principal) : nil
        assignment = Assignment(
            services.office, for: principal.workspace, by: Author(principal, request), at: now,
            hasWebhooks: principal.hasWebhooks)
    }

    package var workspace: WorkspaceID { principal.workspace.id }

    /// The query's reader; to be finished with `finish()`, which refuses what nobody asked for.
    package func query() throws(Problem) -> Query { try Query(dialect.read(query: request.query)) }

    /// The body's reader; to be finished with `finish()`.
    /// - Parameters:
    ///   - orEmpty: no body at all is as good as `{}`.
    ///   - isDeep: the members of objects within have the dialect's names too.
    package func fields(orEmpty: Bool = false, isDeep: Bool = false) throws(Problem) -> JSONFields {
        if orEmpty && request.body.isEmpty { return JSONFields(JSONObject()) }
        return JSONFields(try object(isDeep: isDeep))
    }

    /// The body's reader, with a field that the path has set. The body may say the same, but nothing else.
    package func fields(setting name: String, to value: String) throws(Problem) -> JSONFields {
        var object = try object()
        if let given = object[name], given != .string(value) {
            throw .validationFailed("/" + name, code: "not_as_in_path", "Send what the path says, or leave the field out.")
        }
        object[name] = .string(value)
        return JSONFields(object)
    }

    private func object(isDeep: Bool = false) throws(Problem) -> JSONObject {
        if let encoding = request.fields.contentEncoding, !encoding.isEmpty, encoding.lowercased() != "identity" {
            throw .unsupportedContentEncoding()
        }
        guard let type = request.fields.contentType.flatMap(MediaType.init), type.isJSON else {
            throw .unsupportedMediaType()
        }
        let json: JSON
        do throws(JSONError) { json = try JSON.parse(request.body) } catch { throw .invalidJSON(error) }
        guard case .object(let object) = json else {
            throw .validationFailed("", code: "invalid_type", "Send a JSON object.")
        }
        return try isDeep ? dialect.readDeep(object) : dialect.read(object)
    }

    /// The identifier in the path. One of another kind or shape names nothing.
    package func identifier<Kind>(_ name: String = "id") throws(Problem) -> Identifier<Kind> {
        guard let identifier = Identifier<Kind>(parameters[name]) else { throw .notFound() }
        return identifier
    }

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
    /// Who makes a call, as the audit log tells it.
    fileprivate init(_ principal: Principal, _ request: Request) {
        self.init(
            actor: .key(principal.key.id), address: request.remoteAddress,
            userAgent: String((request.fields.userAgent ?? "").unicodeScalars.prefix(500)), requestID: request.id)
    }
}

/// A request over its limit.
package struct RateRefusal: Error {
    package var rate: RateDecision

    package var problem: Problem { .rateLimited(retryAfter: rate.secondsToReset) }
}
