import Crypto
import HTTP
import JSON
import MariaDB
import Model
import Store
import Work

/// `/webhooks`: create, list, read, change, delete, rotate the secret, test.
enum WebhookResource {
    static func create(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let wanted = WebhookFields(&fields, isNew: true)
        try wanted.refuse(call, &fields)
        let url = try fields.finish(requiring: wanted.url)
        let everything = EventPattern.everything.compactMap { EventPattern($0) }
        let webhook = wanted.applied(
            to: Webhook(workspace: call.workspace, url: url.text, events: wanted.events.value ?? everything, createdAt: call.now),
            at: call.now)
        let secret = WebhookSecret.random()
        try call.admit(of: .webhooks)
        return try call.commit { connection in
            try WebhookEndpoints.create(webhook, secret: try call.services.webhooks.sealed(secret), on: connection)
            try connection.execute(AuditLog.insertion(of: call.audit(.webhookCreated, webhook.id.description, after: webhook.settings)))
            return shown(webhook, secret, call).followed(by: .access(call.workspace))
        }
    }

    static func list(_ call: Call) throws -> Answer {
        var query = try call.query()
        let pagination = try Pagination(&query, call.workspace)
        try query.finish()
        return try pagination.page(of: "webhooks", id: \Webhook.id, json: \.json) { last, limit in
            try call.services.store.read { try WebhookEndpoints.list(in: call.workspace, after: last, limit: limit, on: $0) }
        }
    }

    static func get(_ call: Call) throws -> Answer {
        let webhook = try call.webhook()
        return try call.show(webhook.json, webhook.resourceVersion)
    }

    static func update(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let wanted = WebhookFields(&fields, isNew: false)
        try wanted.refuse(call, &fields)
        try fields.finish()
        return try call.retrying("webhook") {
            let before = try call.webhook()
            try call.preconditions.requireMatch(before.resourceVersion)
            var after = wanted.applied(to: before, at: call.now)
            guard after != before else {
                return call.unchanged(.ok(before.json).tagged(before.resourceVersion), since: before.updatedAt, .access(call.workspace))
            }
            let changes = JSON.changes(from: before.settings, to: after.settings)
            let answer = try call.commit { connection in
                try WebhookEndpoints.update(after, beginsAnew: after.beginsAnew(after: before), on: connection)
                try connection.execute(AuditLog.insertion(of: call.audit(
                    .webhookUpdated, after.id.description, before: changes.before, after: changes.after)))
                return .noContent.followed(by: .access(call.workspace))
            }
            after.version += 1
            var shown = Answer.ok(after.json).tagged(after.resourceVersion)
            shown.isChange = answer.isChange
            return shown
        }
    }

    static func delete(_ call: Call) throws -> Answer {
        let id: WebhookID = try call.identifier()
        return try call.retrying("webhook") {
            guard let webhook = try call.services.store.read({ try WebhookEndpoints.find(id, in: call.workspace, on: $0) }) else {
                return try call.answerToRepeatedDelete(.webhookDeleted, id.description)
            }
            try call.preconditions.requireMatch(webhook.resourceVersion)
            return try call.commit { connection in
                try WebhookEndpoints.delete(webhook, at: call.now, on: connection)
                try connection.execute(AuditLog.insertion(of: call.audit(
                    .webhookDeleted, webhook.id.description, before: webhook.settings)))
                return .noContent.followed(by: .access(call.workspace))
            }
        }
    }

    static func rotateSecret(_ call: Call) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        let overlap = fields.value("overlap_seconds", as: .integer(in: 0...604_800)) ?? 86_400
        try fields.finish()
        return try call.retrying("webhook") {
            var webhook = try call.webhook()
            try call.preconditions.requireMatch(webhook.resourceVersion)
            if overlap > 0 { try refuseThirdSecret(webhook) }
            let secret = WebhookSecret.random()
            let end = overlap == 0 ? nil : call.now.adding(seconds: overlap)
            webhook.updatedAt = call.now
            return try call.commit { connection in
                try WebhookEndpoints.rotateSecret(
                    of: webhook, to: try call.services.webhooks.sealed(secret), overlapEnd: end, on: connection)
                try connection.execute(AuditLog.insertion(of: call.audit(
                    .webhookSecretRotated, webhook.id.description, after: ["secret": "***", "overlap_seconds": JSON(overlap)])))
                var after = webhook
                (after.previousSecretEndsAt, after.version) = (end, webhook.version + 1)
                return shown(after, secret, call)
            }
        }
    }

    /// Two secrets sign at the most: a receiver that has not yet been told of the last rotation must not be cut off by the
    /// next. With no overlap it is meant to be.
    private static func refuseThirdSecret(_ webhook: Webhook) throws(Problem) {
        guard let end = webhook.previousSecretEndsAt else { return }
        throw .conflict(
            code: "secret_overlap", "The previous secret signs until \(end.rfc3339). Rotate after that, or send "
                + "overlap_seconds 0, which ends all secrets but the new one at once.")
    }

    /// Sends an event of its own to one endpoint, by the way that all go.
    static func test(_ call: Call) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        try fields.finish()
        let webhook = try call.enabledWebhook()
        var event = call.event(.webhookTest, data: ["webhook_id": .string(webhook.id.description)])
        event.webhook = webhook.id
        let answer = Answer(status: 202, content: .object(event.json))
        return try call.commit(answer, [
            Events.insertion(of: event), AuditLog.insertion(of: call.audit(.webhookTested, webhook.id.description)),
        ])
    }

    private static func shown(_ webhook: Webhook, _ secret: WebhookSecret, _ call: Call) -> Answer {
        var answer = Answer.created(webhook.json(with: secret.text), at: "\(call.basePath)/webhooks/\(webhook.id)")
            .tagged(webhook.resourceVersion)
        answer.isSecret = true
        return answer
    }
}

extension Call {
    /// The endpoint in the path.
    func webhook() throws -> Webhook {
        let id: WebhookID = try identifier()
        return try found { try WebhookEndpoints.find(id, in: workspace, on: $0) }
    }

    /// The endpoint in the path, if anything is sent to it.
    func enabledWebhook() throws -> Webhook {
        let webhook = try webhook()
        guard webhook.enabled else {
            throw Problem.conflict(code: "webhook_disabled", "Enable the endpoint first; nothing is sent to it now.")
        }
        return webhook
    }
}
