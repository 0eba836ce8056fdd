import API
import Contract
import HTTP
import Synchronization
import Visits

/// What anybody may read, in both dialects: whoever has no key yet needs it most.
enum PublicDocuments {
    /// `/openapi.json`.
    static func openAPI(_ services: Services) -> Answer {
        let document = openAPI(services.routes, services.site.apiURL)
        return .publicDocument(type: "application/json", document.bytes, document.tag)
    }

    /// `/errors`.
    static func errors(_ services: Services) -> Answer {
        .publicDocument(type: "text/html; charset=utf-8", errorPage.bytes, errorPage.tag).adding([
            .init(.contentSecurityPolicy, "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"),
        ])
    }

    private struct Document {
        let bytes: [UInt8]
        let tag: EntityTag

        init(_ bytes: [UInt8]) { (self.bytes, tag) = (bytes, EntityTag(digestOf: bytes)) }
    }

    private static let errorPage = Document(Array(ErrorPage.html.utf8))

    /// Written once: there is one base in a process.
    private static let written = Mutex<[String: Document]>([:])

    private static func openAPI(_ routes: Routes, _ base: String) -> Document {
        written.withLock { written in
            if let document = written[base] { return document }
            let document = Document(OpenAPIDocument.json(routes.described, base: base).serialized())
            written[base] = document
            return document
        }
    }
}
