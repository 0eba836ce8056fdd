import Foundation
import Support
import Testing

@testable import Documentation

/// What is in the folder that nginx serves, after whatever has come between.
@Suite("The folder of the documentation")
struct WritingTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../.."

    private let folder: TemporaryFolder
    /// A copy of the texts, to be changed as a release would.
    private let source: TemporaryFolder

    init() throws {
        (folder, source) = (try TemporaryFolder("docs"), try TemporaryFolder("source"))
        source.remove()
        try FileManager.default.copyItem(atPath: Self.root + "/nginx/docs", toPath: source.path)
        try documentation.write(to: folder.path)
    }

    private var documentation: Documentation {
        Documentation(source: source.path, site: .init(apiHost: "api.mask.test", linkHost: "go.mask.test"), settings: "", commands: [])
    }

    private func text(_ name: String) throws -> String { try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8) }

    private func contents() throws -> [Data] {
        try folder.files.filter { $0 != "assets" }.map { try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\($0)")) }
    }

    private func append(_ text: String, to name: String) throws {
        let path = "\(source.path)/\(name)"
        try Data((String(contentsOfFile: path, encoding: .utf8) + text).utf8).write(to: URL(fileURLWithPath: path))
    }

    /// The style sheets that the pages load, and whether each is there.
    private func styles() throws -> [String: Bool] {
        var styles: [String: Bool] = [:]
        for page in try folder.files where page.hasSuffix(".html") {
            let name = try #require(text(page).firstMatch(of: /\/docs\/(assets\/[0-9a-f]+\/docs\.css)/)).output.1
            styles[String(name)] = FileManager.default.fileExists(atPath: "\(folder.path)/\(name)")
        }
        return styles
    }

    @Test("who is stopped in the middle leaves pages of which each has its styles, and the next one goes on")
    func stopped() throws {
        try append("/* Another. */", to: "assets/docs.css")
        // As where the disk is full.
        let page = folder.path + "/links.html"
        try FileManager.default.removeItem(atPath: page)
        try FileManager.default.createDirectory(atPath: page, withIntermediateDirectories: false)
        #expect(throws: (any Error).self) { try documentation.write(to: folder.path) }
        try FileManager.default.removeItem(atPath: page)
        let styles = try styles()
        #expect(styles.count == 2 && styles.values.allSatisfy { $0 }, "\(styles)")
        try documentation.write(to: folder.path)
        #expect(try self.styles().values.map { $0 } == [true])
    }

    @Test("what cannot be made leaves all as it was")
    func broken() throws {
        let before = try contents()
        try append("\nMore.\n", to: "index.md")
        try append("{{#api}}", to: "changelog.md")
        #expect(throws: DocumentationError.self) { try documentation.write(to: folder.path) }
        #expect(try contents() == before)
    }

    @Test("a page of the release before goes, in each of its forms; what MASK has not written stays")
    func removed() throws {
        let list = source.path + "/contents.md"
        let before = try String(contentsOfFile: list, encoding: .utf8)
        try append("\n- former\n", to: "contents.md")
        try Data("# Former\n\nA guide.\n".utf8).write(to: URL(fileURLWithPath: source.path + "/former.md"))
        try documentation.write(to: folder.path)
        #expect(try folder.files.filter { $0.hasPrefix("former.") } == ["former.html", "former.html.gz", "former.md", "former.md.gz"])
        try Data(before.utf8).write(to: URL(fileURLWithPath: list))
        try Data("Own.".utf8).write(to: URL(fileURLWithPath: folder.path + "/own.html"))
        try documentation.write(to: folder.path)
        #expect(try folder.files.filter { $0.hasPrefix("former.") || $0.hasPrefix("own.") } == ["own.html"])
        #expect(try text("not-found.html").contains("<h1"))
    }
}
