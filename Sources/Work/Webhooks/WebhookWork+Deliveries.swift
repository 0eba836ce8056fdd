import DeliveryStore
import JSON
import MariaDB
import Model
import Store

extension WebhookWork {
    /// Sends a delivery's event again, as a delivery of its own: what the first came to stays in the log.
    package func replay(_ delivery: Delivery, to webhook: Webhook) throws -> Change<Delivery> {
        try requireEnabled(webhook)
        return Change(assignment) { connection in
            let fresh = try DeliveryQueue.resend(
                [(delivery.event, delivery.type)], to: delivery.webhook, in: delivery.workspace, at: assignment.now, on: connection)
            try assignment.record(
                .deliveryReplayed, delivery.id.description, after: ["delivery_id": JSON(fresh.first?.id.description)], on: connection)
            return .init(fresh.first ?? delivery)
        }
    }

    /// Deliveries that one recovery sends again at the most.
    private static let recoveryLimit = 10_000

    /// How many a recovery would send again.
    package func count(_ recovery: Recovery) throws -> Int {
        try assignment.office.store.read { try recovery.count(limit: Self.recoveryLimit, on: $0) }
    }

    /// Sends again what came to nothing in a window, oldest first; what is on its way or has arrived since is left alone, so
    /// that a second call finds nothing more. It comes to how many are sent again, and whether there are more.
    package func recover(_ recovery: Recovery, of webhook: Webhook) throws -> Change<(count: Int, hasMore: Bool)> {
        try requireEnabled(webhook)
        return Change(assignment) { connection in
            let events = try recovery.events(limit: Self.recoveryLimit + 1, on: connection)
            let sent = Array(events.prefix(Self.recoveryLimit))
            _ = try DeliveryQueue.resend(sent, to: webhook.id, in: webhook.workspace, at: assignment.now, on: connection)
            try assignment.record(.deliveriesRecovered, webhook.id.description, after: [
                "since": .string(recovery.since.rfc3339), "until": .string(recovery.until.rfc3339),
                "recovered": JSON(sent.count),
            ], on: connection)
            return .init((sent.count, events.count > Self.recoveryLimit))
        }
    }
}
