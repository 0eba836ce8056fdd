import JSON

/// What the search in the browser knows: each heading of each page, with the words in code below it, as fields, codes and headers are.
struct SearchIndex {
    private var pages: [JSON] = []
    private var entries: [JSON] = []

    mutating func add(_ page: DocsPage, _ markdown: Markdown) {
        let number = pages.count
        pages.append(["href": .string(page.href), "title": .string(markdown.name)])
        let terms = markdown.terms
        for heading in markdown.headings where heading.level < 4 && !Self.isRepeated(heading) {
            // What stands below a part of an operation is found at the operation.
            let parts = [heading.id] + (heading.level == 2 ? Self.parts.map { "\(heading.id)-\($0)" } : [])
            var words: [String] = []
            for term in parts.flatMap({ terms[$0] ?? [] }) where term.utf8.count < 40 && !words.contains(term) { words.append(term) }
            entries.append([.integer(Int64(number)), .string(heading.level == 1 ? "" : heading.id), .string(heading.text), .string(words.joined(separator: " "))])
        }
    }

    private static let parts = ["parameters", "body", "answer"]

    /// The parts of an operation are called alike at each.
    private static func isRepeated(_ heading: Markdown.Heading) -> Bool {
        heading.level == 3 && (parts + ["problems", "samples"]).contains { heading.id.hasSuffix("-\($0)") }
    }

    var bytes: [UInt8] { JSON.object(["pages": .array(pages), "entries": .array(entries)]).serialized() }
}
