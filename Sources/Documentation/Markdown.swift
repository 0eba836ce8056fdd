import CCmark
import Glibc

/// A text in GitHub's Markdown (CommonMark with tables), parsed by cmark-gfm. A heading may end in `{#id}`; else its id is made of its words.
final class Markdown {
    struct Heading: Equatable {
        let level: Int
        let id: String
        let text: String
    }

    private let root: OpaquePointer
    private let extensions: UnsafeMutablePointer<cmark_llist>?
    private let parser: OpaquePointer
    let headings: [Heading]

    init(_ text: String) throws(DocumentationError) {
        _ = Self.extensionsAreRegistered
        guard let parser = cmark_parser_new(Self.options), let tables = cmark_find_syntax_extension("table") else {
            throw DocumentationError("cmark-gfm has no parser")
        }
        cmark_parser_attach_syntax_extension(parser, tables)
        cmark_parser_feed(parser, text, text.utf8.count)
        guard let root = cmark_parser_finish(parser) else {
            cmark_parser_free(parser)
            throw DocumentationError("cmark-gfm made no document")
        }
        (self.parser, self.root, extensions) = (parser, root, cmark_parser_get_syntax_extensions(parser))
        headings = Self.takeHeadings(root)
    }

    deinit {
        cmark_node_free(root)
        cmark_parser_free(parser)
    }

    /// Once, by one thread: cmark's own way of asking whether they are is not safe.
    private static let extensionsAreRegistered: Void = cmark_gfm_core_extensions_ensure_registered()

    /// Raw HTML stands as it is: the texts are the project's own.
    private static let options = CMARK_OPT_UNSAFE | CMARK_OPT_VALIDATE_UTF8

    /// The text of the first heading of the first level; empty where there is none.
    var title: String { headings.first { $0.level == 1 }?.text ?? "" }

    /// The title without what a manual page says of itself: `maskctl(1)` of `maskctl(1) — sets up MASK and looks after it`.
    var name: String { title.split(separator: " — ", maxSplits: 1).first.map(String.init) ?? title }

    /// The text of the first paragraph.
    var summary: String {
        Self.children(root).first { cmark_node_get_type($0) == CMARK_NODE_PARAGRAPH }.map(Self.text) ?? ""
    }

    /// The blocks of code with their language and text, in order.
    var codeBlocks: [(language: String, text: String)] {
        Self.children(root).filter { cmark_node_get_type($0) == CMARK_NODE_CODE_BLOCK }.map(Self.code)
    }

    /// For browsers, with an id and a link at each heading, code with its words marked, and tables that scroll by themselves.
    /// - Parameter endpoint: the attributes of a route, by a line such as `GET /v1/links`; nil where there is no such route.
    func html(endpoint: (String) -> String?) -> String {
        writeCode(endpoint)
        guard let written = cmark_render_html(root, Self.options, extensions) else { return "" }
        defer { free(written) }
        return HTMLMarks.added(to: String(cString: written), headings: headings)
    }

    /// For `man`: the body of a manual page (man(7)) whose first heading was its name. Tables are tbl(1)'s.
    func man() -> String {
        var isFirst = true
        for node in Self.children(root) where cmark_node_get_type(node) == CMARK_NODE_HEADING {
            if isFirst {
                cmark_node_unlink(node)
                cmark_node_free(node)
                isFirst = false
            } else {
                cmark_node_set_heading_level(node, max(1, cmark_node_get_heading_level(node) - 1))
            }
        }
        dropRelativeLinks(root)
        ManualText.protect(root)
        guard let written = cmark_render_man(root, Self.options, 0) else { return "" }
        defer { free(written) }
        return ManualText.finished(String(cString: written))
    }

    /// What the words of each section are that somebody may look for: code spans, and method and path of a route, by the id of the heading above them.
    var terms: [String: [String]] {
        sections.mapValues { $0.flatMap(Self.spans) }
    }

    /// All words of each section in lower case, each once, and the languages of its samples; by the id of the heading above them.
    var words: [String: Set<String>] {
        sections.mapValues { nodes in
            Set(nodes.flatMap { node in
                let isCode = cmark_node_get_type(node) == CMARK_NODE_CODE_BLOCK
                return (isCode ? CodeHTML.name(ofLanguage: Self.code(node).language) : Self.spaced(node)).searchWords
            })
        }
    }

    /// The blocks by the id of the heading above them, and the heading with them; "" is above all.
    private var sections: [String: [OpaquePointer]] {
        var (sections, current) = ([String: [OpaquePointer]](), "")
        var ids = headings.makeIterator()
        for node in Self.children(root) {
            if cmark_node_get_type(node) == CMARK_NODE_HEADING { current = ids.next()?.id ?? "" }
            sections[current, default: []].append(node)
        }
        return sections
    }

    // MARK: The tree

    private static func children(_ node: OpaquePointer) -> [OpaquePointer] {
        cmark_node_first_child(node).map { Array(sequence(first: $0, next: cmark_node_next)) } ?? []
    }

    private static func text(_ node: OpaquePointer) -> String {
        switch cmark_node_get_type(node) {
        case CMARK_NODE_TEXT, CMARK_NODE_CODE: cmark_node_get_literal(node).map { String(cString: $0) } ?? ""
        case CMARK_NODE_SOFTBREAK, CMARK_NODE_LINEBREAK: " "
        default: children(node).map(text).joined()
        }
    }

    /// The text with spaces between cells and items.
    private static func spaced(_ node: OpaquePointer) -> String {
        let children = children(node)
        return children.isEmpty ? text(node) : children.map(spaced).joined(separator: cmark_node_get_type(node) == CMARK_NODE_PARAGRAPH ? "" : " ")
    }

    private static func code(_ node: OpaquePointer) -> (language: String, text: String) {
        (
            cmark_node_get_fence_info(node).map { String(cString: $0) } ?? "",
            cmark_node_get_literal(node).map { String(cString: $0) } ?? ""
        )
    }

    private static func spans(of node: OpaquePointer) -> [String] {
        switch cmark_node_get_type(node) {
        case CMARK_NODE_CODE: return [text(node)]
        case CMARK_NODE_CODE_BLOCK:
            let block = code(node)
            return block.language == "http" && !block.text.trimmingNewlines.contains("\n") ? block.text.split(whereSeparator: \.isWhitespace).map(String.init) : []
        default: return children(node).flatMap(spans)
        }
    }

    /// Reads the headings, and takes `{#id}` off their ends.
    private static func takeHeadings(_ root: OpaquePointer) -> [Heading] {
        var taken = Set<String>()
        return children(root).filter { cmark_node_get_type($0) == CMARK_NODE_HEADING }.map { node in
            var id: String?
            if let last = cmark_node_last_child(node), cmark_node_get_type(last) == CMARK_NODE_TEXT,
                let match = text(last).firstMatch(of: /\s*\{#([^}]+)\}$/) {
                id = String(match.output.1)
                cmark_node_set_literal(last, String(text(last)[..<match.range.lowerBound]))
            }
            let words = text(node)
            var candidate = id ?? slug(words)
            while !taken.insert(candidate).inserted { candidate += "-2" }
            return Heading(level: Int(cmark_node_get_heading_level(node)), id: candidate, text: words)
        }
    }

    private static func slug(_ text: String) -> String {
        text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_") }.joined(separator: "-")
    }

    /// Blocks of code in different languages that follow each other are one sample.
    private func writeCode(_ endpoint: (String) -> String?) {
        var run: [OpaquePointer] = []
        func finish() {
            defer { run = [] }
            guard let first = run.first, let html = cmark_node_new(CMARK_NODE_HTML_BLOCK) else { return }
            cmark_node_set_literal(html, CodeHTML.html(run.map(Self.code), endpoint: endpoint))
            cmark_node_insert_before(first, html)
            run.forEach {
                cmark_node_unlink($0)
                cmark_node_free($0)
            }
        }
        for node in Self.children(root) {
            guard cmark_node_get_type(node) == CMARK_NODE_CODE_BLOCK else {
                finish()
                continue
            }
            let language = Self.code(node).language
            let languages = run.map { Self.code($0).language }
            if !CodeHTML.canFollow(languages, language) { finish() }
            run.append(node)
        }
        finish()
    }

    /// A manual page leads nowhere but to others, which its words name.
    private func dropRelativeLinks(_ node: OpaquePointer) {
        for child in Self.children(node) {
            dropRelativeLinks(child)
            guard cmark_node_get_type(child) == CMARK_NODE_LINK, let url = cmark_node_get_url(child).map({ String(cString: $0) }),
                !url.contains("://")
            else { continue }
            for part in Self.children(child) { cmark_node_insert_before(child, part) }
            cmark_node_unlink(child)
            cmark_node_free(child)
        }
    }
}

extension String {
    /// As the search compares them.
    var searchWords: [String] { lowercased().split { !($0.isLetter || $0.isNumber || "_-".contains($0)) }.map(String.init) }
}

/// Why documentation could not be written; names the file.
package struct DocumentationError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
