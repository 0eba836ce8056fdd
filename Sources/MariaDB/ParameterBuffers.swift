import CMariaDB

/// The memory behind `mysql_stmt_bind_param`: one MYSQL_BIND for each value and one block that holds what they point to.
/// Lives for one execution.
final class ParameterBuffers {
    let binds: UnsafeMutableBufferPointer<MYSQL_BIND>
    private let storage: UnsafeMutableRawBufferPointer

    init(_ values: [SQLValue]) {
        binds = .allocate(capacity: values.count)
        binds.initialize(repeating: MYSQL_BIND())
        storage = .allocate(byteCount: values.reduce(0) { $0 + Self.size($1) }, alignment: 8)
        var offset = 0
        for (index, value) in values.enumerated() {
            bind(value, at: index, offset: offset)
            offset += Self.size(value)
        }
    }

    deinit {
        binds.deallocate()
        storage.deallocate()
    }

    /// Bytes of storage for a value, rounded up so that the next one is aligned.
    private static func size(_ value: SQLValue) -> Int {
        switch value {
        case .null: 0
        case .integer, .double: 8
        case .string(let text): (text.utf8.count + 7) & ~7
        case .bytes(let bytes): (bytes.count + 7) & ~7
        }
    }

    private func bind(_ value: SQLValue, at index: Int, offset: Int) {
        let place = UnsafeMutableRawBufferPointer(rebasing: storage[offset...])
        switch value {
        case .null:
            binds[index].buffer_type = MYSQL_TYPE_NULL
        case .integer(let number):
            place.storeBytes(of: number, as: Int64.self)
            binds[index].buffer_type = MYSQL_TYPE_LONGLONG
        case .double(let number):
            place.storeBytes(of: number, as: Double.self)
            binds[index].buffer_type = MYSQL_TYPE_DOUBLE
        case .string(let text):
            place.copyBytes(from: text.utf8)
            binds[index].buffer_type = MYSQL_TYPE_STRING
            binds[index].buffer_length = UInt(text.utf8.count)
        case .bytes(let bytes):
            place.copyBytes(from: bytes)
            binds[index].buffer_type = MYSQL_TYPE_BLOB
            binds[index].buffer_length = UInt(bytes.count)
        }
        binds[index].buffer = place.baseAddress
    }
}
