import JSON

/// What the search in the browser knows: each heading of each page, with the words in code below it, as fields, codes and headers are, and
/// those other words below it that few sections have.
struct SearchIndex {
    private struct Entry {
        let page: Int
        let anchor: String
        let heading: String
        let terms: [String]
        let words: Set<String>
    }

    /// A word of more sections leads nowhere.
    private static let commonest = 30

    private var pages: [JSON] = []
    private var entries: [Entry] = []

    mutating func add(_ page: DocsPage, _ markdown: Markdown) {
        let number = pages.count
        pages.append(["href": .string(page.href), "title": .string(markdown.name)])
        let (terms, words) = (markdown.terms, markdown.words)
        for heading in markdown.headings where heading.level < 4 && !Self.isRepeated(heading) {
            // What stands below a part of an operation is found at the operation.
            let parts = [heading.id] + (heading.level == 2 ? Self.parts.map { "\(heading.id)-\($0)" } : [])
            var known: [String] = []
            for term in parts.flatMap({ terms[$0] ?? [] }) where term.utf8.count < 40 && !known.contains(term) { known.append(term) }
            entries.append(Entry(
                page: number, anchor: heading.level == 1 ? "" : heading.id, heading: heading.text, terms: known,
                words: parts.reduce(into: []) { $0.formUnion(words[$1] ?? []) }))
        }
    }

    private static let parts = ["parameters", "body", "answer"]

    /// The parts of an operation are called alike at each.
    private static func isRepeated(_ heading: Markdown.Heading) -> Bool {
        heading.level == 3 && (parts + ["problems", "samples"]).contains { heading.id.hasSuffix("-\($0)") }
    }

    var bytes: [UInt8] {
        let counts = entries.reduce(into: [String: Int]()) { counts, entry in entry.words.forEach { counts[$0, default: 0] += 1 } }
        let rows = entries.map { entry -> JSON in
            let told = Set((entry.terms + [entry.heading]).flatMap(\.searchWords))
            let rare = entry.words.subtracting(told).filter { $0.count > 2 && $0.count < 24 && counts[$0, default: 0] <= Self.commonest }
            return [
                .integer(Int64(entry.page)), .string(entry.anchor), .string(entry.heading), .string(entry.terms.joined(separator: " ")),
                .string(rare.sorted().joined(separator: " ")),
            ]
        }
        return JSON.object(["pages": .array(pages), "entries": .array(rows)]).serialized()
    }
}
