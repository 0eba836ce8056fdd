import Foundation
import HTTP
import Support
import Testing

@testable import API
@testable import Resources
@testable import Contract

/// Where `type` and `doc_url` of every problem lead: sections of the documentation's page of errors.
@Suite("The codes of problems")
struct ErrorCodeTests {
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
    }

    @Test("every problem leads to its section, in both dialects; nginx's base is the same")
    func leads() throws {
        let stage = try Stage()
        for path in ["/v1", "/api/v1"] {
            let problem = stage.respond(to: stage.request(.get, path + "/nowhere")).json
            #expect(problem["doc_url"]?.stringValue == "https://\(Stage.apiHost)/docs/errors#not_found")
            #expect(problem["type"] == problem["doc_url"])
        }
        #expect(try Self.text("nginx/mask.conf").contains("$mask_documentation { default https://api.example.com/docs/errors; }"))
        #expect(try Self.text("systemd/quickstart.sh").contains("https://$api_host:$https_port/docs/errors|"))
    }

    @Test("the document has a strong tag, and is not sent to who has it, whatever nginx has made of the tag")
    func tags() throws {
        let (stage, path) = (try Stage(), "/v1/openapi.json")
        let tag = try #require(stage.respond(to: stage.request(.get, path))[.eTag])
        for known in [tag, "W/" + tag, "\"other\", " + tag] {
            var request = stage.request(.get, path)
            request.fields.ifNoneMatch = known
            let answer = stage.respond(to: request)
            #expect(answer.status == 304 && answer.body.isEmpty && answer[.eTag] == tag)
        }
    }
}
