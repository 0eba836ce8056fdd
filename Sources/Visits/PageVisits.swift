import HTTP
import Journal
import Model
import Pages
import POSIX
import Store

/// What workers have to do with pages: count their views, and bring files to a host that has them not yet. nginx serves
/// the rest.
struct PageVisits: Sendable {
    let services: VisitServices

    /// Answers a path that is no slug; nil where it has nothing to do with pages.
    func respond(to request: Request) -> Response? {
        if let path = PageView.slugPath(in: request.path) { return view(path, request) }
        if let id = Image.id(fromPath: request.path) { return image(id, request) }
        return nil
    }

    /// A picture whose file this host does not have: it is written and shown.
    private func image(_ id: ImageID, _ request: Request) -> Response {
        guard request.method != .post else { return Page.wrongMethod }
        do {
            guard let (image, bytes) = try services.visitors.perform({ [pages = services.pages] in try pages.image(id) }),
                image.path == request.path else {
                return Page.notFound
            }
            return Response(
                status: 200,
                fields: [
                    .init(.contentType, image.type.mediaType),
                    .init(.cacheControl, "public, max-age=31536000, immutable"),
                    .init(.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'"),
                    .init(.xContentTypeOptions, "nosniff"),
                ],
                body: bytes)
        } catch {
            if !error.isDatabaseUnavailable { services.logger.error("an image cannot be shown: \(error)") }
            return Page.unavailable
        }
    }

    /// A page whose file this host does not have: it is written and shown.
    func show(_ slug: String, _ place: CachedLink, _ request: Request) -> Response {
        guard request.method != .post else { return Page.wrongMethod }
        // What a page refers to is below its own address.
        if request.path.utf8.last == UInt8(ascii: "/") { return withoutSlash(request) }
        let notFound = HostVisits(services: services).notFound
        guard !place.settings.disabled else { return notFound(request) }
        do {
            guard let html = try html(request.host, slug) else { return notFound(request) }
            return Response(status: 200, fields: Self.fields, body: html)
        } catch {
            if !error.isDatabaseUnavailable { services.logger.error("a page cannot be shown: \(error)") }
            return Page.unavailable
        }
    }

    private func withoutSlash(_ request: Request) -> Response {
        let location = request.path.dropLast() + (request.query.isEmpty ? "" : "?" + request.query)
        return Response(status: 301, fields: [.init(.location, String(location)), .init(.cacheControl, "private, max-age=90")])
    }

    func html(_ host: String, _ slug: String) throws -> [UInt8]? {
        try services.visitors.perform { [services] in
            do {
                return try services.pages.refresh(host: host, slug: slug)
            } catch where error is PageError || error is SystemError {
                services.logger.critical("the file of a page cannot be written; see MASK_PAGES: \(error)")
                return try services.pages.html(host: host, slug: slug)
            }
        }
    }

    /// As nginx sends them with the file: nginx/snippets/mask-bio-page.conf.
    static let fields: [Response.Field] = [
        .init(.contentType, "text/html; charset=utf-8"), .init(.cacheControl, "no-cache"),
        .init(.contentSecurityPolicy, policy), .init(.xContentTypeOptions, "nosniff"),
        .init(.referrerPolicy, "strict-origin-when-cross-origin"),
    ]

    /// The rest is said by the page itself.
    static let policy = """
        script-src 'none'; object-src 'none'; frame-src 'none'; connect-src 'none'; font-src 'none'; media-src 'none'; \
        img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """

    // MARK: Views

    /// The picture of one pixel that is on each page: asking for it is a view.
    private func view(_ path: String, _ request: Request) -> Response {
        guard request.method != .post, let slug = Slug.fromPath(path) else { return Page.notFound }
        guard case .link(let place) = services.links.find(host: request.host, slug: slug), place.workspace == .ofPages
        else {
            return Page.notFound
        }
        let settings = place.settings
        let isUntracked = services.site.honorsDoNotTrack && request.fields.optsOutOfTracking
        if request.method == .get, request.fields.purpose == nil, !isUntracked, !settings.disabled,
            let workspace = WorkspaceID(settings.url)
        {
            record(request, place.id, workspace)
        }
        return Response(
            status: 200, fields: [.init(.contentType, "image/gif"), .init(.cacheControl, Page.private)],
            body: PageView.pixel)
    }

    /// The page's own address is the picture's referrer, with the campaign that brought the visitor.
    private func record(_ request: Request, _ page: LinkID, _ workspace: WorkspaceID) {
        let query = request.fields.referer?.split(separator: "?", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
        let visit = Visit(query: query)
        let campaign = Campaign(UTM(), visitorQuery: visit.query)
        let line = ClickLine(
            at: request.receivedMilliseconds, requestID: request.id, workspace: workspace, link: page,
            visitor: services.salts.visitor(request), country: request.country, city: request.city, referrer: "",
            utmSource: campaign.source, utmMedium: campaign.medium, utmCampaign: campaign.campaign,
            userAgent: request.fields.userAgent ?? "", trigger: visit.trigger, isView: true)
        do {
            try services.journal.append(line.bytes)
        } catch {
            services.logger.critical(
                "a view could not be recorded: \(error)", metadata: ["request_id": "\(request.publicID)"])
        }
    }
}
