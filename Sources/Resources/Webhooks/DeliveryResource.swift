import API
import DeliveryStore
import HTTP
import Model
import Store
import Work

/// `/webhooks/{id}/deliveries`: the log, and what can be sent again.
enum DeliveryResource {
    private static let retentionDays: Int64 = 30

    static func list(_ call: Call) throws -> Answer {
        let webhook = try call.webhook()
        var query = try call.query()
        let pagination = try Pagination(&query, call.workspace)
        let filter = try DeliveryFilter(&query)
        try query.finish()
        let question = "deliveries \(webhook.id) \(filter)"
        let last = try pagination.position(length: 16, of: question).flatMap { ULID(bytes: $0) }.map(DeliveryID.init)
        return try call.services.store.read { connection in
            let deliveries = try Deliveries.list(
                filter, of: webhook, after: last, limit: pagination.limit + 1, on: connection)
            let attempts = try Deliveries.attempts(
                at: deliveries.map(\.id), in: call.workspace, withBodies: false, on: connection)
            return pagination.page(
                deliveries, of: question, position: { $0.id.ulid.bytes },
                json: { $0.json(attempts[$0.id] ?? [], withBodies: false) })
        }
    }

    static func get(_ call: Call) throws -> Answer {
        let delivery = try find(of: try call.webhook(), call)
        let attempts = try call.services.store.read {
            try Deliveries.attempts(at: [delivery.id], in: call.workspace, withBodies: true, on: $0)
        }
        return .ok(delivery.json(attempts[delivery.id] ?? []))
    }

    /// Sends an event again, as a delivery of its own: what the first came to stays in the log.
    static func replay(_ call: Call) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        try fields.finish()
        let webhook = try call.enabledWebhook()
        let delivery = try find(of: webhook, call)
        return try call.commit(call.webhooks.replay(delivery, to: webhook)) { Answer(status: 202, content: .object($0.json([]))) }
    }

    /// Sends again what came to nothing in a window, oldest first; what is on its way or has arrived since is left alone,
    /// so that a second call finds nothing more.
    static func recover(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let since = fields.required("since", as: .timestamp)
        let until = fields.value("until", as: .timestamp) ?? call.now
        let which: Recovery.Which = fields.value("status", as: .choice()) ?? .failed
        if let since { refuse(since, until, call, &fields) }
        let start = try fields.finish(requiring: since)
        let webhook = try call.enabledWebhook()
        let recovery = Recovery(of: webhook, since: start, until: until, which)
        try call.charge(forItems: try count(recovery, call))
        return try call.commit(call.webhooks.recover(recovery, of: webhook)) { count, hasMore in
            Answer(status: 202, content: .object(["recovered": .integer(Int64(count)), "has_more": .bool(hasMore)]))
        }
    }

    /// How many a recovery would send again: a question, which a shorter window makes smaller.
    private static func count(_ recovery: Recovery, _ call: Call) throws -> Int {
        do { return try call.webhooks.count(recovery) } catch where error.isStatementTimeout { throw Problem.queryTimeout() }
    }

    private static func find(of webhook: Webhook, _ call: Call) throws -> Delivery {
        let id: DeliveryID = try call.identifier("delivery_id")
        let found = try call.services.store.read { try Deliveries.find(id, of: webhook.id, in: call.workspace, on: $0) }
        guard let found else { throw Problem.notFound() }
        return found
    }

    private static func refuse(_ since: Timestamp, _ until: Timestamp, _ call: Call, _ fields: inout JSONFields) {
        if since >= until { fields.note("until", code: "invalid_order", message: "Send a time after since.") }
        if call.now.milliseconds - since.milliseconds > retentionDays * 86_400_000 {
            fields.note("since", code: "out_of_range", message: "Send a time in the last \(retentionDays) days; what is older is gone.")
        }
    }
}

extension DeliveryFilter {
    fileprivate init(_ query: inout Query) throws {
        self.init()
        status = try query.choice("status")
        type = try query.choice("event_type")
        after = try query.time("created_after")
        before = try query.time("created_before")
    }
}
