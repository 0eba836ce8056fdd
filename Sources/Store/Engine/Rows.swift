import MariaDB
import Model

/// Divides rows into chunks whose sizes are powers of two, 512 at the most: so there are only ten statement texts to prepare.
package func chunks<Element>(of rows: [Element]) -> [ArraySlice<Element>] {
    var (chunks, rest) = ([ArraySlice<Element>](), rows[...])
    var size = 512
    while !rest.isEmpty {
        while size > rest.count { size /= 2 }
        chunks.append(rest.prefix(size))
        rest = rest.dropFirst(size)
    }
    return chunks
}

/// Appends `(…), (…)`, one piece for each row.
package func appendRows<Element>(_ rows: ArraySlice<Element>, to statement: inout SQL, _ piece: (Element) -> SQL) {
    for (index, row) in rows.enumerated() {
        if index > 0 { statement += ", " }
        statement += piece(row)
    }
}

/// An INSERT of one row or of several; of one, as most changes write it, the text is made once.
package struct RowInsertion<Element>: Sendable {
    private let head: String
    private let row: String
    private let single: String
    private let values: @Sendable (Element) -> [SQLValue]

    /// - Parameters:
    ///   - head: up to `VALUES`.
    ///   - row: of one row, with a `?` for each of its values.
    package init(_ head: String, row: String, _ values: @escaping @Sendable (Element) -> [SQLValue]) {
        (self.head, self.row, self.values) = (head, row, values)
        single = "\(head) \(row)"
    }

    /// - Parameter rows: one at the least.
    package func statement(of rows: ArraySlice<Element>) -> SQL {
        let text = rows.count == 1 ? single : "\(head) \(Array(repeating: row, count: rows.count).joined(separator: ", "))"
        return SQL(text: text, binding: rows.flatMap(values))
    }
}

/// Ids as a table, for a join that takes them row by row along the primary key: given a list the server may walk through
/// a whole workspace, and wait there for whoever works on its other rows.
package func table<Kind>(of ids: ArraySlice<Identifier<Kind>>) -> SQL {
    var table: SQL = ""
    for (index, id) in ids.enumerated() { appendUnion(index, "SELECT \(cast: id) AS id", "(\(cast: id))", to: &table) }
    return table
}

/// Appends a row to a table that is made by `SELECT … UNION ALL VALUES (…), (…)`; the first row names the columns.
package func appendUnion(_ index: Int, _ first: SQL, _ other: SQL, to table: inout SQL) {
    switch index {
    case 0: table += first
    case 1: table += " UNION ALL VALUES " + other
    default: table += ", " + other
    }
}

extension SQL.StringInterpolation {
    /// Binds an identifier as BINARY(16). In a table of values the server takes a bound string for a text of any length,
    /// and puts such a table on the disk.
    package mutating func appendInterpolation<Kind>(cast id: Identifier<Kind>) {
        appendLiteral("CAST(")
        appendInterpolation(id)
        appendLiteral(" AS BINARY(16))")
    }
}

extension SQL {
    package static func + (left: SQL, right: SQL) -> SQL {
        var sum = left
        sum += right
        return sum
    }
}
