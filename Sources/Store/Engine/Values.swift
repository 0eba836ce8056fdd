import MariaDB
import Model

// How the values of the model stand in the database: identifiers as BINARY(16), instants as DATETIME(3) in UTC.

extension ULID: SQLValueConvertible {
    public var sqlValue: SQLValue { .bytes(bytes) }
}

extension Identifier: SQLValueConvertible {
    public var sqlValue: SQLValue { .bytes(ulid.bytes) }
}

extension Timestamp: SQLValueConvertible {
    public var sqlValue: SQLValue { .string(sql) }
}

extension Row {
    package func identifier<Kind>(_ column: Int) throws(MariaDBError) -> Identifier<Kind> {
        Identifier(try ulid(column))
    }

    package func ulid(_ column: Int) throws(MariaDBError) -> ULID {
        guard let ulid = ULID(bytes: try bytes(column)) else { throw wrong(column, "an identifier") }
        return ulid
    }

    package func optionalIdentifier<Kind>(_ column: Int) throws(MariaDBError) -> Identifier<Kind>? {
        isNull(column) ? nil : try identifier(column)
    }

    package func timestamp(_ column: Int) throws(MariaDBError) -> Timestamp {
        guard let time = Timestamp(sql: try string(column)) else { throw wrong(column, "a time") }
        return time
    }

    package func optionalTimestamp(_ column: Int) throws(MariaDBError) -> Timestamp? {
        isNull(column) ? nil : try timestamp(column)
    }

    package func plan(_ column: Int) throws(MariaDBError) -> Plan {
        guard let plan = Plan(rawValue: try string(column)) else { throw wrong(column, "a plan") }
        return plan
    }

    package func role(_ column: Int) throws(MariaDBError) -> Role {
        guard let role = Role(rawValue: try string(column)) else { throw wrong(column, "a role") }
        return role
    }

    package func wrong(_ column: Int, _ wanted: String) -> MariaDBError {
        MariaDBError(code: .unexpectedResult, message: "column \(column) is not \(wanted)")
    }
}

extension CivilDate {
    /// `YYYY-MM-DD`.
    public var sql: String { String(Timestamp(milliseconds: Int64(dayNumber) * 86_400_000).sql.prefix(10)) }
}
