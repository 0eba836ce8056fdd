import API
import DeliveryStore
import HTTP
import Model
import Store
import Work

/// `/events`: what webhooks are told of, newest first.
enum EventResource {
    static func list(_ call: Call) throws -> Answer {
        var query = try call.query()
        let pagination = try Pagination(&query, call.workspace)
        let type: EventType? = try query.choice("type")
        try query.finish()
        return try pagination.page(of: "events \(type?.rawValue ?? "")", id: \Event.id, json: \.json) { last, limit in
            try call.services.store.read {
                try Events.list(type: type, in: call.workspace, after: last, limit: limit, on: $0)
            }
        }
    }

    static func get(_ call: Call) throws -> Answer {
        let id: EventID = try call.identifier()
        let event = try call.found { try Events.find(id, in: call.workspace, on: $0) }
        return .ok(event.json)
    }
}
