import CCmark

/// A page for `man` as cmark-gfm writes it, made fit to be read. cmark-gfm writes a row of a table as it is, with `@` between the cells: a cell that
/// has an `@` breaks the row, and a long one makes the table wider than the page. Here cells are text blocks, which tbl(1) wraps. And it sets code
/// in a font that terminals have not: here it is bold, as manual pages have what is typed.
enum ManualText {
    /// Stands for `@` in cells until the rows are cut; of Unicode's private use.
    private static let at: Character = "\u{E000}"

    /// Takes each `@` out of the tree, before the page is written.
    static func protect(_ node: OpaquePointer) {
        var next = cmark_node_first_child(node)
        while let child = next {
            protect(child)
            let isText = [CMARK_NODE_TEXT, CMARK_NODE_CODE].contains(cmark_node_get_type(child))
            if isText, let text = cmark_node_get_literal(child).map({ String(cString: $0) }), text.contains("@") {
                cmark_node_set_literal(child, text.replacing("@", with: String(at)))
            }
            next = cmark_node_next(child)
        }
    }

    /// The page as it was written, with tables that fit, and each `@` again.
    static func finished(_ page: String) -> String {
        var lines = page.split(separator: "\n", omittingEmptySubsequences: false)[...]
        var written: [String] = []
        while let line = lines.popFirst() {
            switch line {
            case ".TS":
                let rows = lines.prefix { $0 != ".TE" }
                lines = lines.dropFirst(rows.count + 1)
                // The first two lines are tbl's own.
                written += table(rows.dropFirst(2).map { $0.split(separator: "@", omittingEmptySubsequences: false).map(String.init) })
            case "\\f[C]", "\\f[]": continue  // around a block of code
            default: written.append(String(line))
            }
        }
        return written.joined(separator: "\n").replacing(String(at), with: "@").replacing("\\f[C]", with: "\\f[B]")
    }

    private static func table(_ rows: [[String]]) -> [String] {
        guard let head = rows.first else { return [] }
        let columns = head.indices.map { column in Column(rows.compactMap { column < $0.count ? $0[column] : nil }) }
        let body = rows.map { row in zip(row, columns).map { $1.written($0) }.joined(separator: "@") }
        let format = columns.map(\.format).joined(separator: " ") + "."
        let heading = columns.map { "lb" + $0.format.dropFirst() }.joined(separator: " ")
        return [".PP", ".TS", "allbox tab(@);", heading, format] + body + [".TE", ".sp"]
    }

    /// A column that is wider than ``short`` shares the room that is left with others like it; one with a word that is so long has that word's width.
    private struct Column {
        private static let short = 22
        private let isWide: Bool
        let format: String

        init(_ cells: [String]) {
            let seen = cells.map { $0.replacing(/\\f\[\w*\]|\\\[\w+\]|\\/, with: "") }
            let word = seen.flatMap { $0.split(separator: " ").map(\.count) }.max() ?? 0
            isWide = seen.contains { $0.count > Self.short }
            format = !isWide ? "l" : word > Self.short ? "lw(\(word)n)" : "lx"
        }

        func written(_ cell: String) -> String {
            guard isWide, !cell.isEmpty else { return cell }
            // Ragged: where a line of a narrow cell cannot be adjusted, groff 1.23 warns.
            return "T{\n.ad l\n\(cell.hasPrefix(".") ? "\\&" : "")\(cell)\nT}"
        }
    }
}
