import HTTP
import LinkStore
import Model
import Store

/// What visitors of a host get who follow no link that works: as the workspace that has the host wants it, else a page of
/// ours.
struct HostVisits: Sendable {
    let services: VisitServices

    /// `GET /` where this host has no file for it: the host's bio page while it is published, or its address.
    func root(_ request: Request) -> Response {
        guard request.method != .post else { return Page.wrongMethod }
        guard let domain = domain(request) else { return Page.notFound }
        do {
            if let html = try page(domain) { return Response(status: 200, fields: PageVisits.fields, body: html) }
        } catch {
            if !error.isDatabaseUnavailable { services.logger.error("the page of a host cannot be shown: \(error)") }
            return Page.unavailable
        }
        if let url = domain.settings.rootURL { return elsewhere(url, isIndexed: true) ?? Page.loop }
        return domain.isShared ? Page.shared(domain.host) : notFound(request)
    }

    /// An address without a link.
    func notFound(_ request: Request) -> Response {
        guard request.method != .post else { return Page.notFound }
        if let answer = ProbedFile(path: request.path)?.answer { return answer }
        return elsewhere(domain(request)?.settings.notFoundURL) ?? Page.notFound
    }

    /// A link that is over and says nothing itself.
    func expired(_ request: Request) -> Response {
        elsewhere(domain(request)?.settings.expiredURL) ?? Page.gone
    }

    /// On to an address that a workspace has set; nil where there is none. Nil, too, where the address has become a host of
    /// ours after it was set: two hosts could send visitors to each other for ever.
    func elsewhere(_ url: String?, isIndexed: Bool = false) -> Response? {
        guard let url, let host = (try? Destination(validating: url))?.host,
            (try? services.isOwn(host)) != true
        else { return nil }
        return Page.elsewhere(url, isIndexed: isIndexed)
    }

    /// Nil where it cannot be told, too: a page of ours is never wrong.
    private func domain(_ request: Request) -> Domain? {
        try? services.domains.find(request.host)
    }

    /// Nil while it is not published, or has moved to another host.
    private func page(_ domain: Domain) throws -> [UInt8]? {
        guard let id = domain.settings.rootPage, let workspace = domain.workspace,
            let page = try services.visitors.read({ try BioPages.find(id, in: workspace, on: $0) }), page.host == domain.host
        else { return nil }
        let html = try PageVisits(services: services).html(page.host, page.slug)
        // nginx serves it from now on.
        if html != nil { try services.visitors.perform { [services] in services.pages.refresh([.bare(page.host)]) } }
        return html
    }
}
