import Crypto
import MariaDB
import Model
import Text

/// Which entries of the audit log to list.
public struct AuditFilter: Sendable, Equatable {
    /// What came of an action.
    public enum Outcome: String, Sendable, CaseIterable {
        case success
        /// Answered with 400 to 499.
        case refused
        /// Answered with 500 or more.
        case failed

        init(status: Int) { self = status < 400 ? .success : status < 500 ? .refused : .failed }

        var statuses: ClosedRange<Int> {
            switch self {
            case .success: 0...399
            case .refused: 400...499
            case .failed: 500...999
            }
        }
    }

    /// The id of a key or a member, `maskctl` for whoever typed it, or `maskctl:` and a person.
    public var actor: String?
    public var action: String?
    public var resource: String?
    public var outcome: Outcome?
    public var after: Timestamp?
    public var before: Timestamp?

    public init() {}
}

/// The place after which a page of the audit log begins: the last entry of the page before.
public struct AuditPosition: Sendable, Equatable {
    public var at: Timestamp
    public var id: ULID

    public init(at: Timestamp, id: ULID) {
        self.at = at
        self.id = id
    }
}

/// An entry of the audit log as it is read: a change, or a request that changed nothing.
public struct AuditRecord: Sendable, Equatable {
    public var at: Timestamp
    public var id: ULID
    public var actor: String
    /// What was changed (`link.created`), or what was asked for (`GET /links/{id}`).
    public var action: String
    public var resource: String
    public var outcome: AuditFilter.Outcome
    /// The answer's status; nil for a change.
    public var status: Int?
    public var address: String
    public var userAgent: String
    public var requestID: String
    /// JSON with `before` and `after`.
    public var changes: String?

    public var position: AuditPosition { AuditPosition(at: at, id: id) }
}

extension AuditLog {
    /// One page of changes and requests together, newest first. Keyset pagination over the primary keys of both tables.
    public static func list(
        _ filter: AuditFilter, in workspace: WorkspaceID, after position: AuditPosition?, limit: Int,
        on connection: Connection
    ) throws(MariaDBError) -> [AuditRecord] {
        let changes = try changes(filter, workspace, position, limit, on: connection)
        let requests = try requests(filter, workspace, position, limit, on: connection)
        let all = (changes + requests).sorted { ($1.at, $1.id) < ($0.at, $0.id) }
        return Array(all.prefix(limit))
    }

    /// Whether there are more than so many.
    public static func isLonger(
        than limit: Int, _ filter: AuditFilter, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> Bool {
        var count = 0
        for query in [changes(filter, workspace, columns: "1"), requests(filter, workspace, columns: "1")] {
            guard var query else { continue }
            query += window(filter, nil)
            query += " LIMIT \(limit + 1 - count)"
            count += try connection.query("SELECT COUNT(*) FROM (" + query + ") entries").first?.integer(0) ?? 0
            if count > limit { return true }
        }
        return false
    }

    private static func changes(
        _ filter: AuditFilter, _ workspace: WorkspaceID, _ position: AuditPosition?, _ limit: Int, on connection: Connection
    ) throws(MariaDBError) -> [AuditRecord] {
        let columns: SQL = "at, id, actor, action, resource, address, user_agent, request_id, changes"
        guard var query = changes(filter, workspace, columns: columns) else { return [] }
        query += window(filter, position) + " ORDER BY at DESC, id DESC LIMIT \(limit)"
        return try connection.query(query).map { row throws(MariaDBError) -> AuditRecord in
            AuditRecord(
                at: try row.timestamp(0), id: try row.ulid(1), actor: try row.string(2), action: try row.string(3),
                resource: try row.string(4), outcome: try row.string(3).hasSuffix(refusal) ? .refused : .success, status: nil, address: try row.string(5),
                userAgent: try row.string(6), requestID: try row.string(7), changes: try row.optionalString(8))
        }
    }

    /// How an ``AuditAction`` ends that was refused.
    private static let refusal = "_refused"

    /// Nil where the filter leaves none.
    private static func changes(_ filter: AuditFilter, _ workspace: WorkspaceID, columns: SQL) -> SQL? {
        guard filter.outcome != .failed, isASCII(filter) else { return nil }
        var query: SQL = "SELECT " + columns
        query += " FROM audit_log WHERE workspace_id = \(workspace)"
        if let actor = filter.actor {
            query += actor == "maskctl" ? " AND (actor = 'maskctl' OR actor LIKE 'maskctl:%')" : " AND actor = \(actor)"
        }
        if let action = filter.action { query += " AND action = \(action)" }
        if let outcome = filter.outcome {
            query += " AND (RIGHT(action, \(refusal.utf8.count)) = \(refusal)) = \(outcome == .refused)"
        }
        return query
    }

    private static func requests(
        _ filter: AuditFilter, _ workspace: WorkspaceID, _ position: AuditPosition?, _ limit: Int, on connection: Connection
    ) throws(MariaDBError) -> [AuditRecord] {
        let columns: SQL = "at, id, key_id, endpoint, resource, status, address, user_agent"
        guard var query = requests(filter, workspace, columns: columns) else { return [] }
        query += window(filter, position) + " ORDER BY at DESC, id DESC LIMIT \(limit)"
        return try connection.query(query).map { row throws(MariaDBError) -> AuditRecord in
            let (id, status) = (try row.ulid(1), try row.integer(5))
            return AuditRecord(
                at: try row.timestamp(0), id: id, actor: (try row.caller(2)).name, action: try row.string(3),
                resource: try row.string(4), outcome: .init(status: status), status: status, address: try row.string(6),
                userAgent: try row.string(7), requestID: hexadecimal(id.bytes), changes: nil)
        }
    }

    /// Nil where the filter leaves none.
    private static func requests(_ filter: AuditFilter, _ workspace: WorkspaceID, columns: SQL) -> SQL? {
        guard isASCII(filter) else { return nil }
        var query: SQL = "SELECT " + columns
        query += " FROM api_requests WHERE workspace_id = \(workspace) AND NOT changed"
        if let actor = filter.actor {
            guard let caller = Caller(name: actor) else { return nil }
            query += " AND key_id = \(caller.stored)"
        }
        if let action = filter.action { query += " AND endpoint = \(action)" }
        if let statuses = filter.outcome?.statuses {
            query += " AND status BETWEEN \(statuses.lowerBound) AND \(statuses.upperBound)"
        }
        return query
    }

    private static func isASCII(_ filter: AuditFilter) -> Bool {
        [filter.actor, filter.action, filter.resource].allSatisfy { $0?.isASCII ?? true }
    }

    private static func window(_ filter: AuditFilter, _ position: AuditPosition?) -> SQL {
        var window: SQL = ""
        if let resource = filter.resource { window += " AND resource = \(resource)" }
        if let time = filter.after { window += " AND at > \(time)" }
        if let time = filter.before { window += " AND at < \(time)" }
        if let last = position { window += " AND at <= \(last.at) AND (at < \(last.at) OR id < \(last.id))" }
        return window
    }
}

// As a cursor has it.
extension AuditPosition {
    package static let length = 8 + 16

    package var bytes: [UInt8] { withUnsafeBytes(of: at.milliseconds.bigEndian, Array.init) + id.bytes }

    package init?(bytes: ArraySlice<UInt8>) {
        guard let id = ULID(bytes: bytes.dropFirst(8)) else { return nil }
        self.init(at: Timestamp(milliseconds: bytes.prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }), id: id)
    }
}
