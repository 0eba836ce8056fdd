import MariaDB
import Model
import Store

/// The events whose deliveries to an endpoint came to nothing in a window: those that failed or were discarded, or all; never
/// one that is on its way or has arrived since.
public struct Recovery: Sendable {
    public var webhook: WebhookID
    public var workspace: WorkspaceID
    public var since: Timestamp
    public var until: Timestamp
    public var which: Which

    public enum Which: String, Sendable, CaseIterable {
        /// Those that failed or were discarded.
        case failed
        /// Those that arrived as well.
        case all
    }

    public init(of webhook: Webhook, since: Timestamp, until: Timestamp, _ which: Which) {
        (self.webhook, workspace) = (webhook.id, webhook.workspace)
        self.since = since
        self.until = until
        self.which = which
    }

    /// Oldest first, each once.
    public func events(limit: Int, on connection: Connection) throws(MariaDBError) -> [(event: EventID, type: EventType)] {
        try connection.query("""
            SELECT d.event_id, d.event_type \(these) GROUP BY d.event_id, d.event_type ORDER BY d.event_id LIMIT \(limit)
            """).map { row throws(MariaDBError) in (try row.identifier(0), try row.eventType(1)) }
    }

    /// How many they are, up to `limit`: the server ends at that, in no order, and sends one number.
    public func count(limit: Int, on connection: Connection) throws(MariaDBError) -> Int {
        try connection.query("SELECT COUNT(*) FROM (SELECT DISTINCT d.event_id \(these) LIMIT \(limit)) events")
            .first?.integer(0) ?? 0
    }

    private var these: SQL {
        let open: SQL = which == .all ? "(d.status <> 'waiting')" : "(d.status IN ('failed', 'discarded'))"
        let arrived: SQL = which == .all ? "o.status = 'waiting'" : "o.status IN ('waiting', 'succeeded')"
        return """
            FROM webhook_deliveries d
            WHERE d.workspace_id = \(workspace) AND d.webhook_id = \(webhook) AND \(open)
              AND d.event_type IN (\(list: Events.known)) AND d.created_at >= \(since) AND d.created_at < \(until)
              AND NOT EXISTS (SELECT 1 FROM webhook_deliveries o
                              WHERE o.webhook_id = d.webhook_id AND o.event_id = d.event_id AND \(arrived))
            """
    }
}
