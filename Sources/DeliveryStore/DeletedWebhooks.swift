import MariaDB
import Model
import Store

/// The table `deleted_webhooks`: endpoints whose waiting deliveries are yet to be ended.
public enum DeletedWebhooks {
    /// Longer than a sender can still be at a delivery of an endpoint that is gone.
    private static let settledMilliseconds = 10 * DeliveryQueue.leaseMilliseconds

    static func note(_ webhook: Webhook, at now: Timestamp, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            INSERT INTO deleted_webhooks (workspace_id, webhook_id, deleted_at) VALUES (\(webhook.workspace), \(webhook.id), \(now))
            """)
    }

    /// Discards what waits for endpoints that have been deleted.
    package static func settle(_ store: Store, at now: Timestamp) throws {
        let deleted = try store.read { connection in
            try connection.query("""
                SELECT webhook_id FROM deleted_webhooks WHERE deleted_at < \(now.adding(milliseconds: -settledMilliseconds))
                """).map { row throws(MariaDBError) -> WebhookID in try row.identifier(0) }
        }
        for webhook in deleted {
            for lane in EventLane.allCases {
                while try store.write({ try discard(webhook, lane, at: now, on: $0) }) > 0 {}
            }
            try store.write { _ = try $0.execute("DELETE FROM deleted_webhooks WHERE webhook_id = \(webhook)") }
        }
    }

    private static func discard(
        _ webhook: WebhookID, _ lane: EventLane, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> Int {
        try connection.execute("""
            UPDATE webhook_deliveries FORCE INDEX (due) SET status = 'discarded', due_at = NULL, claim = NULL, finished_at = \(now)
            WHERE webhook_id = \(webhook) AND lane = \(lane.rawValue) AND due_at IS NOT NULL LIMIT 5000
            """)
    }
}
