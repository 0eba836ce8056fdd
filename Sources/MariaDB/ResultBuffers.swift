import CMariaDB

/// The memory behind `mysql_stmt_bind_result`: integers and doubles in place, text and bytes in a short buffer each, with a
/// second look (`mysql_stmt_fetch_column`) for what is longer.
final class ResultBuffers {
    let binds: UnsafeMutableBufferPointer<MYSQL_BIND>
    private let kinds: [Kind]
    private let storage: UnsafeMutableRawBufferPointer
    private let lengths: UnsafeMutableBufferPointer<UInt>
    private let nulls: UnsafeMutableBufferPointer<my_bool>

    private enum Kind { case integer, double, string, bytes }

    /// Bytes kept for each column; most values of ours are shorter.
    private static let width = 256

    init(_ metadata: UnsafeMutablePointer<MYSQL_RES>) {
        let count = Int(mysql_num_fields(metadata))
        binds = .allocate(capacity: count)
        binds.initialize(repeating: MYSQL_BIND())
        lengths = .allocate(capacity: count)
        lengths.initialize(repeating: 0)
        nulls = .allocate(capacity: count)
        nulls.initialize(repeating: 0)
        storage = .allocate(byteCount: count * Self.width, alignment: 8)
        kinds = (0..<count).map { Self.kind(mysql_fetch_field_direct(metadata, UInt32($0)).pointee) }
        for index in 0..<count { bind(index) }
    }

    deinit {
        binds.deallocate()
        storage.deallocate()
        lengths.deallocate()
        nulls.deallocate()
    }

    private static func kind(_ field: MYSQL_FIELD) -> Kind {
        let binaryCharacterSet: UInt32 = 63  // https://mariadb.com/kb/en/result-set-packets/
        switch field.type {
        case MYSQL_TYPE_TINY, MYSQL_TYPE_SHORT, MYSQL_TYPE_LONG, MYSQL_TYPE_INT24, MYSQL_TYPE_LONGLONG, MYSQL_TYPE_YEAR:
            return .integer
        case MYSQL_TYPE_FLOAT, MYSQL_TYPE_DOUBLE:
            return .double
        case MYSQL_TYPE_STRING, MYSQL_TYPE_VAR_STRING, MYSQL_TYPE_BLOB, MYSQL_TYPE_TINY_BLOB, MYSQL_TYPE_MEDIUM_BLOB,
            MYSQL_TYPE_LONG_BLOB, MYSQL_TYPE_BIT:
            return field.charsetnr == binaryCharacterSet ? .bytes : .string
        default:
            return .string  // dates and decimals as text
        }
    }

    private func bind(_ index: Int) {
        switch kinds[index] {
        case .integer: binds[index].buffer_type = MYSQL_TYPE_LONGLONG
        case .double: binds[index].buffer_type = MYSQL_TYPE_DOUBLE
        case .string: binds[index].buffer_type = MYSQL_TYPE_STRING
        case .bytes: binds[index].buffer_type = MYSQL_TYPE_BLOB
        }
        binds[index].buffer = place(index)
        binds[index].buffer_length = UInt(Self.width)
        binds[index].length = lengths.baseAddress.map { $0 + index }
        binds[index].is_null = nulls.baseAddress.map { $0 + index }
    }

    private func place(_ index: Int) -> UnsafeMutableRawPointer? {
        storage.baseAddress.map { $0 + index * Self.width }
    }

    /// Copies the row that `mysql_stmt_fetch` has just delivered.
    func values(
        of statement: UnsafeMutablePointer<MYSQL_STMT>, orThrow failure: () -> MariaDBError
    ) throws(MariaDBError) -> [SQLValue] {
        var values: [SQLValue] = []
        values.reserveCapacity(kinds.count)
        for index in kinds.indices {
            values.append(try value(index, of: statement, orThrow: failure))
        }
        return values
    }

    private func value(
        _ index: Int, of statement: UnsafeMutablePointer<MYSQL_STMT>, orThrow failure: () -> MariaDBError
    ) throws(MariaDBError) -> SQLValue {
        if nulls[index] != 0 { return .null }
        let short = UnsafeRawBufferPointer(rebasing: storage[index * Self.width..<(index + 1) * Self.width])
        switch kinds[index] {
        case .integer: return .integer(short.load(as: Int64.self))
        case .double: return .double(short.load(as: Double.self))
        case .string, .bytes: break
        }
        let length = Int(lengths[index])
        if length <= Self.width { return copy(UnsafeRawBufferPointer(rebasing: short[..<length]), kinds[index]) }
        let long = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 8)
        defer { long.deallocate() }
        var whole = binds[index]
        whole.buffer = long.baseAddress
        whole.buffer_length = UInt(length)
        guard mysql_stmt_fetch_column(statement, &whole, UInt32(index), 0) == 0 else { throw failure() }
        return copy(UnsafeRawBufferPointer(long), kinds[index])
    }

    private func copy(_ bytes: UnsafeRawBufferPointer, _ kind: Kind) -> SQLValue {
        kind == .bytes ? .bytes(Array(bytes)) : .string(String(decoding: bytes, as: UTF8.self))
    }
}
