import JSON
import Model

extension OpenAPIDocument {
    /// What is sent to endpoints: an operation for each type of event, as Standard Webhooks has it.
    static let webhooks = JSONObject(zip(EventType.allCases, EventCatalog.entries).map { type, entry in
        .init(name: entry.type, value: ["post": [
            "operationId": .string("receive" + Schemas.name(type)), "summary": .string(entry.about), "tags": [.string(Topic.webhooks.title)],
            "description": """
                Sent to your endpoint, at least once and in no order: know a repetition by webhook-id. Verify webhook-signature before you \
                believe it. An event of more than 20,000 bytes comes with truncated and the ids alone.
                """,
            "security": [], "parameters": .array(signature), "requestBody": ["required": true, "content": ["application/json": [
                "schema": Schemas.received(as: type), "example": entry.payload,
            ]]],
            "responses": [
                "2XX": ["description": "Taken. Answer within 15 seconds; whatever else is answered, it is sent again"],
                "410": ["description": "Not wanted any more: the endpoint is disabled"],
            ],
        ]])
    })

    /// The header fields of Standard Webhooks (https://www.standardwebhooks.com).
    private static let signature: [JSON] = [
        field("webhook-id", "The event's id, the same each time it is sent", .id(EventKind.self)),
        field("webhook-timestamp", "When it was sent, in seconds since 1970; refuse what is more than five minutes off", ["type": "string", "pattern": "^[0-9]+$"]),
        field(
            "webhook-signature",
            """
            v1, and in base64 the HMAC-SHA256 of webhook-id, a dot, webhook-timestamp, a dot and the body, with the bytes that the secret \
            has in base64 behind whsec_. Several, with spaces between, while a rotation overlaps: one must be right
            """,
            ["type": "string", "pattern": "^v1,[A-Za-z0-9+/]+=*( v1,[A-Za-z0-9+/]+=*)*$"]),
    ]

    private static func field(_ name: String, _ about: String, _ schema: JSON) -> JSON {
        ["name": .string(name), "in": "header", "required": true, "description": .string(about), "schema": schema]
    }
}
