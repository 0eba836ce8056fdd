import HTTP
import Model
import Store

/// What visitors of a host get who follow no link that works: as the workspace that has the host wants it, else a page of
/// ours.
struct HostVisits: Sendable {
    let services: Services

    /// `GET /`: the host's bio page while it is published, or its address.
    func root(_ request: Request) -> Response {
        guard request.method != .post else { return Page.wrongMethod }
        guard let domain = domain(request) else { return Page.notFound }
        do {
            if let html = try page(domain) { return Response(status: 200, fields: PageVisits.fields, body: html) }
        } catch {
            if !error.isDatabaseUnavailable { services.logger.error("the page of a host cannot be shown: \(error)") }
            return Page.unavailable
        }
        if let url = domain.settings.rootURL { return Page.elsewhere(url) }
        return domain.workspace == nil ? Page.shared(domain.host) : notFound(request)
    }

    /// An address without a link.
    func notFound(_ request: Request) -> Response {
        guard request.method != .post else { return Page.notFound }
        return domain(request)?.settings.notFoundURL.map(Page.elsewhere) ?? Page.notFound
    }

    /// A link that is over and says nothing itself.
    func expired(_ request: Request) -> Response {
        domain(request)?.settings.expiredURL.map(Page.elsewhere) ?? Page.gone
    }

    /// Nil where it cannot be told, too: a page of ours is never wrong.
    private func domain(_ request: Request) -> Domain? {
        try? services.domains.find(request.host, priority: .reserved)
    }

    /// Nil while it is not published, or has moved to another host.
    private func page(_ domain: Domain) throws -> [UInt8]? {
        guard let id = domain.settings.rootPage, let workspace = domain.workspace,
            let page = try services.store.read(priority: .reserved, { try BioPages.find(id, in: workspace, on: $0) }), page.host == domain.host
        else { return nil }
        return try PageVisits(services: services).html(page.host, page.slug)
    }
}
