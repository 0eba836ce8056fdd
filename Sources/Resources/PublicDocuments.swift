import API
import Contract
import HTTP
import Pages
import Synchronization
import Visits

/// What anybody may read, in both dialects: whoever has no key yet needs it most.
enum PublicDocuments {
    /// `/openapi.json`.
    static func openAPI(_ services: Services, _ door: API.Door) -> Answer {
        let document = openAPI(services.routes, door, door == .keys ? services.site.apiURL : services.site.appURL + "/v1")
        return .publicDocument(type: "application/json", document.bytes, document.tag)
    }

    private struct Document {
        let bytes: [UInt8]
        let tag: EntityTag

        init(_ bytes: [UInt8]) { (self.bytes, tag) = (bytes, EntityTag(digestOf: bytes)) }
    }

    /// Written once: there are two bases in a process, of the API's host and of the app host.
    private static let written = Mutex<[String: Document]>([:])

    private static func openAPI(_ routes: Routes, _ door: API.Door, _ base: String) -> Document {
        written.withLock { written in
            if let document = written[base] { return document }
            let document = Document(OpenAPIDocument.json(routes.described(door), base: base, isForSessions: door == .sessions).serialized())
            written[base] = document
            return document
        }
    }
}
