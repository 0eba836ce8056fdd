import AnalyticsStore
import Foundation
import HTTP
import Model
import Store
import Support
import Testing

@testable import API
@testable import Resources

/// Usage analytics over the API. That the numbers are right is shown in UsageAnalyticsTests.
@Suite("Usage over the API")
struct UsageTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    private func get(_ query: String) -> Response { stage.ask(.get, "/analytics/usage?" + query) }

    @Test("requests, errors and latencies of the last hour, by endpoint")
    func exchange() throws {
        for _ in 0..<2 { _ = stage.ask(.get, "/workspace") }
        _ = stage.ask(.post, "/links", "{}")
        let limited = try stage.newKey([.teamRead], requestsPerMinute: 1)
        for _ in 0..<3 { _ = stage.ask(.get, "/workspace", key: limited.text) }
        try stage.load()
        let answer = get("interval=24h&group_by=endpoint")
        #expect(answer.told.replacing(/: \d+\.\d+/, with: ": <ms>") == """
            200 OK
            {
              "start": "<time>",
              "end": "<time>",
              "as_of": "<time>",
              "timezone": "UTC",
              "granularity": "hour",
              "group_by": "endpoint",
              "total": {
                "requests": 6,
                "client_errors": 3,
                "server_errors": 0,
                "rate_limited": 2,
                "latency_ms": {
                  "p50": <ms>,
                  "p95": <ms>,
                  "p99": <ms>
                }
              },
              "groups": [
                {
                  "value": "GET /workspace",
                  "requests": 5,
                  "client_errors": 2,
                  "server_errors": 0,
                  "rate_limited": 2,
                  "latency_ms": {
                    "p50": <ms>,
                    "p95": <ms>,
                    "p99": <ms>
                  }
                },
                {
                  "value": "POST /links",
                  "requests": 1,
                  "client_errors": 1,
                  "server_errors": 0,
                  "rate_limited": 0,
                  "latency_ms": {
                    "p50": <ms>,
                    "p95": <ms>,
                    "p99": <ms>
                  }
                }
              ]
            }
            """)
        #expect(total(get("interval=1h&key_id=\(limited.id)")) == 3)
        #expect(total(get("interval=1h&endpoint=POST+/links")) == 1)
        #expect(total(get("interval=24h&status=429")) == 2)
        #expect(total(get("interval=1h&group_by=key")) == 10, "what was asked before is loaded by now")
    }

    private func total(_ answer: Response) -> Int64? {
        try? stage.load()
        return answer.json["total"]?["requests"]?.integerValue
    }

    @Test("over time every step is told: the last hour minute by minute, days in the zone of the reader")
    func time() throws {
        let hour = get("interval=1h")
        #expect(hour.json["granularity"]?.stringValue == "minute")
        #expect(hour.json["groups"]?.arrayValue?.count == 60)
        #expect(hour.json["groups"]?[0]?["latency_ms"]?["p50"] == .null)
        let days = get("start=2026-03-28T00:00:00%2B01:00&end=2026-03-31T00:00:00%2B02:00&timezone=Europe/Berlin&granularity=day")
        #expect(days.json["groups"]?.arrayValue?.compactMap { $0["value"]?.stringValue } == [
            "2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z",
        ])
    }

    @Test("with series each group has its steps as well: every key of a workspace hour by hour, in one answer")
    func series() throws {
        let other = APIKeyID.new()
        let start = Timestamp("2026-03-01T10:00:00Z")
        let requests = [(other, 3599, 200), (other, 3600, 200), (other, 5399, 429), (stage.keyID, 1800, 500)]
        try stage.store.write { connection in
            try APIUsage.add(requests.enumerated().map { number, request in
                APIRequest(
                    workspace: stage.workspace.id, by: .key(request.0), id: UInt128(number), at: start.adding(seconds: request.1),
                    endpoint: "GET /workspace", status: request.2, microseconds: 1000)
            }, on: connection)
        }
        let window = "start=2026-03-01T10:00:00Z&end=2026-03-01T11:30:00Z&granularity=hour"
        let answer = get(window + "&group_by=key&series=true")
        let masked = answer.told.replacing(/"latency_ms": \{[^}]*\}/, with: "\"latency_ms\": {…}")
        #expect(masked.contains("""
                {
                  "value": "key_…",
                  "requests": 3,
                  "client_errors": 1,
                  "server_errors": 0,
                  "rate_limited": 1,
                  "latency_ms": {…},
                  "series": [
                    {
                      "value": "<time>",
                      "requests": 1,
                      "client_errors": 0,
                      "server_errors": 0,
                      "rate_limited": 0,
                      "latency_ms": {…},
                      "partial": false
                    },
                    {
                      "value": "<time>",
                      "requests": 2,
                      "client_errors": 1,
                      "server_errors": 0,
                      "rate_limited": 1,
                      "latency_ms": {…},
                      "partial": true
                    }
                  ]
                },
            """), "\(masked)")
        #expect(answer.json["groups"]?.arrayValue?.map { $0["value"]?.stringValue } == [other.description, stage.keyID.description])
        #expect(get(window + "&group_by=key&series=false").json["groups"]?[0]?["series"] == nil)
    }

    @Test("more groups times steps than an answer has lines are refused, and the answer says what to change")
    func seriesLimit() throws {
        for _ in 0..<2 { _ = stage.ask(.get, "/workspace") }
        _ = stage.ask(.get, "/nowhere")
        try stage.load()
        let start = Timestamp.now().adding(days: -4).rfc3339
        let answer = get("start=\(start)&granularity=minute&group_by=endpoint&series=true")
        #expect(answer.refusal == "400 invalid_parameter" && answer.json["parameter"] == "series")
        let steps = try #require(answer.json["detail"]?.stringValue).replacing(/\d+ steps/, with: "… steps")
        #expect(steps == "Query parameter series: 2 groups of … steps are more than 10000 lines: use a coarser granularity, a shorter "
            + "window, or a filter such as key_id.")
        #expect(get("start=\(start)&granularity=minute&group_by=endpoint&series=true&endpoint=-").status == 200)
        #expect(get("start=\(start)&granularity=hour&group_by=endpoint&series=true").status == 200)
    }

    @Test("another workspace's requests are not counted, whatever is asked for")
    func isolation() throws {
        _ = stage.ask(.get, "/workspace")
        try stage.load()
        let stranger = try Stage()
        for query in ["interval=1h", "interval=24h&key_id=\(stage.keyID)", "interval=all&group_by=key"] {
            #expect(stranger.ask(.get, "/analytics/usage?" + query).json["total"]?["requests"]?.integerValue == 0)
        }
    }

    @Test("what cannot be answered is refused", arguments: [
        ("interval=2h", "interval"), ("interval=1h&start=2026-01-01T00:00:00Z", "interval"), ("start=2026-02-30", "start"), ("end=2026-1-1", "end"),
        ("start=2026-01-02T00:00:00Z&end=2026-01-01T00:00:00Z", "start"), ("start=2026-01-01T00:00:00Z&end=2026-01-01T00:00:00Z", "start"),
        ("granularity=second", "granularity"), ("series=true", "series"), ("group_by=time&series=true", "series"), ("group_by=key&series=1", "series"),
        ("start=2020-01-01T00:00:00Z&end=2026-01-01T00:00:00Z&granularity=hour&group_by=key&series=true", "granularity"), ("timezone=Nowhere", "timezone"), ("timezone=../../etc/passwd", "timezone"),
        ("group_by=country", "group_by"), ("key_id=1", "key_id"), ("endpoint=GET+/nowhere", "endpoint"), ("status=99", "status"),
        ("status=ok", "status"), ("count=all", "count"), ("start=0001-01-01T00:00:00Z&end=9999-12-31T23:59:59Z&granularity=hour", "granularity"),
        ("start=2020-01-01T00:00:00Z&end=2026-01-01T00:00:00Z&granularity=hour", "granularity"),
    ])
    func refusals(_ query: String, _ parameter: String) {
        let answer = get(query)
        #expect(answer.status == 400 && answer.json["parameter"]?.stringValue == parameter, "\(answer.text)")
    }

    @Test("minutes are told of seven days, and older ones refused instead of answered with nothing")
    func oldMinutes() {
        func status(_ seconds: Int, _ granularity: String, _ more: String = "") -> Int {
            get("start=\(Timestamp.now().adding(seconds: -seconds).rfc3339)&granularity=\(granularity)\(more)").status
        }
        #expect(status(7 * 86_400 - 60, "minute", "&group_by=key") == 200)
        #expect(status(7 * 86_400 + 180, "minute", "&group_by=key") == 400)
        #expect(status(7 * 86_400 + 180, "hour") == 200)
        #expect(status(6 * 86_400, "minute") == 200, "8,640 lines")
        #expect(status(7 * 86_400 - 60, "minute") == 400, "10,079 lines")
    }
}
