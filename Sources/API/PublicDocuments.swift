import Contract
import HTTP
import Synchronization
import Visits

/// What anybody may read, in both dialects: whoever has no key yet needs it most.
enum PublicDocuments {
    /// `/openapi.json`.
    static func openAPI(_ services: Services) -> Answer {
        let document = openAPI(services.site.apiURL)
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

    private static func openAPI(_ base: String) -> Document {
        written.withLock { written in
            if let document = written[base] { return document }
            let document = Document(OpenAPIDocument.json(Route.described, base: base).serialized())
            written[base] = document
            return document
        }
    }
}

extension Answer {
    /// The same for everybody, in both dialects, for a while: any web page may show it.
    static func publicDocument(type: String, _ bytes: [UInt8], _ tag: EntityTag) -> Answer {
        Answer(status: 200, content: .file(type: type, bytes), fields: [
            .init(.eTag, tag.description), .init(.cacheControl, "public, max-age=300"),
            .init(.accessControlAllowOrigin, "*"),
        ])
    }

    func adding(_ more: [Response.Field]) -> Answer {
        var answer = self
        answer.fields += more
        return answer
    }

    /// 304 where the client has it already.
    func unlessKnown(to request: Request) throws(Problem) -> Answer {
        guard let tag = self[.eTag].flatMap({ Precondition($0) }),
            case .tags(let tags) = tag, let current = tags.first, try Preconditions(request.fields).isKnown(current)
        else { return self }
        return Answer(status: 304, content: .none, fields: fields)
    }
}
