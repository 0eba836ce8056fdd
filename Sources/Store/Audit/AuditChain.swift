import Crypto
import MariaDB
import Model

/// The table `audit_seals`: a hash chain over the audit log of each workspace, made in the background.
///
/// A chain head that every change had to move would make the changes of a workspace wait for one another. So a change
/// and a request are only stored; ten minutes later, when nothing can be added to the past any more, a seal covers all
/// that was recorded in the window since the last.
public enum AuditChain {
    public struct Seal: Sendable, Equatable {
        /// From 1.
        public var number: Int
        public var start: Timestamp
        public var end: Timestamp
        public var entries: Int
        public var previous: [UInt8]
        public var hash: [UInt8]
    }

    /// After this, nothing can be recorded under an earlier time: entries are at most ``AuditLog/toleranceMinutes`` older than the
    /// server's clock says, and transactions end within the other five by every timeout there is.
    public static let graceMilliseconds: Int64 = 600_000

    private static let beginning = Timestamp(milliseconds: 0)
    private static let noHash = [UInt8](repeating: 0, count: sha256Length)

    // MARK: Sealing

    /// Seals what is due in every workspace, by the server's clock.
    public static func sealAll(in store: Store) throws {
        let now = try store.agreedTime()
        try store.writeRepeatably { try sealAll(at: now, on: $0) }
    }

    /// Seals every workspace's log up to ten minutes ago, unless another process does so already.
    /// - Parameter now: by the server's clock, see ``Store/agreedTime(_:)``.
    public static func sealAll(at now: Timestamp, on connection: Connection) throws {
        _ = try NamedLock.hold("seal", on: connection) {
            for workspace in try Workspaces.list(on: connection) {
                try seal(workspace.id, before: now.adding(milliseconds: -graceMilliseconds), on: connection)
            }
        }
    }

    /// Adds a seal over what was recorded since the last one and before `end`. Nil when there is nothing, and where another
    /// process was faster: its seal stands.
    @discardableResult
    public static func seal(
        _ workspace: WorkspaceID, before end: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> Seal? {
        let last = try connection.query("\(columns) WHERE workspace_id = \(workspace) ORDER BY number DESC LIMIT 1").first.map(seal)
        var seal = Seal(
            number: (last?.number ?? 0) + 1, start: last?.end ?? beginning, end: end, entries: 0,
            previous: last?.hash ?? noHash, hash: [])
        guard seal.start < end else { return nil }
        (seal.entries, seal.hash) = try digest(seal, workspace, on: connection)
        guard seal.entries > 0 else { return nil }
        let inserted = try connection.execute("""
            INSERT IGNORE INTO audit_seals (workspace_id, number, window_start, window_end, entries, previous, hash)
            VALUES (\(workspace), \(seal.number), \(seal.start), \(seal.end), \(seal.entries), \(seal.previous), \(seal.hash))
            """)
        return inserted == 1 ? seal : nil
    }

    /// Counts and hashes the entries in a seal's window: each hash is over the one before it and the next entry.
    private static func digest(
        _ seal: Seal, _ workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> (entries: Int, hash: [UInt8]) {
        var (entries, hash) = (0, sha256(seal.previous + workspace.ulid.bytes + Array("\(seal.number) \(seal.start.sql) \(seal.end.sql)".utf8)))
        for source in [changes, requests] {
            try connection.query(source(workspace, seal.start, seal.end)) { row in
                entries += 1
                hash = sha256(hash + canonical(row))
            }
        }
        return (entries, hash)
    }

    // A window may be long where nobody has sealed for days: reading it may take as long as it takes.

    private static func changes(_ workspace: WorkspaceID, _ start: Timestamp, _ end: Timestamp) -> SQL {
        """
        SET STATEMENT max_statement_time = 0 FOR SELECT 'change', at, id, actor, action, resource, address, user_agent, request_id, changes
        FROM audit_log WHERE workspace_id = \(workspace) AND at >= \(start) AND at < \(end)
        ORDER BY at, id
        """
    }

    private static func requests(_ workspace: WorkspaceID, _ start: Timestamp, _ end: Timestamp) -> SQL {
        """
        SET STATEMENT max_statement_time = 0 FOR SELECT 'request', recorded_at, at, id, key_id, endpoint, resource, status, microseconds, changed, address, user_agent
        FROM api_requests WHERE workspace_id = \(workspace) AND recorded_at >= \(start) AND recorded_at < \(end)
        ORDER BY recorded_at, at, id
        """
    }

    /// A row as bytes that no other row has: each value with its length before it.
    private static func canonical(_ row: Row) -> [UInt8] {
        row.values.reduce(into: []) { bytes, value in
            let part: [UInt8] = switch value {
            case .null: []
            case .integer(let number): Array(String(number).utf8)
            case .double(let number): Array(String(number).utf8)
            case .string(let text): Array(text.utf8)
            case .bytes(let raw): raw
            }
            bytes += Array("\(value == .null ? -1 : part.count):".utf8) + part
        }
    }

    // MARK: Verifying

    public struct Verification: Sendable, Equatable {
        public var seals = 0
        public var entries = 0
        /// Recorded since the last seal.
        public var unsealed = 0
        /// The last seal's hash: noted elsewhere, it proves later that the log up to here is what it was.
        public var head: [UInt8]?
        /// What is wrong, one sentence each.
        public var failures: [String] = []
    }

    /// Computes every seal anew. Entries older than the plan keeps are gone with their seals: the chain begins where they end.
    public static func verify(_ workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) -> Verification {
        var report = Verification()
        var last: Seal?
        var (begin, stray) = (beginning, 0)
        for seal in try connection.query("\(columns) WHERE workspace_id = \(workspace) ORDER BY number").map(seal) {
            report.seals += 1
            if last == nil { begin = seal.start }
            report.entries += seal.entries
            report.failures += links(seal, to: last)
            let (entries, hash) = try digest(seal, workspace, on: connection)
            if hash != seal.hash || entries != seal.entries {
                let what = entries == seal.entries ? "entries were altered" : "\(seal.entries) entries were sealed and \(entries) are there"
                report.failures.append("seal \(seal.number) (\(seal.start.rfc3339) to \(seal.end.rfc3339)): \(what)")
            }
            last = seal
        }
        report.head = last?.hash
        for source in [changes, requests] { try connection.query(source(workspace, beginning, begin)) { _ in stray += 1 } }
        if stray > 0 { report.failures.append("\(stray) entries are older than the first seal: the seals before it are gone") }
        let future = Timestamp.now().adding(days: 1)
        for source in [changes, requests] {
            try connection.query(source(workspace, last?.end ?? beginning, future)) { _ in report.unsealed += 1 }
        }
        return report
    }

    private static func links(_ seal: Seal, to last: Seal?) -> [String] {
        guard let last else {
            return seal.number == 1 && seal.previous != noHash ? ["seal 1 does not begin the chain"] : []
        }
        let isNext = seal.number == last.number + 1 && seal.start == last.end && seal.previous == last.hash
        return isNext ? [] : ["seal \(seal.number) does not follow seal \(last.number)"]
    }

    /// Whether a hash that was noted is the hash of a seal.
    public static func contains(_ hash: [UInt8], in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) -> Bool {
        try !connection.query("SELECT 1 FROM audit_seals WHERE workspace_id = \(workspace) AND hash = \(hash)").isEmpty
    }

    // MARK: Retention

    /// Deletes what is older than the plan keeps, whole sealed windows at a time, and returns how many entries.
    public static func prune(
        _ workspace: WorkspaceID, plan: Plan, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> Int {
        guard let end = try pruneEnd(workspace, plan: plan, at: now, on: connection) else { return 0 }
        let removed = try forget(workspace, before: end, on: connection)
        try connection.execute("DELETE FROM audit_seals WHERE workspace_id = \(workspace) AND window_end <= \(end)")
        return removed
    }

    /// Deletes what is older of a log that nobody seals, as a sandbox's, and returns how many entries.
    public static func forget(
        _ workspace: WorkspaceID, before end: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> Int {
        try deleteAll("FROM audit_log WHERE workspace_id = \(workspace) AND at < \(end)", on: connection)
            + deleteAll("FROM api_requests WHERE workspace_id = \(workspace) AND recorded_at < \(end)", on: connection)
    }

    /// Before when the plan no longer keeps what is sealed; nil where it keeps all.
    package static func pruneEnd(
        _ workspace: WorkspaceID, plan: Plan, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> Timestamp? {
        try connection.query("""
            SELECT MAX(window_end) FROM audit_seals
            WHERE workspace_id = \(workspace) AND window_end <= \(now.adding(days: -plan.auditDays))
            """).first?.optionalTimestamp(0)
    }

    /// In pieces, so that no transaction holds many locks for long.
    private static func deleteAll(_ rows: SQL, on connection: Connection) throws(MariaDBError) -> Int {
        var (removed, total) = (0, 0)
        repeat {
            removed = try connection.execute("DELETE \(rows) LIMIT 5000")
            total += removed
        } while removed == 5000
        return total
    }

    private static let columns: SQL = """
        SELECT number, window_start, window_end, entries, previous, hash FROM audit_seals
        """

    private static func seal(_ row: Row) throws(MariaDBError) -> Seal {
        Seal(
            number: try row.integer(0), start: try row.timestamp(1), end: try row.timestamp(2), entries: try row.integer(3),
            previous: try row.bytes(4), hash: try row.bytes(5))
    }
}
