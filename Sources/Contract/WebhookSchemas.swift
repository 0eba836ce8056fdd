import DeliveryStore
import JSON
import Model

extension Schemas {
    static let ofWebhooks: JSONObject = [
        "Webhook": object("An endpoint that is told of events", webhookMembers),
        "WebhookWithSecret": object("An endpoint, and the one time its secret is shown", JSONObject([
            .init(name: "secret", value: ["type": "string", "pattern": "^whsec_[A-Za-z0-9+/]+=*$", "description": "Shown this once"])
        ] + webhookMembers.members)),
        "WebhookInput": input("A new endpoint", webhookWritable, required: ["url"]),
        "WebhookChanges": input("What changes of an endpoint", webhookWritable, required: []),
        "SecretRotation": input("How a secret is rotated", [
            "overlap_seconds": [
                "type": ["integer", "null"], "minimum": 0, "maximum": 604_800, "default": 86_400, "description": "For so long the old one signs as well",
            ],
        ], required: []),
        "Delivery": object("An event on its way to an endpoint, with what was answered", deliveryMembers("DeliveryAttempt")),
        "DeliverySummary": object("An event on its way to an endpoint", deliveryMembers("AttemptSummary")),
        "DeliveryAttempt": object("An attempt, with what was answered", JSONObject(
            attemptMembers.members + [.init(name: "body", value: string.about("The first 16 KiB of the answer"))])),
        "AttemptSummary": object("An attempt", attemptMembers),
        "Recovery": input("What is sent again", [
            "since": JSON.time.about("At most thirty days ago"), "until": moment.about("Now where left out"), "status": orNull(reference("RecoveryStatus")),
        ], required: ["since"]),
        "Recovered": object("How many are sent again", ["recovered": .count, "has_more": boolean]),
    ]

    private static let webhookMembers: JSONObject = [
        "id": .id(WebhookKind.self), "url": string, "description": orNull(string), "events": array(of: reference("EventPattern")),
        "link_id": orNull(string).about("Only events about this link"), "domain": orNull(string).about("Only events about links on this host"),
        "tag": orNull(string).about("Only events about links with this tag"), "enabled": boolean,
        "disabled_reason": orNull(string), "disabled_at": moment, "previous_secret_ends_at": moment,
        "failures": JSON.count.about("In a row"), "failing_since": moment, "last_success_at": moment,
        "waiting": JSON.count.about("Deliveries that are due or will be"),
        "clicks_dropped": JSON.count.about("Beyond what an endpoint is told of a viral link"), "created_at": .time, "updated_at": .time,
    ]

    private static let webhookWritable: JSONObject = [
        "url": [
            "type": "string", "format": "uri", "maxLength": 2048, "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]{1,259}([/?#]|$)",
            "description": "Where events are sent",
        ],
        "events": ["type": "array", "items": reference("EventPattern"), "minItems": 1, "description": "All where left out"],
        "description": ["type": ["string", "null"], "maxLength": 255, "pattern": .string(plain), "description": "What people call it"],
        "link_id": orNull(.id(LinkKind.self)).about("Only events about this link"),
        "domain": ["type": ["string", "null"], "maxLength": 253, "pattern": .string(host), "description": "Only events about links on this host"],
        "tag": orNull(tag).about("Only events about links with this tag"), "enabled": boolean.about("Whether anything is sent"),
    ]

    private static func deliveryMembers(_ attempt: String) -> JSONObject {
        [
            "id": .id(DeliveryKind.self), "webhook_id": .id(WebhookKind.self), "event_id": .id(EventKind.self),
            "event_type": reference("EventType"), "status": reference("DeliveryStatus"), "trigger": string.about("automatic, or manual: a replay or a recovery"),
            "next_attempt_at": moment, "created_at": .time, "finished_at": moment, "attempts": array(of: reference(attempt)),
        ]
    }

    private static let attemptMembers: JSONObject = [
        "number": .count, "started_at": .time, "duration_ms": .count, "address": orNull(string).about("To which it was sent"),
        "http_version": orNull(string), "status": orNull(["type": "integer"]), "error": orNull(string).about("Why there was no answer"),
    ]
}
