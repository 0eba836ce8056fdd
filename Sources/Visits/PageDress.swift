import HTTP
import Model
import Text

/// Gives a page of ours the look of the workspace whose link or host the visitor asked for, and a way on. Redirects, files
/// and pages of others pass as they are.
package struct PageDress: Sendable {
    let services: VisitServices

    package init(services: VisitServices) { self.services = services }

    package func dressed(_ response: Response, for request: Request) -> Response {
        // While something is away, its page waits for no look.
        guard Page.isOurs(response), response.status != 503 else { return response }
        let look = workspace(request, response.status).flatMap(services.brands.look)
        let way = Self.leadsOn(response.status) && request.path != "/" ? request.host : nil
        guard look != nil || way != nil else { return response }
        var response = response
        response.body = Page.dressed(response.body, look, leadingTo: way)
        if look?.color != nil { response.set(.contentSecurityPolicy, Page.policy(of: response.body)) }
        return response
    }

    /// The link's, where the page tells that there is one, else the host's: a page that says "not found" must not show whose
    /// link it is that is not to be found.
    private func workspace(_ request: Request, _ status: Int) -> WorkspaceID? {
        if status != 404, let slug = Slug.fromPath(request.path),
            case .link(let link) = services.links.find(host: request.host, slug: slug), link.workspace != .ofPages
        {
            return link.workspace
        }
        return (try? services.domains.find(request.host))?.workspace
    }

    /// For 404, 410 and 508 the host's own page is the way on; for the others it is to try again.
    private static func leadsOn(_ status: Int) -> Bool { [404, 410, 508].contains(status) }
}

extension Page {
    /// Where a look goes into a page: within its style, and above its title.
    package static let styleMark = "/*look*/"
    package static let headMark = "<!--look-->"
    package static let endMark = "<!--on-->"

    package static func isOurs(_ response: Response) -> Bool {
        response.status != 302 && response[.contentSecurityPolicy] == policy && !response.body.isEmpty
    }

    package static func dressed(_ body: [UInt8], _ look: BrandDirectory.Look?, leadingTo host: String?) -> [UInt8] {
        var html = String(decoding: body, as: UTF8.self)
        if let color = look?.color {
            html = html.replacing(styleMark, with: ":root { --brand: \(color); --on-brand: \(color.text) }", maxReplacements: 1)
        }
        if let look, look.name != nil || look.logo != nil {
            html = html.replacing(headMark, with: head(look), maxReplacements: 1)
        }
        if let host {
            html = html.replacing(endMark, with: "<p class=\"on\"><a href=\"/\">\(htmlEscaped(host))</a></p>", maxReplacements: 1)
        }
        return Array(html.utf8)
    }

    private static func head(_ look: BrandDirectory.Look) -> String {
        let logo = look.logo.map { "<img src=\"\($0.path)\" alt=\"\" width=\"\($0.width)\" height=\"\($0.height)\">" } ?? ""
        return "<p class=\"brand\">\(logo)\(look.name.map { "<span dir=\"auto\">\(htmlEscaped($0))</span>" } ?? "")</p>"
    }
}
