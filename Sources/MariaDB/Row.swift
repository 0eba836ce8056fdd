/// One row of a result, copied out of the client library's memory.
public struct Row: Sendable {
    public let values: [SQLValue]

    public init(values: [SQLValue]) {
        self.values = values
    }

    /// The value of a column by its place in the SELECT, from 0.
    public subscript(_ column: Int) -> SQLValue { values[column] }

    public func isNull(_ column: Int) -> Bool { values[column] == .null }

    /// An integer column. Throws where the column is NULL or of another type.
    public func integer(_ column: Int) throws(MariaDBError) -> Int {
        guard case .integer(let value) = values[column] else { throw mismatch(column, "an integer") }
        return Int(value)
    }

    /// A text column. Throws where the column is NULL or of another type.
    public func string(_ column: Int) throws(MariaDBError) -> String {
        guard case .string(let value) = values[column] else { throw mismatch(column, "text") }
        return value
    }

    /// A binary column. Throws where the column is NULL or of another type.
    public func bytes(_ column: Int) throws(MariaDBError) -> [UInt8] {
        guard case .bytes(let value) = values[column] else { throw mismatch(column, "bytes") }
        return value
    }

    /// A 0/1 column.
    public func bool(_ column: Int) throws(MariaDBError) -> Bool { try integer(column) != 0 }

    public func optionalInteger(_ column: Int) throws(MariaDBError) -> Int? {
        isNull(column) ? nil : try integer(column)
    }

    public func optionalString(_ column: Int) throws(MariaDBError) -> String? {
        isNull(column) ? nil : try string(column)
    }

    public func optionalBytes(_ column: Int) throws(MariaDBError) -> [UInt8]? {
        isNull(column) ? nil : try bytes(column)
    }

    private func mismatch(_ column: Int, _ wanted: String) -> MariaDBError {
        let kind = switch values[column] {
        case .null: "NULL"
        case .integer: "an integer"
        case .double: "a double"
        case .string: "text"
        case .bytes: "bytes"
        }
        return .unexpected("column \(column) is \(kind), not \(wanted)")
    }
}
