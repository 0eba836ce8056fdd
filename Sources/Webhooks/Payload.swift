import JSON
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
        var body: JSONObject = [
            "id": .string(event.id.description), "type": .string(event.type.rawValue),
            "timestamp": .string(event.createdAt.rfc3339), "data": .object(JSONObject(ids)), "truncated": true,
        ]
        if event.workspace.isSandbox { body["test"] = true }
        body["sequence"] = JSON(event.sequence)
        return JSON.object(body).serialized()
    }
}

extension EventFilter {
    /// Whether an event with this `data` is about a link that the filter names.
    public func matches(_ data: JSON) -> Bool {
        if let link, data["link_id"] ?? data["id"] != .string(link.description) { return false }
        if let host, data["domain"] != .string(host) { return false }
        if let tag, data["tags"]?.arrayValue?.contains(.string(tag)) != true { return false }
        return true
    }
}

/// What events say, for filters: each event is read once, however many endpoints have one.
public struct EventReader {
    private let parse: (Event) -> JSON?
    private var read: [EventID: JSON?] = [:]

    public init(_ parse: @escaping (Event) -> JSON? = { (try? JSON.parse($0.body))?["data"] }) {
        self.parse = parse
    }

    public mutating func matches(_ event: Event, _ filter: EventFilter) -> Bool {
        if filter.isEmpty { return true }
        return data(of: event).map(filter.matches) ?? false
    }

    private mutating func data(of event: Event) -> JSON? {
        if let known = read[event.id] { return known }
        let data = parse(event)
        read[event.id] = .some(data)
        return data
    }
}
