import JSON
import MariaDB
import Model
import Store

/// What is sent again, over the API and with `maskctl` alike. Each runs in the caller's transaction, with its audit entry.
package enum WebhookChanges {
    /// Deliveries that one recovery sends again at the most.
    package static let recoveryLimit = 10_000

    package static func replay(_ delivery: Delivery, by author: Author, at now: Timestamp, on connection: Connection) throws -> Delivery {
        let fresh = try DeliveryQueue.resend(
            [(delivery.event, delivery.type)], to: delivery.webhook, in: delivery.workspace, at: now, on: connection)
        try connection.execute(AuditLog.insertion(of: author.entry(
            .deliveryReplayed, delivery.id.description, in: delivery.workspace, at: now,
            after: ["delivery_id": JSON(fresh.first?.id.description)])))
        return fresh.first ?? delivery
    }

    /// How many a recovery would send again.
    package static func countRecoverable(
        _ webhook: Webhook, since: Timestamp, until: Timestamp, all: Bool, on connection: Connection
    ) throws(MariaDBError) -> Int {
        try Deliveries.countRecoverable(
            webhook.id, in: webhook.workspace, from: since, to: until, all: all, limit: recoveryLimit, on: connection)
    }

    /// - Returns: how many are sent again, and whether there are more.
    package static func recover(
        _ webhook: Webhook, since: Timestamp, until: Timestamp, all: Bool, by author: Author, at now: Timestamp,
        on connection: Connection
    ) throws -> (count: Int, hasMore: Bool) {
        let events = try Deliveries.recoverable(
            webhook.id, in: webhook.workspace, from: since, to: until, all: all, limit: recoveryLimit + 1, on: connection)
        let sent = Array(events.prefix(recoveryLimit))
        _ = try DeliveryQueue.resend(sent, to: webhook.id, in: webhook.workspace, at: now, on: connection)
        try connection.execute(AuditLog.insertion(of: author.entry(
            .deliveriesRecovered, webhook.id.description, in: webhook.workspace, at: now,
            after: ["since": .string(since.rfc3339), "until": .string(until.rfc3339), "recovered": JSON(sent.count)])))
        return (sent.count, events.count > recoveryLimit)
    }
}
