import CMariaDB

/// What the server or the client library refused, with the statement that was refused.
///
/// Bound values are never part of the description: they may be secrets.
public struct MariaDBError: Error, Sendable, CustomStringConvertible {
    /// `mysql_errno` / `mysql_stmt_errno`: 1000–1999 and 4000 up from the server, 2000–2999 from the client library.
    public let code: Code
    /// `mysql_sqlstate`: five characters, `HY000` where nothing better fits.
    public let state: String
    /// The server's own sentence.
    public let message: String
    /// The text of the statement with `?` where values were bound, if there was one.
    public let sql: String?

    public init(code: Code, state: String = "HY000", message: String, sql: String? = nil) {
        self.code = code
        self.state = state
        self.message = message
        self.sql = sql
    }

    public var description: String {
        let statement = sql.map { " in: \($0)" } ?? ""
        return "MariaDB error \(code.rawValue) (\(state)): \(message)\(statement)"
    }

    /// An error number that can be caught by name: `catch let error where error.code == .duplicateKey`.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        public static let duplicateKey = Code(rawValue: 1062)
        /// A row cannot go while another table's rows refer to it.
        public static let rowIsReferenced = Code(rawValue: 1451)
        /// A row refers to one that is not there.
        public static let noReferencedRow = Code(rawValue: 1452)
        public static let tooManyConnections = Code(rawValue: 1040)
        public static let unknownTable = Code(rawValue: 1146)
        public static let unknownDatabase = Code(rawValue: 1049)
        /// The whole transaction was rolled back to end a deadlock.
        public static let deadlock = Code(rawValue: 1213)
        /// Only the statement was rolled back (unless `innodb_rollback_on_timeout`).
        public static let lockWaitTimeout = Code(rawValue: 1205)
        /// The row changed since it was read; MariaDB 11.6.2 and later roll the transaction back.
        public static let recordChanged = Code(rawValue: 1020)
        public static let statementTimeout = Code(rawValue: 1969)
        public static let connectionKilled = Code(rawValue: 1927)
        public static let serverShutdown = Code(rawValue: 1053)
        public static let readOnly = Code(rawValue: 1290)
        /// A node of a cluster that is not part of it at the moment. It refuses before it does anything.
        public static let notReady = Code(rawValue: 1047)
        /// A node that left its cluster in the middle of a commit: the outcome is unknown.
        public static let errorDuringCommit = Code(rawValue: 1180)
        public static let interrupted = Code(rawValue: 1317)
        public static let unexpectedResult = Code(rawValue: 2999)
        /// The account has no right in the whole database.
        public static let databaseDenied = Code(rawValue: 1044)
        /// The account may not do this with the table.
        public static let tableDenied = Code(rawValue: 1142)
        /// GRANT names an account or a role that does not exist.
        public static let unknownAccount = Code(rawValue: 1133)
        /// The certificate is not believed, or there is no TLS.
        public static let tlsFailed = Code(rawValue: 2026)
        /// Nobody listens on the Unix socket, or at the host and port.
        public static let unreachable = Code(rawValue: 2002)
        public static let unreachableHost = Code(rawValue: 2003)
        public static let unknownHost = Code(rawValue: 2005)
        public static let serverGone = Code(rawValue: 2006)
        public static let serverLost = Code(rawValue: 2013)
    }

    /// A unique key has refused. Its name ends the message; before it stands the value, which may say anything.
    public func isDuplicate(of key: String) -> Bool {
        code == .duplicateKey && message.hasSuffix("for key '\(key)'")
    }

    /// Running the whole transaction again may succeed: deadlock, lock wait, changed record.
    public var isTransient: Bool {
        code == .deadlock || code == .lockWaitTimeout || code == .recordChanged
    }

    /// The connection is of no use any more, or could not be made: client-side errors and a server that is going away.
    public var isConnectionLost: Bool {
        (2000..<2999).contains(code.rawValue) || code == .connectionKilled || code == .serverShutdown
            || code == .tooManyConnections || code == .notReady || code == .errorDuringCommit || code == .interrupted
    }

    /// The server itself cannot be reached, or says nothing: no other connection would fare better. One that refuses, has too
    /// many connections or does not believe a certificate is there.
    public var isUnreachable: Bool {
        [.unreachable, .unreachableHost, .unknownHost, .serverGone, .serverLost].contains(code)
    }

    static let plainServer = MariaDBError(code: .tlsFailed, message: "the server does not speak TLS")

    /// The same with where TLS was configured, if it is TLS that failed.
    func advised(by tls: MariaDBConfiguration.TLS?) -> MariaDBError {
        guard let tls, code == .tlsFailed, !tls.advice.isEmpty else { return self }
        return MariaDBError(code: code, state: state, message: "\(message). \(tls.advice)", sql: sql)
    }

    /// A value of a row was not of the type that the reader asked for: a defect of the query, not of the data.
    static func unexpected(_ message: String) -> MariaDBError {
        MariaDBError(code: .unexpectedResult, message: message)
    }
}
