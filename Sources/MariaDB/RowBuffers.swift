import CMariaDB

/// The memory behind `mysql_stmt_bind_param` for many rows at once: of each parameter a column of values
/// (https://mariadb.com/kb/en/bulk-insert-column-wise-binding/). Lives for one execution.
final class RowBuffers {
    let binds: UnsafeMutableBufferPointer<MYSQL_BIND>
    /// Of each value, column by column: the number itself, or where its bytes are.
    private let cells: UnsafeMutableBufferPointer<UInt64>
    private let lengths: UnsafeMutableBufferPointer<UInt>
    private let indicators: UnsafeMutableBufferPointer<CChar>
    private let storage: UnsafeMutableRawBufferPointer

    /// - Parameter rows: one at the least, each with as many values as the first.
    /// - Returns: nil where a column has values of several kinds: they go one by one.
    init?(_ rows: [[SQLValue]]) {
        let columns = rows[0].indices
        let kinds = columns.map { Self.kind(of: $0, in: rows) }
        guard !kinds.contains(nil) else { return nil }
        let count = columns.count * rows.count
        (binds, cells) = (.allocate(capacity: columns.count), .allocate(capacity: count))
        (lengths, indicators) = (.allocate(capacity: count), .allocate(capacity: count))
        binds.initialize(repeating: MYSQL_BIND())
        cells.initialize(repeating: 0)
        lengths.initialize(repeating: 0)
        indicators.initialize(repeating: CChar(STMT_INDICATOR_NONE.rawValue))
        storage = .allocate(byteCount: rows.reduce(0) { $1.reduce($0) { $0 + Self.size($1) } }, alignment: 1)
        var end = 0
        for column in columns {
            for (number, row) in rows.enumerated() { fill(column * rows.count + number, with: row[column], &end) }
            bind(column, kinds[column] ?? MYSQL_TYPE_NULL, from: column * rows.count)
        }
    }

    deinit {
        binds.deallocate()
        cells.deallocate()
        lengths.deallocate()
        indicators.deallocate()
        storage.deallocate()
    }

    private static func size(_ value: SQLValue) -> Int {
        switch value {
        case .null, .integer, .double: 0
        case .string(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        }
    }

    /// The type that all values of a column have. Nil where they have several.
    private static func kind(of column: Int, in rows: [[SQLValue]]) -> enum_field_types? {
        var found: enum_field_types?
        for row in rows {
            guard row.indices.contains(column) else { return nil }
            guard let kind = kind(of: row[column]) else { continue }
            guard found == nil || found == kind else { return nil }
            found = kind
        }
        return found ?? MYSQL_TYPE_STRING
    }

    private static func kind(of value: SQLValue) -> enum_field_types? {
        switch value {
        case .null: nil
        case .integer: MYSQL_TYPE_LONGLONG
        case .double: MYSQL_TYPE_DOUBLE
        case .string: MYSQL_TYPE_STRING
        case .bytes: MYSQL_TYPE_BLOB
        }
    }

    private func fill(_ cell: Int, with value: SQLValue, _ end: inout Int) {
        switch value {
        case .null: indicators[cell] = CChar(STMT_INDICATOR_NULL.rawValue)
        case .integer(let number): cells[cell] = UInt64(bitPattern: number)
        case .double(let number): cells[cell] = number.bitPattern
        case .string(let text): copy(text.utf8, text.utf8.count, to: cell, &end)
        case .bytes(let bytes): copy(bytes, bytes.count, to: cell, &end)
        }
    }

    private func copy(_ bytes: some Collection<UInt8>, _ count: Int, to cell: Int, _ end: inout Int) {
        let place = UnsafeMutableRawBufferPointer(rebasing: storage[end..<(end + count)])
        place.copyBytes(from: bytes)
        cells[cell] = UInt64(UInt(bitPattern: place.baseAddress))
        lengths[cell] = UInt(count)
        end += count
    }

    private func bind(_ column: Int, _ kind: enum_field_types, from cell: Int) {
        binds[column].buffer_type = kind
        binds[column].buffer = UnsafeMutableRawPointer(cells.baseAddress.map { $0 + cell })
        binds[column].length = lengths.baseAddress.map { $0 + cell }
        binds[column].u.indicator = indicators.baseAddress.map { $0 + cell }
    }
}
