import Access
import HTTP
import JSON
import MariaDB
import Model
import Store
import Threads
import Visits
import Work

/// One authorised call of a route: what its handler gets.
struct Call {
    let request: Request
    let principal: Principal
    let parameters: Router<Route>.Parameters
    let dialect: Dialect
    let services: Services
    let now: Timestamp
    let rateOutcome: RateOutcome
    private let madeHash = MadeHash()
    /// What the request's preconditions ask of the resource.
    let preconditions: Preconditions
    /// How the answer is remembered, where the client has sent an Idempotency-Key with a POST.
    let idempotency: Idempotency?

    init(
        request: Request, principal: Principal, parameters: Router<Route>.Parameters, dialect: Dialect, services: Services,
        now: Timestamp, rateOutcome: RateOutcome
    ) throws(Problem) {
        self.request = request
        self.principal = principal
        self.parameters = parameters
        self.dialect = dialect
        self.services = services
        self.now = now
        self.rateOutcome = rateOutcome
        preconditions = try Preconditions(request.fields)
        idempotency = try request.method == .post ? Idempotency(request, principal) : nil
    }

    var workspace: WorkspaceID { principal.workspace.id }

    /// The query's reader; to be finished with `finish()`, which refuses what nobody asked for.
    func query() throws(Problem) -> Query { try Query(dialect.read(query: request.query)) }

    /// The body's reader; to be finished with `finish()`.
    /// - Parameters:
    ///   - orEmpty: no body at all is as good as `{}`.
    ///   - isDeep: the members of objects within have the dialect's names too.
    func fields(orEmpty: Bool = false, isDeep: Bool = false) throws(Problem) -> JSONFields {
        if orEmpty && request.body.isEmpty { return JSONFields(JSONObject()) }
        return JSONFields(try object(isDeep: isDeep))
    }

    /// The body's reader, with a field that the path has set. The body may say the same, but nothing else.
    func fields(setting name: String, to value: String) throws(Problem) -> JSONFields {
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
    func identifier<Kind>(_ name: String = "id") throws(Problem) -> Identifier<Kind> {
        guard let identifier = Identifier<Kind>(parameters[name]) else { throw .notFound() }
        return identifier
    }

    /// What the path names, or 404: also for everything of another workspace.
    func found<Value>(_ body: (Connection) throws -> Value?) throws -> Value {
        guard let value = try services.store.read(body) else { throw Problem.notFound() }
        return value
    }

    /// The path before `/links` under which this call came in.
    var basePath: String { dialect == .reference ? "/v1" : "/api/v1" }

    /// Who makes this call, as the audit log tells it.
    var author: Author {
        Author(
            actor: .key(principal.key.id), address: request.remoteAddress,
            userAgent: String((request.fields.userAgent ?? "").unicodeScalars.prefix(500)), requestID: request.id)
    }

    /// An entry for the audit log about what this call does.
    func audit(_ action: AuditAction, _ resource: String, before: JSON? = nil, after: JSON? = nil) -> AuditEntry {
        author.entry(action, resource, in: workspace, at: now, before: before, after: after)
    }

    /// An event for the outbox about what this call does.
    func event(_ type: EventType, data: JSON, previous: JSON? = nil) -> Event {
        .about(type, in: workspace, at: now, data: data, previous: previous)
    }

    /// Writes the traces of what this call does to links, in the transaction that does it.
    func record(_ traces: [LinkTrace], on connection: Connection) throws {
        try LinkChanges.record(traces, in: workspace, by: author, at: now, services.site, on: connection)
    }

    /// Reads, decides and writes again when others change the same thing at the same time.
    /// - Parameter name: what it is, for the refusal after five tries.
    func retrying(_ name: String, _ body: () throws -> Answer) throws -> Answer {
        for _ in 0..<5 {
            do { return try body() } catch where error.isChangedMeanwhile { continue }
        }
        throw Problem.keepsChanging(name)
    }

    /// nginx asks a second worker when the first dies; the deletion may have been made. It is the same request then, and nobody
    /// may have been told of it.
    func answerToRepeatedDelete(_ action: AuditAction, _ resource: String) throws -> Answer {
        let earlier = try earlierChanges()
        guard earlier.contains(where: { $0.action == action && $0.resource == resource }) else { throw Problem.notFound() }
        carryOut(earlier.effects)
        return .noContent
    }

    /// What this very request has done before: not earlier than nginx received it, which is the same time on every attempt.
    func earlierChanges() throws -> [EarlierChange] {
        try services.store.read { try AuditLog.changes(of: request.id, in: workspace, since: repetitionsBegin, on: $0) }
            .compactMap { EarlierChange($0, in: workspace) }
    }

    /// No request that nginx repeats was made before.
    var repetitionsBegin: Timestamp { Timestamp(milliseconds: request.receivedMilliseconds - 1000) }

    /// The hash of the password that this call sets.
    /// - Throws: ``TooBusy``; `CryptoError`, and then nothing may be stored.
    func hash(of password: String) throws -> String {
        try madeHash.of(password) { try services.visits.passwords.hash(of: $0, for: workspace) }
    }

    /// Whether a new epoch would have to be waited for: Redis was away when the request was counted, or was not sure of the
    /// last one.
    var waitsForEpoch: Bool { !rateOutcome.rate.isShared || services.effects.areEpochsLate }

    /// Counts a request that does the work of several as that many: refused, nothing has been done yet.
    /// - Parameter extra: what it counts beyond the one that every request counts.
    func charge(_ extra: Int) throws(RateRefusal) {
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
final class RateOutcome {
    var rate: RateDecision

    init(_ rate: RateDecision) { self.rate = rate }
}

extension Problem {
    static func keepsChanging(_ name: String) -> Problem { .conflict("Others keep changing this \(name); try again.") }
}

/// A request over its limit.
struct RateRefusal: Error {
    var rate: RateDecision

    var problem: Problem { .rateLimited(retryAfter: rate.secondsToReset) }
}
