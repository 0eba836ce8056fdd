import MariaDB
import Model

/// The table `audit_log`.
public enum AuditLog {
    /// The statement that writes an entry, to stand in the transaction of the change that it tells of.
    public static func insertion(of entry: AuditEntry) -> SQL {
        """
        INSERT INTO audit_log (workspace_id, at, id, actor, action, resource, address, user_agent, request_id, changes)
        VALUES (\(entry.workspace), \(entry.at), \(entry.id), \(entry.actor.name), \(entry.action), \(entry.resource),
                \(entry.address), \(entry.userAgent), \(entry.requestID),
                \(entry.changes.map { String(decoding: $0, as: UTF8.self) }))
        """
    }

    /// Whether a request has done something already: nginx repeats PUT and DELETE when a worker dies before it answers.
    public static func contains(
        request: String, action: String, resource: String, in workspace: WorkspaceID, since time: Timestamp,
        on connection: Connection
    ) throws(MariaDBError) -> Bool {
        try !connection.query("""
            SELECT 1 FROM audit_log
            WHERE workspace_id = \(workspace) AND at >= \(time) AND request_id = \(request) AND action = \(action)
              AND resource = \(resource)
            LIMIT 1
            """).isEmpty
    }
}

extension AuditEntry.Actor {
    /// As it stands in the log: a key's id, or `maskctl`.
    public var name: String {
        switch self {
        case .key(let id): id.description
        case .maskctl: "maskctl"
        }
    }
}
