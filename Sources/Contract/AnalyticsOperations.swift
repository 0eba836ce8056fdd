import AnalyticsStore
import HTTP
import JSON
import Model
import Store

// What OpenAPI tells of the routes of analytics.
extension Operation {
    /// What all analytics ask for.
    static func window(_ intervals: String, _ granularities: String?) -> [Parameter] {
        [
            .init(
                name: "interval", about: "A window of whole hours or days in the time zone; but for yesterday it ends now",
                schema: Schemas.reference(intervals)),
            .init(
                name: "start", about: "Instead of interval: from this day, or from the quarter of an hour (of usage: the minute) that this time is in",
                schema: dayOrTime),
            .init(name: "end", about: "To the end of this day, or to this time; now where left out. A day, or a time as RFC 3339 has it", schema: dayOrTime),
            .init(
                name: "timezone", about: "IANA name; days, weeks and months are this zone's",
                schema: ["type": "string", "default": "UTC"]),
        ] + (granularities.map { [
            .init(
                name: "granularity", about: "Length of a line by time; minutes reach back 7 days",
                schema: Schemas.reference($0)),
        ] } ?? [])
    }

    /// A text, for few tools know what to do with either of two.
    private static let dayOrTime: JSON = [
        "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2}))?$",
    ]

    package static let getClicks = Operation(
        id: "getClicks", summary: "Count clicks",
        query: clickFilter + window("ClickInterval", "ClickGranularity") + [
            .init(name: "group_by", about: "What each line counts", schema: Schemas.reference("ClickGroup")),
            .init(name: "count", about: "Everyone, everyone but bots, or first visits of a day", schema: Schemas.reference("ClickCount")),
            .init(
                name: "series",
                about: "Whether each link has its lines by time, too: with group_by=link and a link_id for each; links times steps at most 10,000",
                schema: ["type": "boolean", "default": false]),
            lineLimit,
        ],
        answer: "Clicks", isCounted: true, problems: [400])

    package static let exportClicks = Operation(
        id: "exportClicks", summary: "The clicks themselves as a file, oldest first, two at a time",
        query: [exportFormat] + clickFilter + window("ClickInterval", nil),
        files: exportTypes, problems: [400])

    /// Which clicks; of what can be repeated a click has to have one.
    private static let clickFilter: [Parameter] = [
        .init(
            name: "link_id", about: "Only these links; repeat it for each",
            schema: ["type": "array", "items": .id(LinkKind.self), "maxItems": 100]),
        .init(name: "domain", about: "Only links on this host", schema: ["type": "string", "pattern": .string(Schemas.host)]),
        .init(name: "tag", about: "Only links with this tag", schema: ["type": "string"]),
    ] + ClickQuestion.Group.filters.map { group in
        .init(
            name: group.rawValue, about: "Only clicks with one of these; empty stands for none", schema: [
                "type": "array", "items": words(group).map(Schemas.reference) ?? Schemas.string, "maxItems": 100,
            ])
    }

    private static func words(_ group: ClickQuestion.Group) -> String? {
        switch group {
        case .device: "DeviceType"
        case .trigger: "ClickTrigger"
        case .bot: "BotFilter"
        default: nil
        }
    }

    static let lineLimit = Parameter(
        name: "limit", about: "How many values, the largest first; `other` has the sum of the rest",
        schema: ["type": "integer", "minimum": 1, "maximum": 1000, "default": 100])

    package static let getUsage = Operation(
        id: "getUsage", summary: "Count API requests, their errors and latencies",
        query: [
            .init(name: "key_id", about: "Only this API key", schema: .id(APIKeyKind.self)),
            .init(name: "member_id", about: "Only what this member asked for on the app host", schema: .id(MemberKind.self)),
            .init(name: "endpoint", about: "Only this method and path, such as GET /links/{id}", schema: ["type": "string", "pattern": "^([A-Z]+ /|-$)"]),
            .init(name: "status", about: "Only answers with this status", schema: ["type": "integer", "minimum": 100, "maximum": 599])
        ] + window("UsageInterval", "UsageGranularity") + [
            .init(
                name: "group_by", about: "What each line counts; by key one with an empty value has all members, by member one all keys",
                schema: Schemas.reference("UsageGroup")),
            .init(
                name: "series", about: "Whether each group has its lines by time, too: groups times steps at most 10,000; not of groups by time",
                schema: ["type": "boolean", "default": false]),
        ],
        answer: "Usage", isCounted: true, problems: [400])
}
