import JSON
import Model
import Store

extension Schemas {
    static let clicks: JSON = object(JSONObject(window + [
        .init(name: "group_by", value: string), .init(name: "count", value: string), .init(name: "total", value: .count),
        .init(name: "groups", value: array(of: line(["clicks": .count], beside: ["series": series(["clicks": .count])]))), .init(name: "other", value: other("clicks")),
    ]))

    /// What the values beyond `limit` come to.
    static func other(_ name: String) -> JSON { object(["values": .count, name: .count]) }

    static let usage: JSON = object(JSONObject(window + [
        .init(name: "group_by", value: string), .init(name: "total", value: object(counts)),
        .init(name: "groups", value: array(of: line(counts, beside: ["series": series(counts)]))),
    ]))

    private static func series(_ counts: JSONObject) -> JSON {
        [
            "type": "array", "items": line(counts),
            "description": "Where it was asked for: every step of the window, as groups by time have it",
        ]
    }

    /// What an answer says of one value, or of one step of time.
    /// - Parameter more: what only some lines have.
    static func line(_ counts: JSONObject, beside more: JSONObject = [:]) -> JSON {
        let members = JSONObject([.init(name: "value", value: string)] + counts.members)
        return object(
            JSONObject(members.members + more.members + [.init(name: "partial", value: [
                "type": "boolean", "description": "Of lines by time: the window has only a part of this step",
            ])]), required: members.members.map(\.name))
    }

    private static let window: [JSONObject.Member] = [
        .init(name: "start", value: .time), .init(name: "end", value: .time), .init(name: "as_of", value: .time), .init(name: "timezone", value: string),
        .init(name: "granularity", value: string),
    ]

    private static let counts: JSONObject = [
        "requests": .count, "client_errors": .count, "server_errors": .count, "rate_limited": .count,
        "latency_ms": object(["p50": milliseconds, "p95": milliseconds, "p99": milliseconds]),
    ]

    private static let milliseconds: JSON = [
        "type": ["number", "null"], "description": "At most 19 % above the true value; null where nothing was counted",
    ]
}
