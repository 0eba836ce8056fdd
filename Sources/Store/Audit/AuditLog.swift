import MariaDB
import Model

/// The table `audit_log`.
///
/// The time of an entry is the writer's, unless its clock and the server's are further apart than ``toleranceMinutes``: then it is
/// the server's. Seals go by the server's clock, too, and cover nothing that is younger than ten minutes: so no writer's clock
/// can put an entry where a seal is already.
public enum AuditLog {
    static let toleranceMinutes = 5

    /// The writer's time as it is stored.
    package static func stored(_ time: SQL) -> SQL {
        var bounded: SQL = "IF(ABS(TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), " + time
        bounded += ")) > \(unsafeText: String(toleranceMinutes * 60)), UTC_TIMESTAMP(3), "
        bounded += time
        bounded += ")"
        return bounded
    }

    /// The statement that writes an entry, to stand in the transaction of the change that it tells of.
    public static func insertion(of entry: AuditEntry) -> SQL { insertion.statement(of: [entry]) }

    /// Writes the entries of many changes, in the transaction of all of them; in the order of the key, which leaves full pages.
    public static func insert(_ entries: [AuditEntry], on connection: Connection) throws(MariaDBError) {
        let entries = entries.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
        guard entries.count >= LoadRows.worthwhile else {
            for chunk in chunks(of: entries) { try connection.execute(insertion.statement(of: chunk)) }
            return
        }
        var rows = LoadRows()
        for entry in entries {
            rows.append(entry.workspace)
            rows.append(entry.at.sql)
            rows.append(entry.id)
            rows.append(entry.actor.name)
            rows.append(entry.action)
            rows.append(entry.resource)
            rows.append(entry.address)
            rows.append(entry.userAgent)
            rows.append(entry.requestID)
            if let changes = entry.changes { rows.append(utf8: changes) } else { rows.appendNull() }
            rows.endRow()
        }
        try rows.load(entries.count, """
            LOAD DATA LOCAL INFILE 'entries' INTO TABLE audit_log CHARACTER SET binary
            (workspace_id, @at, id, actor, action, resource, address, user_agent, request_id, changes)
            SET at = \(Self.stored("@at").text)
            """, on: connection)
    }

    /// The time stands twice, as ``stored(_:)`` has it.
    private static let insertion = RowInsertion<AuditEntry>(
        "INSERT INTO audit_log (workspace_id, at, id, actor, action, resource, address, user_agent, request_id, changes) VALUES",
        row: "(?, \(stored("?").text), ?, ?, ?, ?, ?, ?, ?, ?)"
    ) { entry in
        let at = entry.at.sqlValue
        return [
            entry.workspace.sqlValue, at, at, entry.id.sqlValue, .string(entry.actor.name), .string(entry.action),
            .string(entry.resource), .string(entry.address), .string(entry.userAgent), .string(entry.requestID),
            entry.changes.map { .string(String(decoding: $0, as: UTF8.self)) } ?? .null,
        ]
    }

    /// What a request has done already: nginx repeats PUT and DELETE when a worker dies before it answers.
    /// - Parameters:
    ///   - time: not after the entries, by the writer's clock; they may have the server's, so the same age by that is as good.
    ///   - now: by the writer's clock.
    /// - Returns: each action with its resource, and what changed as the entry tells it.
    public static func changes(
        of request: String, in workspace: WorkspaceID, since time: Timestamp, now: Timestamp = .now(), on connection: Connection
    ) throws(MariaDBError) -> [(action: String, resource: String, changes: String?)] {
        let age = max(0, now.milliseconds - time.milliseconds) * 1000
        return try connection.query("""
            SELECT action, resource, changes FROM audit_log
            WHERE workspace_id = \(workspace) AND request_id = \(request)
              AND at >= LEAST(CAST(\(time) AS DATETIME(3)), UTC_TIMESTAMP(3) - INTERVAL \(age) MICROSECOND)
            """).map { row throws(MariaDBError) in (try row.string(0), try row.string(1), try row.optionalString(2)) }
    }
}

extension AuditEntry.Actor {
    /// As it stands in the log: the id of a key or a member, or the name of a program, `maskctl` with the person where that is known.
    public var name: String {
        switch self {
        case .key(let id): id.description
        case .member(let id): id.description
        case .maskctl(let person): person.map { "maskctl:" + $0 } ?? "maskctl"
        case .sender: "mask-webhooks"
        }
    }
}
