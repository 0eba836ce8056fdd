import MariaDB

/// Divides rows into chunks whose sizes are powers of two, 512 at the most: so there are only ten statement texts to prepare.
func chunks<Element>(of rows: [Element]) -> [ArraySlice<Element>] {
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
func appendRows<Element>(_ rows: ArraySlice<Element>, to statement: inout SQL, _ piece: (Element) -> SQL) {
    for (index, row) in rows.enumerated() {
        if index > 0 { statement += ", " }
        statement += piece(row)
    }
}

extension SQL {
    static func + (left: SQL, right: SQL) -> SQL {
        var sum = left
        sum += right
        return sum
    }
}
