import CMariaDB

/// A prepared statement (`MYSQL_STMT`) with the buffers its results arrive in. Kept by its connection for the next run.
final class Statement {
    private let handle: UnsafeMutablePointer<MYSQL_STMT>
    private unowned let connection: Connection
    private let text: String
    private let parameterCount: Int
    private var results: ResultBuffers?

    /// `mysql_stmt_prepare`.
    init(_ text: String, on connection: Connection) throws(MariaDBError) {
        guard let handle = mysql_stmt_init(connection.handle) else { throw connection.failure(sql: text) }
        self.handle = handle
        self.connection = connection
        self.text = text
        let outcome = mysql_stmt_prepare(handle, text, UInt(text.utf8.count))
        parameterCount = outcome == 0 ? Int(mysql_stmt_param_count(handle)) : 0
        guard outcome == 0 else { throw failure() }
    }

    deinit {
        mysql_stmt_close(handle)
    }

    /// Binds, executes and fetches every row; returns the number of affected rows.
    @discardableResult
    func run(_ values: [SQLValue], each: (Row) -> Void) throws(MariaDBError) -> Int {
        guard values.count == parameterCount else {
            throw .unexpected("\(values.count) values for \(parameterCount) parameters in: \(text)")
        }
        try bindAndExecute(values)
        // Statement metadata is known only after the first execution for compound statements, so it is read here.
        guard mysql_stmt_field_count(handle) > 0 else {
            return Int(bitPattern: UInt(truncatingIfNeeded: mysql_stmt_affected_rows(handle)))
        }
        defer { mysql_stmt_free_result(handle) }
        try fetch(each)
        return 0
    }

    /// Executes once for each row, in one round trip (COM_STMT_BULK_EXECUTE): for statements that answer nothing. Rows whose
    /// values in some place are of several kinds take one round trip each.
    func run(rows: [[SQLValue]]) throws(MariaDBError) {
        guard rows.count > 1, rows.allSatisfy({ $0.count == parameterCount }), let buffers = RowBuffers(rows) else {
            for row in rows { try run(row) { _ in } }
            return
        }
        try setRowCount(rows.count)
        defer { try? setRowCount(0) }
        try execute(buffers.binds.baseAddress, of: buffers)
    }

    /// 0: one row, bound by itself.
    private func setRowCount(_ count: Int) throws(MariaDBError) {
        var count = UInt32(count)
        guard mysql_stmt_attr_set(handle, STMT_ATTR_ARRAY_SIZE, &count) == 0 else { throw failure() }
    }

    private func bindAndExecute(_ values: [SQLValue]) throws(MariaDBError) {
        let parameters = ParameterBuffers(values)
        try execute(parameters.binds.baseAddress, of: parameters)
    }

    /// - Parameter owner: has the memory, which the library reads while it executes.
    private func execute(_ binds: UnsafeMutablePointer<MYSQL_BIND>?, of owner: AnyObject) throws(MariaDBError) {
        let isDone = withExtendedLifetime(owner) { mysql_stmt_bind_param(handle, binds) == 0 && mysql_stmt_execute(handle) == 0 }
        guard isDone else { throw failure() }
    }

    private func fetch(_ each: (Row) -> Void) throws(MariaDBError) {
        let buffers = try resultBuffers()
        guard mysql_stmt_bind_result(handle, buffers.binds.baseAddress) == 0 else { throw failure() }
        while true {
            switch mysql_stmt_fetch(handle) {
            case 0, MYSQL_DATA_TRUNCATED: each(Row(values: try buffers.values(of: handle, orThrow: failure)))
            case MYSQL_NO_DATA: return
            default: throw failure()
            }
        }
    }

    private func resultBuffers() throws(MariaDBError) -> ResultBuffers {
        if let results { return results }
        guard let metadata = mysql_stmt_result_metadata(handle) else { throw failure() }
        defer { mysql_free_result(metadata) }
        let made = ResultBuffers(metadata)
        results = made
        return made
    }

    /// libmariadb notes an error that arrives among the rows (a timeout, a kill) on the connection only.
    private func failure() -> MariaDBError {
        guard mysql_stmt_errno(handle) != 0 else { return connection.failure(sql: text) }
        return connection.noted(MariaDBError(
            code: .init(rawValue: mysql_stmt_errno(handle)), state: String(cString: mysql_stmt_sqlstate(handle)),
            message: String(cString: mysql_stmt_error(handle)), sql: text))
    }
}


private let MYSQL_NO_DATA: Int32 = 100
private let MYSQL_DATA_TRUNCATED: Int32 = 101
