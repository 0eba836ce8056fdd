import JSON
import Model
import Store

extension Schemas {
    static let ofAnalytics: JSONObject = [
        "Clicks": object("Clicks in a window of time", JSONObject(window + [
            .init(name: "group_by", value: string), .init(name: "count", value: string), .init(name: "total", value: .count),
            .init(name: "groups", value: array(of: reference("ClickLine"))), .init(name: "other", value: reference("OtherClicks")),
        ])),
        "ClickLine": line("Clicks of one value, or in one step of time", clickCounts, series: "ClickStep"),
        "ClickStep": line("Clicks in one step of time", clickCounts), "OtherClicks": other("clicks"),
        "Usage": object("Requests to the API in a window of time", JSONObject(window + [
            .init(name: "group_by", value: string), .init(name: "total", value: reference("UsageCounts")),
            .init(name: "groups", value: array(of: reference("UsageLine"))),
        ])),
        "UsageLine": line("Requests of one value, or in one step of time", usageCounts, series: "UsageStep"),
        "UsageStep": line("Requests in one step of time", usageCounts), "UsageCounts": object("How many requests, and how long they took", usageCounts),
        "Latency": object("How long answers took, in milliseconds", ["p50": milliseconds, "p95": milliseconds, "p99": milliseconds]),
        "PageAnalytics": object("Views of a page and clicks on its links in a window of time", JSONObject(window + [
            .init(name: "group_by", value: string), .init(name: "count", value: string),
            .init(name: "views", value: .count), .init(name: "clicks", value: .count),
            .init(name: "groups", value: array(of: reference("ViewLine"))), .init(name: "other", value: reference("OtherViews")),
            .init(name: "links", value: array(of: reference("PageLinkClicks"))),
        ])),
        "ViewLine": line("Views of one value, or in one step of time", ["views": .count]), "OtherViews": other("views"),
        "PageLinkClicks": object("Clicks on a link of a page", [
            "link_id": .id(LinkKind.self), "url": string, "title": orNull(string), "short_url": string, "clicks": .count,
        ]),
    ]

    /// What the values beyond `limit` come to.
    private static func other(_ name: String) -> JSON {
        object("What the values beyond limit come to", ["values": JSON.count.about("How many values those are"), name: .count])
    }

    /// What an answer says of one value, or of one step of time.
    /// - Parameter series: names what each step is, where there can be steps.
    private static func line(_ about: String, _ counts: JSONObject, series: String? = nil) -> JSON {
        let always = JSONObject([.init(name: "value", value: string)] + counts.members)
        let steps: [JSONObject.Member] = series.map { [.init(name: "series", value: array(of: reference($0)).about(
            "Where it was asked for: every step of the window, as groups by time have it"))] } ?? []
        return object(about, JSONObject(always.members + steps + [.init(name: "partial", value: boolean.about(
            "Of lines by time: the window has only a part of this step"))]), required: always.members.map(\.name))
    }

    private static let window: [JSONObject.Member] = [
        .init(name: "start", value: .time), .init(name: "end", value: .time),
        .init(name: "as_of", value: JSON.time.about("All that had been stored by then is counted")),
        .init(name: "timezone", value: string), .init(name: "granularity", value: string),
    ]

    private static let clickCounts: JSONObject = ["clicks": .count]

    private static let usageCounts: JSONObject = [
        "requests": .count, "client_errors": JSON.count.about("Answers from 400 to 499"), "server_errors": JSON.count.about("Answers from 500 on"),
        "rate_limited": JSON.count.about("Answers 429"), "latency_ms": reference("Latency"),
    ]

    private static let milliseconds: JSON = [
        "type": ["number", "null"], "description": "At most 19 % above the true value; null where nothing was counted",
    ]
}
