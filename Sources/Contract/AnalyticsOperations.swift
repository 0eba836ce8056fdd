import AnalyticsStore
import HTTP
import JSON
import Model
import Store

// What OpenAPI tells of the routes of analytics.
extension Operation {
    /// What all analytics ask for.
    static func window(_ intervals: [Interval], _ granularities: [Granularity]) -> [Parameter] {
        [
            .init(
                name: "interval", about: "A window of whole hours or days in the time zone; but for yesterday it ends now",
                schema: .oneOf(intervals.map(\.name))),
            .init(
                name: "start", about: "Instead of interval: from this day, or from the quarter of an hour (of usage: the minute) that this time is in",
                schema: dayOrTime),
            .init(name: "end", about: "To the end of this day, or to this time; now where left out", schema: dayOrTime),
            .init(
                name: "timezone", about: "IANA name; days, weeks and months are this zone's",
                schema: ["type": "string", "default": "UTC"]),
        ] + (granularities.isEmpty ? [] : [
            .init(
                name: "granularity", about: "Length of a line by time; minutes reach back 7 days",
                schema: .oneOf(granularities.map(\.rawValue))),
        ])
    }

    private static let dayOrTime: JSON = ["anyOf": [["type": "string", "format": "date"], .time]]

    package static let getClicks = Operation(
        id: "getClicks", summary: "Count clicks",
        query: clickFilter + window(Interval.all, ClickQuestion.granularities) + [
            .init(name: "group_by", about: "What each line counts", schema: .oneOf(ClickQuestion.Group.allCases.map(\.rawValue))),
            .init(name: "count", about: "Everyone, everyone but bots, or first visits of a day", schema: .oneOf(["all", "human", "unique"])),
            .init(
                name: "series",
                about: "Whether each link has its lines by time, too: with group_by=link and a link_id for each; links times steps at most 10,000",
                schema: ["type": "boolean", "default": false]),
            lineLimit,
        ],
        answer: "Clicks", isCounted: true, problems: [400])

    package static let exportClicks = Operation(
        id: "exportClicks", summary: "The clicks themselves as a file, oldest first, two at a time",
        query: [exportFormat] + clickFilter + window(Interval.all, []),
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
                "type": "array", "items": group.choices.map { .oneOf($0) } ?? ["type": "string"], "maxItems": 100,
            ])
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
        ] + window(Interval.ofUsage, Granularity.allCases) + [
            .init(
                name: "group_by", about: "What each line counts; by key one with an empty value has all members, by member one all keys",
                schema: .oneOf(UsageQuestion.Group.allCases.map(\.rawValue))),
            .init(
                name: "series", about: "Whether each group has its lines by time, too: groups times steps at most 10,000; not of groups by time",
                schema: ["type": "boolean", "default": false]),
        ],
        answer: "Usage", isCounted: true, problems: [400])
}
