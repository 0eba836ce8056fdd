import JSON
import Model

/// Events: as lists have them, and what receivers get of each type.
extension Schemas {
    static let ofEvents = JSONObject([
        .init(name: "Event", value: event), .init(name: "TruncatedEvent", value: truncated), .init(name: "RecordedClick", value: click),
        .init(name: "Subscription", value: object("The workspace, and its plan", subscriptionMembers)),
        .init(name: "TestedWebhook", value: object("The endpoint that is tested", ["webhook_id": .id(WebhookKind.self)])),
    ] + EventType.allCases.map { .init(name: name($0), value: received($0)) })

    /// `LinkCreatedEvent`.
    static func name(_ type: EventType) -> String {
        type.rawValue.split(separator: ".").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() + "Event"
    }

    /// What receivers get; where it would be longer than they are spared, a truncated one.
    static func received(as type: EventType) -> JSON { ["oneOf": [reference(name(type)), reference("TruncatedEvent")]] }

    private static let head: JSONObject = [
        "id": .id(EventKind.self), "type": reference("EventType"), "timestamp": JSON.time.about("When it happened"),
    ]

    private static let sequence = orNull(.count).about("Counts the events of the workspace, without gaps; null for a moment")

    /// Of any type, and of any age: the fields of its data are those that there were when it happened.
    private static let event: JSON = object("Something that happened", JSONObject(head.members + [
        .init(name: "data", value: anything.about("What it happened to, as it was then: by type, as LinkCreatedEvent and the others have it")),
        .init(name: "previous", value: anything.about("Of updates: the fields that changed, as they were")),
        .init(name: "sequence", value: sequence), .init(name: "test", value: test),
    ]), required: ["id", "type", "timestamp", "data", "sequence"])

    private static let test: JSON = ["type": "boolean", "description": "True of a sandbox; other events have it not"]

    private static let truncated: JSON = object("An event of more than 20,000 bytes; GET /events/{id} has the whole", JSONObject(head.members + [
        .init(name: "data", value: anything.about("The ids alone")),
        .init(name: "truncated", value: boolean.about("Always true")), .init(name: "sequence", value: sequence),
        .init(name: "test", value: test),
    ]), required: head.members.map(\.name) + ["data", "truncated", "sequence"])

    private static func received(_ type: EventType) -> JSON {
        let isUpdate = [.linkUpdated, .subscriptionUpdated].contains(type)
        let previous: [JSONObject.Member] = isUpdate
            ? [.init(name: "previous", value: anything.about("The fields that changed, as they were"))] : []
        return object(type.about, JSONObject([
            .init(name: "id", value: .id(EventKind.self)), .init(name: "type", value: ["type": "string", "const": .string(type.rawValue)]),
            .init(name: "timestamp", value: JSON.time.about("When it happened")), .init(name: "data", value: reference(data(of: type))),
        ] + previous + [.init(name: "sequence", value: sequence), .init(name: "test", value: test)]),
            required: ["id", "type", "timestamp", "data"] + previous.map(\.name) + ["sequence"])
    }

    private static func data(of type: EventType) -> String {
        switch type {
        case .linkCreated, .linkUpdated, .linkDeleted: "Link"
        case .clickRecorded: "RecordedClick"
        case .pagePublished: "Page"
        case .subscriptionUpdated: "Subscription"
        case .webhookTest: "TestedWebhook"
        }
    }

    private static let click: JSON = {
        let place: JSONObject = [
            "link_id": .id(LinkKind.self), "domain": orNull(string).about("Null of a link that was deleted meanwhile, as is slug"), "slug": orNull(string),
            "tags": array(of: string), "clicked_at": .time,
        ]
        let visitor: JSONObject = [
            "country": orNull(string).about("Two letters (ISO 3166-1)"), "city": orNull(string), "device": reference("DeviceType"), "browser": orNull(string),
            "os": orNull(string), "referrer": orNull(string).about("The host that led here"), "utm_source": orNull(string), "utm_medium": orNull(string),
            "utm_campaign": orNull(string), "bot": boolean, "first_visit": boolean.about("The visitor's first on this link that day"),
            "trigger": reference("ClickTrigger"),
        ]
        return object("A click, and what is known of the visitor", JSONObject(place.members + visitor.members))
    }()
}
