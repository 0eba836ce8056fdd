import JSON
import Model

/// Every type of event: when it happens, and an example of it as receivers get it.
package enum EventCatalog {
    package struct Entry: Sendable {
        package let type: String
        /// When it happens, in words that need no full stop.
        package let about: String
        /// A whole event, as it is sent and as `GET /events/{id}` has it.
        package let payload: JSON
    }

    package static let entries: [Entry] = EventType.allCases.map { type in
        Entry(type: type.rawValue, about: type.about, payload: payload(type))
    }

    private static func payload(_ type: EventType) -> JSON {
        let (data, previous) = example(type)
        var event: JSONObject = [
            "id": "evt_01kac7w8v0e3s5q9x2b4m6n8p6", "type": .string(type.rawValue), "timestamp": "2026-03-13T10:00:00Z", "data": data,
        ]
        if let previous { event["previous"] = previous }
        event["sequence"] = 1042
        return .object(event)
    }

    /// What an event tells and, of updates, the fields that changed, as they were.
    private static func example(_ type: EventType) -> (data: JSON, previous: JSON?) {
        switch type {
        case .linkCreated, .linkDeleted: (Schemas.linkExample, nil)
        case .linkUpdated: (Schemas.linkExample.with("title", "Spring sale"), ["title": nil])
        case .clickRecorded: (click, nil)
        case .pagePublished: (PageExamples.page, nil)
        case .subscriptionUpdated: (subscription, ["plan": "hobby", "requests_per_minute": 60, "audit_days": 30])
        case .webhookTest: (["webhook_id": "wh_01kac7w8v0e3s5q9x2b4m6n8p5"], nil)
        }
    }

    private static let click: JSON = [
        "link_id": "lnk_01kac7w8v0e3s5q9x2b4m6n8p0", "domain": "go.example.com", "slug": "my-link", "tags": ["campaign-q1"],
        "clicked_at": "2026-03-13T10:00:00Z", "country": "DE", "city": "Berlin", "device": "mobile", "browser": "Safari", "os": "iOS",
        "referrer": "www.example.org", "utm_source": "twitter", "utm_medium": "social", "utm_campaign": nil, "bot": false,
        "first_visit": true, "trigger": "click",
    ]

    /// The workspace, without what it has used.
    private static let subscription: JSON = .object(JSONObject(
        (Schemas.workspaceExample.objectValue?.members ?? []).filter { $0.name != "quotas" }))
}

extension EventType {
    /// When it happens.
    var about: String {
        switch self {
        case .linkCreated: "When a new short link is created"
        case .linkUpdated: "When a link's destination or settings change"
        case .linkDeleted: "When a link is removed"
        case .clickRecorded: "When a short link receives a click"
        case .pagePublished: "When a bio page is published"
        case .subscriptionUpdated: "When a billing plan changes"
        case .webhookTest: "When somebody tests an endpoint, which alone is told"
        }
    }
}

extension JSON {
    fileprivate func with(_ name: String, _ value: JSON) -> JSON {
        guard case .object(var object) = self else { return self }
        object[name] = value
        return .object(object)
    }
}
