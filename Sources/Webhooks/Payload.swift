import HTTP
import Model

/// The body of a delivery: the event's bytes as they were written with the change, and its sequence. Made of these alone,
/// so that every attempt sends the same bytes.
public enum Payload {
    /// Receivers are spared what is longer: they get the ids, and `GET /events/{id}` has the rest.
    public static let limit = 20_000

    public static func bytes(of event: Event) -> [UInt8] {
        var whole: [UInt8] = []
        whole.reserveCapacity(event.body.count + 32)
        whole += event.body
        whole.removeLast()
        whole += (event.sequence.map { ",\"sequence\":\($0)}" } ?? "}").utf8
        return whole.count <= limit ? whole : thin(event)
    }

    private static func thin(_ event: Event) -> [UInt8] {
        let data = (try? JSON.parse(event.body))?["data"]
        let ids = ["id", "link_id"].compactMap { name in data?[name].map { JSONObject.Member(name: name, value: $0) } }
        return JSON.object([
            "id": .string(event.id.description), "type": .string(event.type.rawValue),
            "timestamp": .string(event.createdAt.rfc3339), "data": .object(JSONObject(ids)), "truncated": true,
            "sequence": JSON(event.sequence),
        ]).serialized()
    }
}

extension EventFilter {
    /// Whether an event is about a link that the filter names.
    public func matches(_ event: Event) -> Bool {
        if isEmpty { return true }
        guard let data = (try? JSON.parse(event.body))?["data"] else { return false }
        if let link, data["link_id"] ?? data["id"] != .string(link.description) { return false }
        if let host, data["domain"] != .string(host) { return false }
        if let tag, data["tags"]?.arrayValue?.contains(.string(tag)) != true { return false }
        return true
    }
}
