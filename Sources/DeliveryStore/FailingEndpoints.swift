import MariaDB
import Model
import Store

/// Endpoints that have had no success for days: their owners are told before they are disabled.
public enum FailingEndpoints {
    /// Notes, once for each of the days, that an endpoint has failed for so long in all its lanes.
    /// - Parameters:
    ///   - days: after which this is noted.
    ///   - audit: the entry for the days that have passed; what else is written with it, it writes itself.
    /// - Returns: the days that were noted now; nil when there was nothing to note.
    public static func note(
        _ work: DeliveryQueue.Work, after days: [Int], at now: Timestamp, on connection: Connection,
        audit: (_ days: Int, _ since: Timestamp, _ connection: Connection) throws -> AuditEntry
    ) throws -> Int? {
        try connection.transaction { connection -> Int? in
            guard let row = try connection.query("""
                SELECT noticed_at,
                       (SELECT GREATEST(MIN(failing_since), COALESCE(MAX(last_success_at), MIN(failing_since)))
                        FROM webhook_lanes
                        WHERE workspace_id = \(work.workspace) AND webhook_id = \(work.webhook))
                FROM webhooks WHERE workspace_id = \(work.workspace) AND id = \(work.webhook) AND enabled FOR UPDATE
                """).first, let since = try row.optionalTimestamp(1)
            else { return nil }
            let passed = days.filter { since.adding(days: $0) <= now }.max()
            guard let passed, try row.optionalTimestamp(0) ?? since < since.adding(days: passed) else { return nil }
            try connection.execute("""
                UPDATE webhooks SET noticed_at = \(now) WHERE workspace_id = \(work.workspace) AND id = \(work.webhook)
                """)
            try connection.execute(AuditLog.insertion(of: try audit(passed, since, connection)))
            return passed
        }
    }

    /// Those that are enabled and have had no success since a time, over all workspaces, longest first.
    public static func list(
        since time: Timestamp, limit: Int, on connection: Connection
    ) throws(MariaDBError) -> [(webhook: WebhookID, since: Timestamp)] {
        try connection.query("""
            SELECT w.id, MIN(l.failing_since)
            FROM webhooks w JOIN webhook_lanes l ON l.workspace_id = w.workspace_id AND l.webhook_id = w.id
            WHERE w.enabled GROUP BY w.workspace_id, w.id
            HAVING MIN(l.failing_since) <= \(time) AND COALESCE(MAX(l.last_success_at), '1970-01-01') <= \(time)
            ORDER BY 2 LIMIT \(limit)
            """).map { row throws(MariaDBError) in (try row.identifier(0), try row.timestamp(1)) }
    }
}
