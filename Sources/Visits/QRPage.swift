import HTTP
import Model
import QRCodes
import Store
import Threads

/// `/{slug}.qr` on link hosts: the QR code of a link, for people: a page in a browser, an image for everything else. No click.
struct QRPage {
    let services: VisitServices

    static let suffix = ".qr"

    /// - Parameter name: the slug, with the suffix.
    func respond(to request: Request, _ name: String) -> Response {
        guard request.method != .post else { return Page.wrongMethod }
        let slug = String(name.dropLast(Self.suffix.count))
        switch services.links.find(host: request.host, slug: slug) {
        case .link(let link): return image(request, link, slug)
        case .unknown: return Page.notFound
        case .unavailable: return Page.unavailable
        }
    }

    private func image(_ request: Request, _ link: CachedLink, _ slug: String) -> Response {
        let settings = link.settings
        // As where the link leads: nobody learns that there is one.
        if settings.disabled || settings.startsAt.map({ Timestamp.now() < $0 }) ?? false { return Page.notFound }
        if prefersPage(request) {
            return Page.qrCode(of: services.site.shortURL(host: request.host, slug: slug), slug: slug)
        }
        let drawing = QRDrawing(
            text: ClickTrigger.scannedURL(services.site.shortURL(host: request.host, slug: slug)), style: QRStyle(),
            format: format(request))
        let fields: [Response.Field] = [
            .init(.eTag, drawing.tag.description), .init(.cacheControl, "public, max-age=3600"), .init(.vary, "Accept"),
        ]
        if let known = request.fields.ifNoneMatch.flatMap({ Precondition($0) }), !known.ifNoneMatchHolds(for: drawing.tag) {
            return Response(status: 304, fields: fields)
        }
        do {
            let body = try services.drawings.bytes(of: drawing, for: link.workspace)
            return Response(
                status: 200,
                fields: fields + [
                    .init(.contentType, drawing.format.mediaType), .init(.xContentTypeOptions, "nosniff"),
                    .init(.contentSecurityPolicy, "default-src 'none'"), .init(.xRobotsTag, "noindex"),
                ], body: body)
        } catch let busy as TooBusy {
            return Page.drawing(seconds: busy.retryAfter)
        } catch {
            services.logger.error("a QR code cannot be drawn: \(error)", metadata: ["request_id": "\(request.publicID)"])
            return Page.unavailable
        }
    }

    /// A browser that follows the address likes a page better; one that shows a picture within a page does not.
    private func prefersPage(_ request: Request) -> Bool {
        let accept = Accept(request.fields.accept)
        return request.query.isEmpty && accept.quality(of: "text/html") > accept.quality(of: QRFormat.png.mediaType)
    }

    /// What the address asks for, or else the browser. Whatever else stands in the query says nothing here.
    private func format(_ request: Request) -> QRFormat {
        let query = try? Query(request.query)
        let asked = query?.parameters.first { $0.name == "format" }.flatMap { QRFormat(rawValue: $0.value) }
        return asked ?? QRFormat.preferred(by: request.fields.accept)
    }
}
