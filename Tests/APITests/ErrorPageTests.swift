import Foundation
import HTTP
import Support
import Testing

@testable import API
@testable import Resources
@testable import Contract

/// `/v1/errors`: where `type` and `doc_url` of every problem lead.
@Suite("The page of errors")
struct ErrorPageTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../.."

    private static func text(_ path: String) throws -> String {
        try String(contentsOfFile: root + "/" + path, encoding: .utf8)
    }

    /// The codes of problems in the program, wherever it makes one.
    private static func codesInSources() throws -> Set<String> {
        var codes: Set<String> = []
        for path in try #require(FileManager.default.enumerator(atPath: root + "/Sources")).compactMap({ $0 as? String })
        where path.hasSuffix(".swift") && !path.contains("OpenAPI/") {
            let text = try text("Sources/" + path)
            codes.formUnion(text.matches(of: /status: \d+,\s+code: "(\w+)"/).map { String($0.output.1) })
            codes.formUnion(text.matches(of: /signedOut\(\s*"(\w+)"/).map { String($0.output.1) })
            codes.formUnion(text.matches(of: /conflict\(\s*code: (?:String = )?"(\w+)"/).map { String($0.output.1) })
        }
        return codes
    }

    /// The codes in nginx's table.
    private static func codesOfNginx() throws -> Set<String> {
        let table = try #require(try text("nginx/snippets/mask-tables.conf").firstMatch(of: /map \$status \$mask_code \{([^}]*)\}/))
        return Set(table.output.1.matches(of: /(\w+);/).map { String($0.output.1) })
    }

    @Test("every code that the API or nginx can send has a section, once")
    func complete() throws {
        let (ours, nginx) = (try Self.codesInSources(), try Self.codesOfNginx())
        try #require(ours.count > 20 && nginx.count > 10)
        #expect(ours.union(nginx).subtracting(ErrorCatalog.codes).isEmpty)
        #expect(Set(ErrorCatalog.codes).subtracting(ours.union(nginx)).isEmpty, "and there is no section without a code")
        #expect(Set(ErrorCatalog.codes).count == ErrorCatalog.codes.count)
        let stage = try Stage()
        let page = stage.respond(to: stage.request(.get, "/v1/errors")).text
        for code in ErrorCatalog.codes { #expect(page.contains("<section id=\"\(code)\">")) }
    }

    @Test("the page is public, on both hosts, and every problem leads to it; nginx's base is the same")
    func leads() throws {
        let stage = try Stage()
        for path in ["/v1", "/api/v1"] {
            var request = stage.request(.get, path + "/errors")
            request.fields.authorization = nil
            let page = stage.respond(to: request)
            #expect(page.status == 200 && page[.contentType] == "text/html; charset=utf-8")
            #expect(page[.accessControlAllowOrigin] == "*" && page[.cacheControl] == "public, max-age=300")
            let problem = stage.respond(to: stage.request(.get, path + "/nowhere")).json
            #expect(problem["doc_url"]?.stringValue == "https://\(Stage.apiHost)/v1/errors#not_found")
            #expect(problem["type"] == problem["doc_url"])
        }
        #expect(try Self.text("nginx/mask.conf").contains("$mask_documentation { default https://api.example.com/v1/errors; }"))
        #expect(try Self.text("systemd/quickstart.sh").contains("https://$api_host:$https_port/v1/errors|"))
    }

    @Test("both documents have a strong tag, and are not sent to who has them, whatever nginx has made of the tag", arguments: [
        "/v1/errors", "/v1/openapi.json",
    ])
    func tags(path: String) throws {
        let stage = try Stage()
        let tag = try #require(stage.respond(to: stage.request(.get, path))[.eTag])
        for known in [tag, "W/" + tag, "\"other\", " + tag] {
            var request = stage.request(.get, path)
            request.fields.ifNoneMatch = known
            let answer = stage.respond(to: request)
            #expect(answer.status == 304 && answer.body.isEmpty && answer[.eTag] == tag)
        }
    }
}
