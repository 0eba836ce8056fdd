import API
import Crypto
import DeliveryStore
import HTTP
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
        let change = try call.webhooks.create(webhook, secret: call.services.webhooks.sealed(secret))
        return try call.commit(change) { shown($0, secret, call) }
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
            let after = wanted.applied(to: before, at: call.now)
            return try call.commit(call.webhooks.update(before, to: after)) { .ok($0.json).tagged($0.resourceVersion) }
        }
    }

    static func delete(_ call: Call) throws -> Answer {
        try call.delete("webhook", .webhookDeleted, find: { try WebhookEndpoints.find($0, in: call.workspace, on: $1) }) { webhook in
            try call.preconditions.requireMatch(webhook.resourceVersion)
            return call.webhooks.delete(webhook)
        }
    }

    static func rotateSecret(_ call: Call) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        let overlap = fields.value("overlap_seconds", as: .integer(in: 0...604_800)) ?? 86_400
        try fields.finish()
        return try call.retrying("webhook") {
            let webhook = try call.webhook()
            try call.preconditions.requireMatch(webhook.resourceVersion)
            let secret = WebhookSecret.random()
            let change = try call.webhooks.rotateSecret(
                of: webhook, to: call.services.webhooks.sealed(secret), overlapSeconds: overlap)
            return try call.commit(change) { shown($0, secret, call) }
        }
    }

    /// Sends an event of its own to one endpoint, by the way that all go.
    static func test(_ call: Call) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        try fields.finish()
        let change = try call.webhooks.test(try call.webhook())
        return try call.commit(change) { Answer(status: 202, content: .object($0.json)) }
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
        try webhooks.requireEnabled(webhook)
        return webhook
    }
}
