import API
import HTTP
import Logging
import Metrics
import Threads
import Visits

/// Answers every request that nginx passes on: the API in both dialects, the host's own health, and short links.
public struct Application: Sendable {
    private let services: Services
    private let redirector: Redirector
    private let dress: PageDress
    private let health: Health
    private let monitoring: Monitoring

    /// - Parameter collectors: what `/metrics` tells beside what the workers count.
    public init(_ services: Services, collectors: [@Sendable () -> [MetricFamily]] = []) {
        self.services = services
        let counted = { @Sendable [services] in services.metrics.families + services.visits.metrics.families + services.limits.families }
        monitoring = Monitoring(collectors: [counted] + collectors)
        redirector = Redirector(services: services.visits)
        dress = PageDress(services: services.visits)
        health = Health(services: services)
    }

    public func respond(to request: Request) -> Response {
        if request.isMonitoring { return monitoring.respond(to: request) }
        // By every host's name: nginx lets only this host's own programs ask.
        switch request.path {
        case "/healthz": return health.alive()
        case "/readyz": return health.ready()
        default: break
        }
        if request.host == services.site.appHost {
            // All that is no API there are files.
            return API(services: services, dialect: .reference, door: .sessions)
                .respond(to: request, path: String(Dialect.below("/v1", request.path) ?? ""))
        }
        if let (dialect, path) = Dialect.of(request, apiHost: services.site.apiHost) {
            // Beside the base there are only host files.
            if path.isEmpty, let file = ProbedFile(path: request.path) { return file.answerOfAPI }
            return API(services: services, dialect: dialect).respond(to: request, path: String(path))
        }
        return visit(request)
    }

    /// Whether a long body may take memory: an API request's whose key or session works. Visitors post nothing that is long.
    public func mayRead(bodyOf request: Request) -> Bool {
        if request.isSecure, request.host == services.site.appHost { return services.sessions.mayUpload(request) }
        guard request.isSecure, Dialect.of(request, apiHost: services.site.apiHost) != nil else { return false }
        // Where MariaDB cannot say whose key it is, the answer says so without the body.
        return (try? services.authenticator.mayUpload(request)) ?? false
    }

    private func visit(_ request: Request) -> Response {
        let began = monotonicMicroseconds()
        // Without its body a form is not what was sent: no password is called wrong for it.
        let answer = request.isBodyUnread ? Page.tooMuch : redirector.respond(to: request)
        let response = dress.dressed(answer, for: request)
        services.metrics.note(visit: request, status: response.status, microseconds: monotonicMicroseconds() - began)
        return response
    }

    /// What must be known before the first visitor, and again every second.
    public func refresh() {
        // First what waits for nobody.
        services.journal.tend()
        do {
            try services.visits.salts.refresh()
        } catch {
            services.logger.warning("the salts of the next day cannot be fetched yet: \(error)")
        }
    }
}
