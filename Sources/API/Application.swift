import Glibc
import HTTP
import Journal
import Logging
import Model
import Store

/// Answers every request that nginx passes on: the API in both dialects, the host's own health, and short links.
public struct Application: Sendable {
    private let services: Services
    private let redirector: Redirector
    private let health: Health

    public init(_ services: Services) {
        self.services = services
        redirector = Redirector(services: services)
        health = Health(services: services)
    }

    public func respond(to request: Request) -> Response {
        if let (dialect, path) = Dialect.of(request, apiHost: services.site.apiHost) {
            return API(services: services, dialect: dialect).respond(to: request, path: String(path))
        }
        switch request.path {
        case "/healthz": return health.alive()
        case "/readyz": return health.ready()
        default: return redirector.respond(to: request)
        }
    }

    /// What must be known before the first visitor, and again every minute.
    public func refresh() {
        do {
            try services.salts.refresh()
        } catch {
            services.logger.warning("the salts of the next day cannot be fetched yet: \(error)")
        }
        services.journal.synchronize()
    }
}

/// The API in one dialect: who, how often, which route, may they, and then the handler.
struct API: Sendable {
    let services: Services
    let dialect: Dialect

    func respond(to request: Request, path: String) -> Response {
        let began = monotonicMicroseconds()
        var rate: RateDecision?
        var principal: Principal?
        var endpoint = "-"
        var response: Response
        do {
            guard request.isSecure else { throw Problem.httpsRequired() }
            let answer = try answer(request, path, &rate, &principal, &endpoint)
            response = Response(status: answer.status, fields: answer.fields, body: dialect.present(answer))
            if !response.body.isEmpty { response.set(.contentType, "application/json") }
        } catch {
            response = ErrorResponse.of(error, request, services, dialect)
        }
        response.set(.requestID, "req_" + request.id)
        response.set(.cacheControl, "private, no-store")
        if let rate { Self.add(rate, to: &response) }
        if let principal { journal(request, principal, endpoint, response.status, monotonicMicroseconds() - began) }
        return response
    }

    private func answer(
        _ request: Request, _ path: String, _ rate: inout RateDecision?, _ principal: inout Principal?,
        _ endpoint: inout String
    ) throws -> Answer {
        guard request.query.isEmpty || !request.query.contains("mk_live_") else { throw Self.keyInAddress }
        // HEAD is GET without the body (RFC 9110 section 9.3.2), which the connection leaves out.
        let match = Route.router.match(request.method == .head ? .get : request.method, path)
        if case .found(let route, _) = match {
            endpoint = route.name
            if case .open(let handler) = route.endpoint {
                let outcome = services.authenticator.anonymous(request)
                rate = outcome.rate
                _ = try admitted(outcome)
                return try handler(services)
            }
        }
        let outcome = try services.authenticator.authenticate(request)
        rate = outcome.rate
        let caller = try admitted(outcome).principal.get()
        principal = caller
        guard case .found(let route, let parameters) = match, case .scoped(let scope, let handler) = route.endpoint else {
            throw Self.unmatched(match)
        }
        if route.operation.query.isEmpty { try Query(request.query).finish() }  // refuses any parameter
        guard caller.key.scopes.contains(scope) else { throw Problem.insufficientScope(scope.rawValue) }
        return try handler(Call(
            request: request, principal: caller, parameters: parameters, dialect: dialect, services: services, now: .now()))
    }

    private func admitted(_ outcome: Authenticator.Outcome) throws -> Authenticator.Outcome {
        guard outcome.rate.isAllowed else { throw Problem.rateLimited(retryAfter: outcome.rate.secondsToReset) }
        return outcome
    }

    private static let keyInAddress = Problem.invalidRequest(
        "Send the API key in the Authorization header, never in the address, and replace this one: addresses are logged.")

    private static func unmatched(_ match: Router<Route>.Match) -> Problem {
        if case .wrongMethod(let allowed) = match { return .methodNotAllowed(allowed: allowed) }
        return .notFound("Check the path; there is no such address in the API.")
    }

    /// Both families: the X- ones that everyone reads, and the IETF draft's (draft-ietf-httpapi-ratelimit-headers), whose
    /// `t` is a delta in seconds.
    private static func add(_ rate: RateDecision, to response: inout Response) {
        response.set(.xRateLimitLimit, String(rate.limit))
        response.set(.xRateLimitRemaining, String(rate.remaining))
        response.set(.xRateLimitReset, String(rate.resetAt))
        response.set(.rateLimitPolicy, "\"default\";q=\(rate.limit);w=\(RateLimiter.windowSeconds)")
        response.set(.rateLimit, "\"default\";r=\(rate.remaining);t=\(rate.secondsToReset)")
    }

    private func journal(_ request: Request, _ principal: Principal, _ endpoint: String, _ status: Int, _ microseconds: Int) {
        let line = RequestLine(
            at: request.receivedMilliseconds, requestID: request.id, workspace: principal.workspace.id,
            key: principal.key.id, endpoint: endpoint, status: status, microseconds: microseconds)
        do {
            try services.journal.append(line.bytes)
        } catch {
            services.logger.critical("a request could not be journaled: \(error)", metadata: ["request_id": "\(request.id)"])
        }
    }
}

private func monotonicMicroseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
}
