import HTTP
import Logging

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
