import DeliveryStore
import JSON
import Model

extension Schemas {
    static let webhook: JSON = object(webhookMembers)

    static let webhookWithSecret: JSON = object(JSONObject([
        .init(name: "secret", value: ["type": "string", "pattern": "^whsec_[A-Za-z0-9+/]+=*$", "description": "Shown this once"])
    ] + webhookMembers.members))

    private static let webhookMembers: JSONObject = [
        "id": .id(WebhookKind.self), "url": string, "description": ["type": ["string", "null"]], "events": array(of: pattern),
        "link_id": ["type": ["string", "null"]], "domain": ["type": ["string", "null"]], "tag": ["type": ["string", "null"]],
        "enabled": ["type": "boolean"], "disabled_reason": ["type": ["string", "null"]], "disabled_at": moment,
        "previous_secret_ends_at": moment, "failures": .count, "failing_since": moment, "last_success_at": moment,
        "waiting": .count, "clicks_dropped": .count, "created_at": .time, "updated_at": .time,
    ]

    private static let pattern: JSON = .oneOf(EventPattern.all)

    private static let webhookWritable: JSONObject = [
        "url": ["type": "string", "format": "uri", "maxLength": 2048, "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]{1,259}([/?#]|$)"],
        "events": ["type": "array", "items": pattern, "minItems": 1],
        "description": ["type": ["string", "null"], "maxLength": 255, "pattern": .string(plain)],
        "link_id": orNull(.id(LinkKind.self)),
        "domain": ["type": ["string", "null"], "maxLength": 253, "pattern": .string(host)],
        "tag": orNull(tag), "enabled": ["type": "boolean"],
    ]

    static let newWebhook: JSON = object(webhookWritable, required: ["url"])
    static let webhookChanges: JSON = object(webhookWritable, required: [])

    static let secretRotation: JSON = object(
        ["overlap_seconds": ["type": ["integer", "null"], "minimum": 0, "maximum": 604_800, "default": 86_400]], required: [])

    static let event: JSON = [
        "type": "object", "required": ["id", "type", "timestamp", "data", "sequence"],
        "properties": [
            "id": .id(EventKind.self), "type": .oneOf(EventType.allCases.map(\.rawValue)), "timestamp": .time,
            "data": ["type": "object"], "previous": ["type": "object"],
            "test": ["type": "boolean", "description": "True of a sandbox; other events have it not"],
            "sequence": ["type": ["integer", "null"], "description": "Without gaps in a workspace; null for a moment"],
        ],
    ]

    static let delivery: JSON = delivery(attempt: attempt(withBody: true))
    static let listedDelivery: JSON = delivery(attempt: attempt(withBody: false))

    private static func delivery(attempt: JSON) -> JSON {
        object([
            "id": .id(DeliveryKind.self), "webhook_id": .id(WebhookKind.self), "event_id": .id(EventKind.self),
            "event_type": string, "status": .oneOf(Delivery.Status.allCases.map(\.rawValue)), "trigger": string,
            "next_attempt_at": moment, "created_at": .time, "finished_at": moment, "attempts": array(of: attempt),
        ])
    }

    private static func attempt(withBody: Bool) -> JSON {
        var members: JSONObject = [
            "number": .count, "started_at": .time, "duration_ms": .count, "address": ["type": ["string", "null"]],
            "http_version": ["type": ["string", "null"]], "status": ["type": ["integer", "null"]],
            "error": ["type": ["string", "null"]],
        ]
        if withBody { members["body"] = ["type": "string", "description": "The first 16 KiB of the answer"] }
        return object(members)
    }

    static let recovery: JSON = object(
        [
            "since": .time, "until": moment,
            "status": orNull(.oneOf(Recovery.Which.allCases.map(\.rawValue))),
        ],
        required: ["since"])

    static let recovered: JSON = object(["recovered": .count, "has_more": ["type": "boolean"]])
}
