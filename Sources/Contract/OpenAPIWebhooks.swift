import JSON
import Model

extension OpenAPIDocument {
    /// What is sent to endpoints: an operation for each type of event, as Standard Webhooks has it.
    ///
    /// They refer to where they are told, ``receptions``. openapi-generator 7.26 makes a client of what stands here itself, as if it were the
    /// API's, and Python's with syntax errors; where references lead is read by those who show the document.
    static let webhooks = JSONObject(EventType.allCases.map {
        .init(name: $0.rawValue, value: ["$ref": .string("#/components/pathItems/" + Schemas.name($0))])
    })

    static let receptions = JSONObject(zip(EventType.allCases, EventCatalog.entries).map { type, entry in
        .init(name: Schemas.name(type), value: ["post": [
            "operationId": .string("receive" + Schemas.name(type)), "summary": .string(entry.about), "tags": [webhookTag["name"] ?? .null],
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

    /// Not that of the operations on endpoints: generators make a file of each tag, and of both the same one.
    static let webhookTag: JSON = [
        "name": "Received events", "description": "What is sent to your endpoint: your program is the server here.",
    ]

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
