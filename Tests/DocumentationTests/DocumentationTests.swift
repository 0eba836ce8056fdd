import Contract
import Foundation
import JSON
import Model
import Testing

@testable import Documentation

/// The documentation of the project, written as an installation has it.
@Suite("The documentation")
struct DocumentationTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../.."

    private static let site: SiteConfiguration = {
        var site = SiteConfiguration(apiHost: "api.mask.test", linkHost: "go.mask.test")
        site.appHost = "app.mask.test"
        return site
    }()

    private static func documentation(_ site: SiteConfiguration = site) throws -> Documentation {
        Documentation(
            source: root + "/nginx/docs", site: site, settings: try String(contentsOfFile: root + "/systemd/mask.env", encoding: .utf8),
            commands: [.init(name: "maskctl doctor", synopsis: "maskctl doctor", abstract: "Looks.", discussion: "", options: [("--json", "As JSON.")])])
    }

    /// Written once: the files by their names.
    private static let files = Result {
        let folder = NSTemporaryDirectory() + "mask-docs-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try documentation().write(to: folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "assets" }
        return Dictionary(uniqueKeysWithValues: try names.map { ($0, try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)"))) })
    }

    private static func text(_ name: String) throws -> String {
        String(decoding: try #require(try files.get()[name], "there is no \(name)"), as: UTF8.self)
    }

    private static func pages() throws -> [String] { try files.get().keys.filter { $0.hasSuffix(".html") && $0 != "not-found.html" }.sorted() }

    /// The ids on each page, by its address below `/docs/`.
    private static let ids = Result {
        Dictionary(uniqueKeysWithValues: try pages().map { page in
            (String(page.dropLast(5)), Set(try text(page).matches(of: /<\w+[^>]* id="([^"]+)"/).map { String($0.output.1) }))
        })
    }

    private static func ids(_ page: String) throws -> Set<String> { try #require(try ids.get()[page], "there is no \(page)") }

    @Test("each code, event, scope and operation has a section; so has each object in an answer")
    func sections() throws {
        let errors = try Self.ids("errors")
        #expect(Set(ErrorCatalog.codes).isSubset(of: errors))
        let events = try Self.ids("events-guide")
        #expect(Set(EventCatalog.entries.map { $0.type.replacing(".", with: "-") }).isSubset(of: events))
        let authentication = try Self.ids("authentication")
        for scope in Scope.allCases { #expect(authentication.contains(scope.anchor), "\(scope)") }
        let reference = try Self.documentation().context.reference
        for operation in reference.operations where operation.route.topic != .document {
            let isThere = try Self.ids(operation.route.topic.rawValue).contains(operation.id)
            #expect(isThere, "\(operation.id)")
        }
    }

    @Test("every link within leads to a page that is there, and to a heading on it")
    func links() throws {
        var broken: Set<String> = []
        for page in try Self.pages() {
            let html = try Self.text(page)
            for link in html.matches(of: /href="([^"]*)"/).map({ String($0.output.1) }) {
                guard !link.contains("://"), !link.hasPrefix("/docs/assets/"), !link.hasPrefix("mailto:") else { continue }
                var parts = link.replacing(/^\/docs\//, with: "").split(separator: "#", omittingEmptySubsequences: false).map(String.init)
                if parts[0].isEmpty { parts[0] = link.hasPrefix("#") ? String(page.dropLast(5)) : "index" }
                if parts[0] == "./" { parts[0] = "index" }
                guard !["llms.txt", "search.json", "postman.json"].contains(parts[0]), !parts[0].hasSuffix(".md") else { continue }
                let ids = try Self.ids.get()[parts[0]]
                let isThere = ids != nil && (parts.count == 1 || ids?.contains(parts[1]) == true)
                if !isThere { broken.insert("\(page): \(link)") }
            }
        }
        #expect(broken == [])
    }

    @Test("nothing of the templates is left, and the hosts are those of the installation", arguments: ["links", "index", "quick-start"])
    func filled(page: String) throws {
        let markdown = try Self.text(page + ".md")
        let isFilled = !markdown.contains("{{")
        let namesHosts = markdown.contains("https://api.mask.test/v1") || markdown.contains("https://go.mask.test/api/v1")
        #expect(isFilled && namesHosts)
    }

    @Test("without a dashboard the pages are read on the API's host")
    func withoutDashboard() throws {
        var site = Self.site
        site.appHost = nil
        #expect(try Self.documentation(site).context.address == "https://api.mask.test/docs")
        #expect(try Self.documentation().context.address == "https://app.mask.test/docs")
    }

    @Test("every operation is shown in five languages, and no key stands in a sample")
    func samples() throws {
        let reference = try Self.documentation().context.reference
        for topic in Reference.topics {
            let blocks = try Markdown(reference.markdown(topic)).codeBlocks
            for language in ["sh", "python", "php", "javascript", "swift"] {
                #expect(blocks.filter { $0.language == language }.count == reference.operations(of: topic).count, "\(topic) in \(language)")
            }
            for block in blocks where block.language != "json" { #expect(!block.text.contains("mk_"), "\(block.text)") }
        }
    }

    @Test("an operation is called by its id, in words", arguments: [
        ("createLink", "Create link"), ("createQRCode", "Create QR code"), ("getLinkQR", "Get link QR"), ("upsertLink", "Upsert link"),
        ("restoreMatchingLinks", "Restore matching links"),
    ])
    func titles(id: String, title: String) throws {
        let operations = try Self.documentation().context.reference.operations
        #expect(operations.first { $0.id == id }?.title == title)
    }

    @Test("a sample says the same in each language")
    func languages() throws {
        var sample = Sample(method: "POST", url: "https://api.example.com/v1/links", body: .json(["url": "https://example.com/it's", "tags": ["$5"], "title": nil]))
        #expect(sample.curl == #"""
            curl -X POST https://api.example.com/v1/links \
              -H "Authorization: Bearer $MASK_API_KEY" \
              -H "Content-Type: application/json" \
              -d '{"url": "https://example.com/it'\''s", "tags": ["$5"], "title": null}'
            """#)
        #expect(sample.python.contains(#"json={"url": "https://example.com/it's", "tags": ["$5"], "title": None},"#))
        #expect(sample.php.contains(##"        "tags" => ["\$5"],"##) && sample.php.contains(#"        "title" => null,"#))
        #expect(sample.javascript.contains(#"body: JSON.stringify({"url": "https://example.com/it's", "tags": ["$5"], "title": null}),"#))
        #expect(sample.swift.contains(##"{"url": "https://example.com/it's", "tags": ["$5"], "title": null}"##))
        sample = Sample(method: "GET", url: "https://api.example.com/v1/links/lnk_1/qr?size=64", output: "code.png")
        #expect(sample.curl.hasPrefix("curl \"https://api.example.com/v1/links/lnk_1/qr?size=64\" \\") && sample.curl.hasSuffix("-o code.png"))
    }

    @Test("each code that a key can meet is told at an operation, or as what every request can meet")
    func problems() throws {
        let reference = try Self.documentation().context.reference
        let told = Reference.topics.map(reference.markdown).joined()
        let errors = try Self.text("errors.md")
        for code in ErrorCatalog.codes where !ProblemCodes.ofSessions.contains(code) && code != "not_found" {
            let isOfAll = ProblemCodes.ofEveryRequest.contains(code)
            let isTold = told.contains("(errors#\(code))")
            #expect(isTold != isOfAll, "\(code)")
            if isOfAll { #expect(errors.contains(code)) }
        }
    }

    @Test("the search knows codes, fields, headers and operations, in at most 40 KB over the wire")
    func search() throws {
        let index = try Self.text("search.json")
        for word in ["slug_taken", "max_clicks", "X-RateLimit-Reset", "createLink", "link.created", "webhook-signature", "MASK_API_HOST"] {
            let isKnown = index.contains(word)
            #expect(isKnown, "\(word)")
        }
        let zipped = try #require(try Self.files.get()["search.json.gz"])
        #expect(zipped.count <= 40_000)
    }

    @Test("the collection has every operation, with the key as its variable")
    func collection() throws {
        let collection = try JSON.parse(Array(Self.text("postman.json").utf8))
        let requests = (collection["item"]?.arrayValue ?? []).flatMap { $0["item"]?.arrayValue ?? [] }
        #expect(requests.count == (try Self.documentation().context.reference.operations.filter { $0.route.topic != .document }.count))
        #expect(requests.first?["request"]?["url"]?["raw"] == "{{base}}/links")
        #expect(collection["auth"]?["bearer"]?.arrayValue?.first?["value"] == "{{key}}")
    }

    @Test("what stays as it was is left: nginx's entity tags stay, too")
    func again() throws {
        let folder = NSTemporaryDirectory() + "mask-docs-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let documentation = try Self.documentation()
        try documentation.write(to: folder)
        let page = folder + "/links.html"
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: page)
        try Data("torn".utf8).write(to: URL(fileURLWithPath: folder + "/errors.html"))
        try documentation.write(to: folder)
        let kept = try FileManager.default.attributesOfItem(atPath: page)[.modificationDate] as? Date
        #expect(kept == Date(timeIntervalSince1970: 1_000_000))
        #expect(try String(contentsOfFile: folder + "/errors.html", encoding: .utf8).contains("slug_taken"))
    }

    @Test("the configuration's manual has each variable with what is said above it")
    func variables() throws {
        let manual = Manual(settings: """
            # Head.

            # --- hosts ------

            # The host of the API.
            # Two lines.
            #MASK_API_HOST=api.example.com

            # Certificate and key.
            #MASK_CERTIFICATE=
            #MASK_KEY=
            """, commands: [])
        #expect(manual.groups.map(\.title) == ["Hosts"])
        #expect(manual.groups[0].variables.map(\.about) == ["The host of the API. Two lines.", "Certificate and key."])
        #expect(manual.groups[0].variables[1].names.map(\.name) == ["MASK_CERTIFICATE", "MASK_KEY"])
    }
}
