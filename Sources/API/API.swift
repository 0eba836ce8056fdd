import Access
import AnalyticsStore
import HTTP
import Journal
import Logging
import Model
import Store
import Threads

/// The API in one dialect: who, how often, which route, may they, and then the handler.
package struct API: Sendable {
    package let services: Services
    package let dialect: Dialect
    /// Who is let in: keys at the hosts of the API and of links, sessions at the app host. Never both.
    package let door: Door

    package enum Door: Sendable { case keys, sessions }

    package init(services: Services, dialect: Dialect, door: Door = .keys) {
        (self.services, self.dialect, self.door) = (services, dialect, door)
    }

    /// What is known of a request so far, for its answer's fields and for the journal.
    private struct Progress: Sendable {
        var rate: RateDecision?
        var principal: Principal?
        var endpoint = "-"
        var resource = ""
        var changed = false
    }

    package func respond(to request: Request, path: String) -> Response {
        // No page of another origin may use a session.
        let crossOrigin = CrossOrigin(origins: door == .keys ? services.site.corsOrigins : [])
        if request.isSecure, var response = crossOrigin.preflight(request) {
            response.set(.requestID, request.publicID)
            return response
        }
        let began = monotonicMicroseconds()
        var progress = Progress()
        var response: Response
        do {
            guard request.isSecure else { throw Problem.httpsRequired() }
            let answer = try answer(request, path, &progress)
            progress.changed = answer.isChange
            response = dialect.response(answer)
            if request.method == .head { response.stream = nil }  // nobody would read it
        } catch {
            response = ErrorResponse.of(error, request, services, dialect)
        }
        response.set(.requestID, request.publicID)
        if response[.cacheControl] == nil { response.set(.cacheControl, "private, no-store") }
        response.set(.xContentTypeOptions, "nosniff")
        if let rate = progress.rate { Self.add(rate, to: &response) }
        crossOrigin.open(&response, to: request)
        if let key = progress.principal?.key { Self.addEnd(of: key, to: &response) }
        let noted = progress
        return response.telling { note(request, noted, $0, monotonicMicroseconds() - began) } failed: {
            ErrorResponse.status(of: $0, request, services.logger)
        }
    }

    private func note(_ request: Request, _ progress: Progress, _ status: Int, _ microseconds: Int) {
        services.metrics.note(route: progress.endpoint, request.method, status: status, microseconds: microseconds)
        if let principal = progress.principal { journal(request, principal, progress, status, microseconds) }
    }

    private func answer(_ request: Request, _ path: String, _ progress: inout Progress) throws -> Answer {
        try refuseKey(inAddressOf: request, &progress)
        // HEAD is GET without the body (RFC 9110 section 9.3.2), which the connection leaves out.
        let method = request.method == .head ? Method.get : request.method
        let match = (door == .keys ? services.routes.router : services.routes.appRouter).match(method, path)
        if case .found(let route, let parameters) = match {
            progress.endpoint = route.name
            progress.resource = Self.identifier(in: parameters)
            if let answer = try answerWithoutWorkspace(request, route, parameters, &progress) { return answer }
        }
        let outcome = try door == .keys ? services.authenticator.authenticate(request) : session(of: request)
        progress.principal = outcome.known
        try admit(outcome, &progress)
        guard let caller = outcome.known, outcome.refusal == nil else { throw outcome.refusal ?? .unauthorized() }
        guard case .found(let route, let parameters) = match, case .scoped(let scope, let handler) = route.endpoint else {
            throw Self.unmatched(match)
        }
        // What was refused when the body came is not refused now, and nothing was done.
        if request.isBodyUnread { throw Problem.unavailable(retryAfter: 1) }
        if route.operation.query.isEmpty { try Query(request.query).finish() }  // refuses any parameter
        if caller.workspace.id.isSandbox, !Scopes.ofTestKeys.contains(scope) { throw caller.key == nil ? Problem.testData : .testKey() }
        guard caller.scopes.contains(scope) else { throw Problem.insufficientScope(scope.rawValue) }
        if route.needsStepUp { try requireStepUp(caller) }
        let rateOutcome = RateOutcome(outcome.rate)
        defer { progress.rate = rateOutcome.rate }
        let call = try Call(request, by: caller, parameters, rateOutcome, to: self)
        return try through(route.changesAccess && call.waitsForEpoch ? services.accessChanges : nil, call) {
            try call.replaying {
                try through(route.isReport(call) ? services.reports : nil, call) { try handler(call) }
            }.asCSV(route.operation, request)
        }
    }

    /// What is no workspace's: what anybody may read, and what people do with their accounts.
    private func answerWithoutWorkspace(
        _ request: Request, _ route: Route, _ parameters: Router<Route>.Parameters, _ progress: inout Progress
    ) throws -> Answer? {
        switch route.endpoint {
        case .scoped: return nil
        case .open(let handler):
            try admit(services.authenticator.anonymous(request), &progress)
            return try handler(services, door).unlessKnown(to: request)
        case .guest(let handler):
            try refuseForeign(request)
            try admit(services.authenticator.anonymous(request), &progress)
            return try handler(GuestCall(request, parameters, services))
        case .person(let handler):
            try refuseForeign(request)
            let (who, rate) = try services.sessions.authenticate(request)
            progress.rate = rate
            if route.needsStepUp { try Self.requireStepUp(who.session) }
            return try handler(PersonCall(request, parameters, services, who))
        }
    }

    private func through(_ gate: Gate<WorkspaceID>?, _ call: Call, _ body: () throws -> Answer) throws -> Answer {
        guard let gate else { return try body() }
        return try gate.enter(for: call.workspace, body)
    }

    private func admit(_ outcome: Authenticator.Outcome, _ progress: inout Progress) throws {
        progress.rate = outcome.rate
        guard outcome.rate.isAllowed else { throw RateRefusal(rate: outcome.rate) }
    }

    /// Addresses are logged. The refusal stands in the audit log of the key's workspace, so that its owner learns of it.
    private func refuseKey(inAddressOf request: Request, _ progress: inout Progress) throws {
        guard let text = APIKeyText(within: request.query) ?? APIKeyText(within: request.path) else { return }
        let outcome = try services.authenticator.exposed(text, request, refusal: Self.keyInAddress)
        progress.principal = outcome.known
        try admit(outcome, &progress)
        throw Self.keyInAddress
    }

    private static let keyInAddress = Problem.invalidRequest(
        "Send the API key in the Authorization header, never in the address, and replace this one: addresses are logged.")

    private static func unmatched(_ match: Router<Route>.Match) -> Problem {
        if case .wrongMethod(let allowed) = match { return .methodNotAllowed(allowed: allowed) }
        return .notFound("Check the path; there is no such address in the API.")
    }

    /// What stands in the path as an id and can be one: no more than the audit log should repeat.
    private static func identifier(in parameters: Router<Route>.Parameters) -> String {
        let text = parameters["id"]
        let isPlain = text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") }
        return isPlain && text.utf8.count <= 40 ? text : ""
    }

    // MARK: Fields of every answer

    /// Both families: the X- ones that everyone reads, and the IETF draft's (draft-ietf-httpapi-ratelimit-headers), whose
    /// `t` is a delta in seconds.
    private static func add(_ rate: RateDecision, to response: inout Response) {
        response.set(.xRateLimitLimit, String(rate.limit))
        response.set(.xRateLimitRemaining, String(rate.remaining))
        response.set(.xRateLimitReset, String(rate.resetAt))
        response.set(.rateLimitPolicy, "\"default\";q=\(rate.limit);w=\(RateLimiter.windowSeconds)")
        response.set(.rateLimit, "\"default\";r=\(rate.remaining);t=\(rate.secondsToReset)")
    }

    /// Tells the user of a key that has a successor: `Deprecation` since when (RFC 9745), `Sunset` until when (RFC 8594).
    private static func addEnd(of key: APIKey, to response: inout Response) {
        guard let rotatedAt = key.rotatedAt, key.isActive(at: .now()) else { return }
        response.set(.deprecation, "@\(rotatedAt.milliseconds / 1000)")
        if let end = key.expiresAt { response.set(.sunset, end.httpDate) }
    }

    private func journal(
        _ request: Request, _ principal: Principal, _ progress: Progress, _ status: Int, _ microseconds: Int
    ) {
        func complain(_ reason: String) {
            services.logger.critical("a request could not be journaled: \(reason)", metadata: ["request_id": "\(request.publicID)"])
        }
        guard let id = UInt128(request.id, radix: 16) else { return complain("its id is not nginx's") }
        let record = APIRequest(
            workspace: principal.workspace.id, by: principal.caller, id: id,
            at: Timestamp(milliseconds: request.receivedMilliseconds), endpoint: progress.endpoint, resource: progress.resource,
            status: status, microseconds: microseconds, changed: progress.changed, address: request.remoteAddress,
            userAgent: request.fields.userAgent ?? "")
        do { try services.journal.append(record.line) } catch { complain("\(error)") }
    }
}

extension Principal {
    fileprivate var caller: Caller {
        switch credential {
        case .key(let key): .key(key.id)
        case .session(_, let member): .member(member.id)
        }
    }
}
