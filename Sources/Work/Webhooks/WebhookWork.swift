import DeliveryStore
import JSON
import Model
import Store

/// What is done to webhook endpoints. What is sent again: WebhookWork+Deliveries.swift.
package struct WebhookWork {
    let assignment: Assignment

    package init(_ assignment: Assignment) { self.assignment = assignment }

    /// - Parameter secret: sealed.
    package func create(_ webhook: Webhook, secret: [UInt8]) throws -> Change<Webhook> {
        try assignment.admit(of: .webhooks)
        return Change(assignment) { connection in
            try WebhookEndpoints.create(webhook, secret: secret, on: connection)
            try assignment.record(.webhookCreated, webhook.id.description, after: webhook.settings, on: connection)
            return .init(webhook, followedBy: [.access(webhook.workspace)])
        }
    }

    /// - Parameter after: the endpoint as it should be; the same where there is nothing to change.
    package func update(_ before: Webhook, to after: Webhook) -> Change<Webhook> {
        guard after != before else { return .nothing(assignment, before, since: before.updatedAt, [.access(before.workspace)]) }
        return Change(assignment) { connection in
            try WebhookEndpoints.update(after, beginsAnew: after.beginsAnew(after: before), on: connection)
            try assignment.record(.webhookUpdated, after.id.description, from: before.settings, to: after.settings, on: connection)
            var made = after
            made.version += 1
            return .init(made, followedBy: [.access(after.workspace)])
        }
    }

    package func delete(_ webhook: Webhook) -> Change<Void> {
        Change(assignment) { connection in
            try WebhookEndpoints.delete(webhook, at: assignment.now, on: connection)
            try assignment.record(.webhookDeleted, webhook.id.description, before: webhook.settings, on: connection)
            return .init((), followedBy: [.access(webhook.workspace)])
        }
    }

    /// Two secrets sign at the most: a receiver that has not yet been told of the last rotation must not be cut off by the
    /// next. With no overlap it is meant to be.
    /// - Parameter secret: the new one, sealed.
    package func rotateSecret(of webhook: Webhook, to secret: [UInt8], overlapSeconds: Int) throws -> Change<Webhook> {
        if overlapSeconds > 0, let end = webhook.previousSecretEndsAt { throw Refusal.secretOverlap(until: end) }
        let end = overlapSeconds == 0 ? nil : assignment.now.adding(seconds: overlapSeconds)
        var changed = webhook
        changed.updatedAt = assignment.now
        let rotated = changed
        return Change(assignment) { connection in
            try WebhookEndpoints.rotateSecret(of: rotated, to: secret, overlapEnd: end, on: connection)
            try assignment.record(
                .webhookSecretRotated, rotated.id.description,
                after: ["secret": "***", "overlap_seconds": JSON(overlapSeconds)], on: connection)
            var made = rotated
            (made.previousSecretEndsAt, made.version) = (end, rotated.version + 1)
            return .init(made)
        }
    }

    /// Sends an event of its own to one endpoint, by the way that all go.
    package func test(_ webhook: Webhook) throws -> Change<Event> {
        try requireEnabled(webhook)
        var event = assignment.event(.webhookTest, data: ["webhook_id": .string(webhook.id.description)])
        event.webhook = webhook.id
        let entry = assignment.entry(.webhookTested, webhook.id.description)
        return Change(assignment, [Events.insertion(of: event), AuditLog.insertion(of: entry)], .init(event))
    }

    /// Nothing is sent to an endpoint that is disabled.
    package func requireEnabled(_ webhook: Webhook) throws {
        guard webhook.enabled else { throw Refusal.webhookDisabled(webhook.id) }
    }
}
