import CMariaDB
import Glibc
import Threads

/// One session on a MariaDB server (`MYSQL`).
///
/// Not Sendable: the compiler proves that no two threads share it. What crosses threads is ``MariaDBConfiguration`` and a
/// pool that lends. It never reconnects by itself: a reconnect drops the transaction, locks and prepared statements unseen.
public final class Connection {
    let handle: UnsafeMutablePointer<MYSQL>
    /// The server that this is connected to.
    public let address: MariaDBConfiguration.Address
    private var statements = RecentlyUsed<String, Statement>(budget: statementLimit)
    private var lost = false
    /// Is told of every statement with bound values: for tests, which ask the server how it goes about it.
    package var trace: ((SQL) -> Void)?

    /// Prepared statements kept per connection; when there are more, the one goes that was not used for the longest time.
    static let statementLimit = 100

    /// Connects (`mysql_real_connect`) and runs the configuration's session statement.
    public init(_ configuration: MariaDBConfiguration) throws(MariaDBError) {
        guard let handle = mysql_init(nil) else { throw .unexpected("mysql_init: out of memory") }
        self.handle = handle
        address = configuration.address
        _ = mask_mysql_option_uint(handle, MYSQL_OPT_CONNECT_TIMEOUT, configuration.connectSeconds)
        _ = mask_mysql_option_uint(handle, MYSQL_OPT_READ_TIMEOUT, configuration.answerSeconds)
        _ = mask_mysql_option_uint(handle, MYSQL_OPT_WRITE_TIMEOUT, configuration.answerSeconds)
        _ = mask_mysql_option_uint(handle, MYSQL_OPT_LOCAL_INFILE, 1)
        _ = mask_mysql_option_string(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4")
        _ = mask_mysql_option_string(handle, MYSQL_INIT_COMMAND, configuration.sessionStatement)
        if let tls = configuration.tls { demand(tls) }
        var host: String?, socket: String?, port: UInt32 = 0
        switch configuration.address {
        case .socket(let path): socket = path
        case .tcp(let name, let number):
            (host, port) = (name, number)
            // Also where the name is localhost, which the library takes for the Unix socket otherwise.
            _ = mask_mysql_option_uint(handle, MYSQL_OPT_PROTOCOL, MYSQL_PROTOCOL_TCP.rawValue)
        }
        // CLIENT_FOUND_ROWS: "affected" means matched, so that an UPDATE that changes nothing is told from one that found nothing.
        let flags = UInt(CLIENT_FOUND_ROWS)
        refuseLocalFiles()
        guard mysql_real_connect(handle, host, configuration.user, configuration.password, configuration.database,
                                 port, socket, flags) != nil
        else { throw failure(sql: nil).advised(by: configuration.tls) }
        // Whatever the library makes of the options above: nothing is asked in the clear.
        guard configuration.tls == nil || mysql_get_ssl_cipher(handle) != nil
        else { throw MariaDBError.plainServer.advised(by: configuration.tls) }
        if case .tcp = configuration.address { mask_mysql_notice_silence(handle, configuration.silenceSeconds) }
    }

    /// https://mariadb.com/kb/en/mysql_optionsv/#tls-options
    private func demand(_ tls: MariaDBConfiguration.TLS) {
        _ = mask_mysql_option_bool(handle, MYSQL_OPT_SSL_ENFORCE, 1)
        _ = mask_mysql_option_bool(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, 1)
        _ = mask_mysql_option_string(handle, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3")
        _ = mask_mysql_option_string(handle, MYSQL_OPT_SSL_CA, tls.authorities)
        guard let client = tls.client else { return }
        _ = mask_mysql_option_string(handle, MYSQL_OPT_SSL_CERT, client.certificate)
        _ = mask_mysql_option_string(handle, MYSQL_OPT_SSL_KEY, client.key)
    }

    deinit {
        statements.removeAll()  // statements are closed before their connection
        mysql_close(handle)
    }

    /// False once the connection was lost: a pool drops it then.
    public var isUsable: Bool { !lost }

    /// Nothing has arrived that was not asked for. On an idle connection that could only be the news that the server has
    /// closed it.
    public var isQuiet: Bool {
        var query = pollfd(fd: Int32(mysql_get_socket(handle)), events: Int16(POLLIN), revents: 0)
        return poll(&query, 1, 0) == 0
    }

    /// The server's thread id, as in `SHOW PROCESSLIST` and `KILL`.
    public var threadID: UInt { mysql_thread_id(handle) }

    /// Runs one statement with bound values and returns its rows.
    public func query(_ sql: SQL) throws(MariaDBError) -> [Row] {
        var rows: [Row] = []
        trace?(sql)
        try prepared(sql.text).run(sql.values) { rows.append($0) }
        return rows
    }

    /// Runs one statement with bound values and hands over row by row, in constant memory.
    public func query(_ sql: SQL, each: (Row) -> Void) throws(MariaDBError) {
        trace?(sql)
        try prepared(sql.text).run(sql.values, each: each)
    }

    /// Runs one statement with bound values and returns how many rows it matched (UPDATE) or changed.
    @discardableResult
    public func execute(_ sql: SQL) throws(MariaDBError) -> Int {
        try prepared(sql.text).run(sql.values) { _ in }
    }

    /// Runs a transaction. The first error rolls back and is thrown; what `body` returned has been committed.
    ///
    /// A connection that is lost during COMMIT leaves the outcome unknown: the error then says `isConnectionLost`.
    public func transaction<R>(_ body: (Connection) throws -> R) throws -> R {
        try transaction(begunBy: "START TRANSACTION", body)
    }

    /// Runs queries that all see what was committed when the first of them began.
    ///
    /// https://mariadb.com/kb/en/start-transaction/#with-consistent-snapshot: it has an effect in REPEATABLE READ only, and
    /// SET TRANSACTION holds for the next transaction alone.
    public func snapshot<R>(_ body: (Connection) throws -> R) throws -> R {
        try run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return try transaction(begunBy: "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", body)
    }

    private func transaction<R>(
        begunBy begin: String, committedBy commit: String = "COMMIT", rolledBackBy rollback: String = "ROLLBACK",
        _ body: (Connection) throws -> R
    ) throws -> R {
        try run(begin)
        do {
            let result = try body(self)
            try run(commit)
            return result
        } catch {
            rollBack(rollback)
            throw error
        }
    }

    /// Runs several statements as one transaction in ONE round trip: a prepared compound statement (MariaDB 10.6 and later).
    ///
    /// Decided: a compound statement that is sent, and no stored procedure. It costs the same round trip, and its text stands
    /// where it is used instead of in the schema, which two releases share during an upgrade.
    ///
    /// https://mariadb.com/kb/en/begin-end/: an error leaves the block and the transaction open, so it is rolled back here.
    public func executeAtomically(_ statements: [SQL]) throws(MariaDBError) {
        var block: SQL = "BEGIN NOT ATOMIC START TRANSACTION; "
        for statement in statements {
            block += statement
            block += "; "
        }
        block += "COMMIT; END"
        do {
            try execute(block)
        } catch {
            rollBack()
            throw error
        }
    }

    /// Runs statements of several, each a list that ``executeAtomically(_:)`` would run, as one transaction: those that have one
    /// text, with the values of all, in one round trip. Each list keeps its order. No row that somebody else has locked is waited
    /// for: what one waits for would hold up all.
    public func executeTogether(_ lists: [[SQL]]) throws {
        let statements = Self.gathered(lists)
        try transaction(
            begunBy: "BEGIN NOT ATOMIC SET @usual_wait = @@innodb_lock_wait_timeout, innodb_lock_wait_timeout = 0; START TRANSACTION; END",
            committedBy: "BEGIN NOT ATOMIC COMMIT; SET innodb_lock_wait_timeout = @usual_wait; END",
            rolledBackBy: "BEGIN NOT ATOMIC ROLLBACK; SET innodb_lock_wait_timeout = @usual_wait; END"
        ) { connection in
            for (text, rows) in statements { try connection.prepared(text).run(rows: rows) }
        }
    }

    /// The texts in an order that is that of every list, each with all its values.
    static func gathered(_ lists: [[SQL]]) -> [(text: String, rows: [[SQLValue]])] {
        var gathered: [(text: String, rows: [[SQLValue]])] = []
        for list in lists {
            var next = 0
            for statement in list {
                if let place = gathered[next...].firstIndex(where: { $0.text == statement.text }) {
                    gathered[place].rows.append(statement.values)
                    next = place + 1
                } else {
                    gathered.insert((statement.text, [statement.values]), at: next)
                    next += 1
                }
            }
        }
        return gathered
    }

    /// Nothing to do about a failure here: the connection is lost then, and the server rolls back by itself.
    private func rollBack(_ statement: String = "ROLLBACK") {
        do { try run(statement) } catch { lost = true }
    }

    /// Runs several statements divided by `;` and drops their results: migrations and the like, which come with the program.
    /// Only here does the server take more than one at a time (`mysql_set_server_option`).
    @discardableResult
    public func runScript(_ text: String) throws(MariaDBError) -> Int {
        guard mysql_set_server_option(handle, MYSQL_OPTION_MULTI_STATEMENTS_ON) == 0 else { throw failure(sql: text) }
        defer { if mysql_set_server_option(handle, MYSQL_OPTION_MULTI_STATEMENTS_OFF) != 0 { lost = true } }
        return try run(text)
    }

    /// Runs one statement as it is (`mysql_real_query`) and drops its results. For session commands; never for text that came
    /// from outside.
    @discardableResult
    public func run(_ text: String) throws(MariaDBError) -> Int {
        guard mysql_real_query(handle, text, UInt(text.utf8.count)) == 0 else { throw failure(sql: text) }
        var affected = 0
        while true {
            if let result = mysql_store_result(handle) {
                mysql_free_result(result)
            } else if mysql_errno(handle) != 0 {
                throw failure(sql: text)
            } else {
                affected += Int(mysql_affected_rows(handle))
            }
            // https://mariadb.com/kb/en/mysql_next_result/: 0 more results, -1 no more, above 0 an error.
            let next = mysql_next_result(handle)
            if next > 0 { throw failure(sql: text) }
            if next < 0 { return affected }
        }
    }

    /// Lets the server end each of the statements of `body` after so many seconds (`max_statement_time`).
    public func limitingStatements(toSeconds seconds: Int, _ body: () throws(MariaDBError) -> Void) throws(MariaDBError) {
        try run("SET @usual_statement_time = @@max_statement_time, max_statement_time = \(seconds)")
        let outcome: Result<Void, MariaDBError>
        do throws(MariaDBError) { outcome = .success(try body()) } catch { outcome = .failure(error) }
        if isUsable { try run("SET max_statement_time = @usual_statement_time") }
        try outcome.get()
    }

    // MARK: Inside the module

    private func prepared(_ text: String) throws(MariaDBError) -> Statement {
        if let statement = statements.use(text) { return statement }
        let statement = try Statement(text, on: self)
        statements.set(text, to: statement)
        return statement
    }

    func failure(sql: String?) -> MariaDBError {
        noted(MariaDBError(
            code: .init(rawValue: mysql_errno(handle)), state: String(cString: mysql_sqlstate(handle)),
            message: String(cString: mysql_error(handle)), sql: sql))
    }

    /// Remembers that the connection is of no use if the error says so.
    func noted(_ error: MariaDBError) -> MariaDBError {
        if error.isConnectionLost { lost = true }
        return error
    }
}
