import MariaDB
import Model
import Store

/// The table `webhooks`, with what `webhook_lanes` says of the endpoints' health.
public enum WebhookEndpoints {
    /// - Parameter secret: encrypted.
    public static func create(_ webhook: Webhook, secret: [UInt8], on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            INSERT INTO webhooks (
              workspace_id, id, url, description, events, link_id, host, tag, secret, enabled, version, created_at, updated_at)
            VALUES (
              \(webhook.workspace), \(webhook.id), \(webhook.url), \(webhook.description), \(events(of: webhook)),
              \(webhook.filter.link), \(webhook.filter.host), \(webhook.filter.tag), \(secret), \(webhook.enabled),
              \(webhook.version), \(webhook.createdAt), \(webhook.updatedAt))
            """)
        try connection.execute("""
            INSERT INTO webhook_lanes (workspace_id, webhook_id, lane)
            VALUES (\(webhook.workspace), \(webhook.id), 0), (\(webhook.workspace), \(webhook.id), 1)
            """)
    }

    public static func find(
        _ id: WebhookID, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> Webhook? {
        try connection.query("\(columns) WHERE w.workspace_id = \(workspace) AND w.id = \(id) GROUP BY w.id").first.map(webhook)
    }

    /// The endpoint with this id, whoever's it is: for the sysadmin.
    public static func find(_ id: WebhookID, on connection: Connection) throws(MariaDBError) -> Webhook? {
        try connection.query("\(columns) WHERE w.id = \(id) GROUP BY w.workspace_id, w.id").first.map(webhook)
    }

    /// The encrypted secrets of those made last, whoever's they are.
    public static func newestSecrets(limit: Int, on connection: Connection) throws(MariaDBError) -> [[UInt8]] {
        try connection.query("SELECT secret FROM webhooks ORDER BY id DESC LIMIT \(limit)").map {
            row throws(MariaDBError) in try row.bytes(0)
        }
    }

    /// One page, newest first; nil lists those of all workspaces.
    public static func list(
        in workspace: WorkspaceID?, after last: WebhookID? = nil, limit: Int = 1_000_000, on connection: Connection
    ) throws(MariaDBError) -> [Webhook] {
        let filter: SQL = workspace.map { "w.workspace_id = \($0)" } ?? "TRUE"
        let start: SQL = last.map { "AND w.id < \($0)" } ?? ""
        return try connection.query("""
            \(columns) WHERE \(filter) \(start) GROUP BY w.workspace_id, w.id ORDER BY w.id DESC LIMIT \(limit)
            """).map(webhook)
    }

    /// Writes what a client can change over the version that was read.
    /// - Parameter beginsAnew: it goes on where it stopped, and gets time to prove itself. Of others that are enabled it does
    ///   not change when they are tried.
    public static func update(_ webhook: Webhook, beginsAnew: Bool, on connection: Connection) throws {
        let matched = try connection.execute("""
            UPDATE webhooks
            SET url = \(webhook.url), description = \(webhook.description), events = \(events(of: webhook)),
                link_id = \(webhook.filter.link), host = \(webhook.filter.host), tag = \(webhook.filter.tag),
                enabled = \(webhook.enabled), disabled_reason = \(webhook.disabledReason),
                disabled_at = \(webhook.disabledAt), version = version + 1, updated_at = \(webhook.updatedAt)
            WHERE workspace_id = \(webhook.workspace) AND id = \(webhook.id) AND version = \(webhook.version)
            """)
        guard matched == 1 else { throw ChangedMeanwhile() }
        guard beginsAnew || !webhook.enabled else { return }
        let due: SQL = webhook.enabled ? "\(webhook.updatedAt), failures = 0, failing_since = NULL, not_before = NULL" : "NULL"
        try connection.execute("""
            UPDATE webhook_lanes SET due_at = \(due)
            WHERE workspace_id = \(webhook.workspace) AND webhook_id = \(webhook.id)
            """)
    }

    /// Puts a new secret in the old one's place; the old one signs as well until `overlapEnd`.
    public static func rotateSecret(
        of webhook: Webhook, to secret: [UInt8], overlapEnd: Timestamp?, on connection: Connection
    ) throws {
        let previous: SQL = overlapEnd == nil ? "NULL" : "secret"
        let matched = try connection.execute("""
            UPDATE webhooks
            SET previous_secret = \(previous), previous_secret_ends_at = \(overlapEnd), secret = \(secret),
                version = version + 1, updated_at = \(webhook.updatedAt)
            WHERE workspace_id = \(webhook.workspace) AND id = \(webhook.id) AND version = \(webhook.version)
            """)
        guard matched == 1 else { throw ChangedMeanwhile() }
    }

    /// Deletes an endpoint. Its deliveries are not found any more and go with their partitions; those that wait are ended soon.
    public static func delete(_ webhook: Webhook, at now: Timestamp, on connection: Connection) throws {
        let removed = try connection.execute("""
            DELETE FROM webhooks
            WHERE workspace_id = \(webhook.workspace) AND id = \(webhook.id) AND version = \(webhook.version)
            """)
        guard removed == 1 else { throw ChangedMeanwhile() }
        try connection.execute("""
            DELETE FROM webhook_lanes WHERE workspace_id = \(webhook.workspace) AND webhook_id = \(webhook.id)
            """)
        try DeletedWebhooks.note(webhook, at: now, on: connection)
    }

    private static func events(of webhook: Webhook) -> String {
        webhook.events.map(\.description).joined(separator: " ")
    }

    private static let columns: SQL = """
        SELECT w.workspace_id, w.id, w.url, w.description, w.events, w.link_id, w.host, w.tag, w.enabled, w.disabled_reason,
               w.disabled_at, IF(w.previous_secret_ends_at > UTC_TIMESTAMP(3), w.previous_secret_ends_at, NULL), w.version,
               w.created_at, w.updated_at,
               CAST(COALESCE(MAX(l.failures), 0) AS SIGNED), MIN(l.failing_since), MAX(l.last_success_at),
               CAST(COALESCE(SUM(l.waiting), 0) AS SIGNED), CAST(COALESCE(SUM(l.dropped), 0) AS SIGNED)
        FROM webhooks w
        LEFT JOIN webhook_lanes l ON l.workspace_id = w.workspace_id AND l.webhook_id = w.id
        """

    private static func webhook(_ row: Row) throws(MariaDBError) -> Webhook {
        var webhook = Webhook(
            id: try row.identifier(1), workspace: try row.identifier(0), url: try row.string(2),
            events: try row.patterns(4), createdAt: try row.timestamp(13))
        webhook.description = try row.optionalString(3)
        webhook.filter = try row.filter(5)
        webhook.enabled = try row.bool(8)
        webhook.disabledReason = try row.optionalString(9)
        webhook.disabledAt = try row.optionalTimestamp(10)
        webhook.previousSecretEndsAt = try row.optionalTimestamp(11)
        webhook.version = try row.integer(12)
        webhook.updatedAt = try row.timestamp(14)
        webhook.health.failures = try row.integer(15)
        webhook.health.failingSince = try row.optionalTimestamp(16)
        webhook.health.lastSuccessAt = try row.optionalTimestamp(17)
        webhook.health.waiting = try row.integer(18)
        webhook.health.clicksDropped = try row.integer(19)
        return webhook
    }
}

extension Row {
    package func patterns(_ column: Int) throws(MariaDBError) -> [EventPattern] {
        try string(column).split(separator: " ").compactMap { EventPattern(String($0)) }
    }

    /// Three columns: link, host, tag.
    package func filter(_ column: Int) throws(MariaDBError) -> EventFilter {
        EventFilter(
            link: try optionalIdentifier(column), host: try optionalString(column + 1), tag: try optionalString(column + 2))
    }

    package func eventType(_ column: Int) throws(MariaDBError) -> EventType {
        guard let type = EventType(rawValue: try string(column)) else { throw wrong(column, "a type of event") }
        return type
    }
}
