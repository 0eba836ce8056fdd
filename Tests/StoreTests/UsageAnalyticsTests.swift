import AnalyticsStore
import Foundation
import MariaDB
import Model
import Store
import Support
import Testing

/// Every answer from the roll-ups has to be what a count over the raw rows says. The count is done here, row by row, with
/// Foundation's calendar for local time, so that the two share no code but the bounds of the latencies' buckets.
@Suite("Usage analytics", .database)
struct UsageAnalyticsTests {
    private let database = TestDatabase.current
    private let start = Timestamp("2026-01-10T00:00:00Z")
    private let end = Timestamp("2026-04-20T00:00:00Z")
    private static let endpoints = ["GET /links", "POST /links", "GET /links/{id}", "-"]
    private static let statuses = [200, 200, 200, 201, 204, 400, 404, 422, 429, 500, 503]

    // MARK: Random requests

    private func randomRequest(_ workspace: Workspace, _ callers: [Caller], _ random: inout UsageGenerator) -> APIRequest {
        // Half of all around the nights in which clocks change: 8 March (New York), 29 March (Berlin), 5 April (Lord Howe).
        let nights = [Timestamp("2026-03-08T06:00:00Z"), Timestamp("2026-03-29T00:00:00Z"), Timestamp("2026-04-04T14:00:00Z")]
        let time = Bool.random(using: &random)
            ? Int64.random(in: start.milliseconds..<end.milliseconds, using: &random)
            : nights.randomElement(using: &random)!.milliseconds + .random(in: -10_000_000...10_000_000, using: &random)
        return APIRequest(
            workspace: workspace.id, by: callers.randomElement(using: &random)!, id: ULID(milliseconds: 0, using: &random).value,
            at: Timestamp(milliseconds: time), endpoint: Self.endpoints.randomElement(using: &random)!,
            status: Self.statuses.randomElement(using: &random)!,
            microseconds: Int(pow(10, Double.random(in: 0...9.6, using: &random))) - 1, userAgent: "tab\\and\"quote\t")
    }

    /// 2,500 requests of three keys and two members, in batches as the loader stores them; and a stranger's.
    private func fill(_ random: inout UsageGenerator) throws -> (workspace: Workspace, callers: [Caller]) {
        let (workspace, stranger) = (try database.makeTenant().workspace, try database.makeTenant(slug: "stranger").workspace)
        let callers = (0..<3).map { _ in Caller.key(.new()) } + (0..<2).map { _ in Caller.member(.new()) }
        for _ in 0..<5 { try store((0..<500).map { _ in randomRequest(workspace, callers, &random) }) }
        try store((0..<100).map { _ in randomRequest(stranger, callers, &random) })
        return (workspace, callers)
    }

    private func store(_ requests: [APIRequest]) throws {
        try database.store.write { connection in
            try connection.transaction { connection in
                #expect(try APIRequests.table(recordedAt: .now()).insert(requests, on: connection))
                try APIUsage.add(requests, on: connection)
            }
        }
    }

    // MARK: Counting row by row

    private struct RawRow {
        var at: Timestamp
        /// One of both.
        var key: APIKeyID?
        var member: MemberID?
        var endpoint: String
        var status: Int
        var microseconds: Int
    }

    private func rawRows(_ workspace: Workspace) throws -> [RawRow] {
        try database.connect().query("""
            SELECT at, IF(HEX(key_id) < '8', key_id, NULL),
              IF(HEX(key_id) < '8', NULL, UNHEX(CONCAT('0', SUBSTR(HEX(key_id), 2)))),
              endpoint, status, microseconds
            FROM api_requests WHERE workspace_id = \(workspace.id)
            """).map { row in
            RawRow(
                at: try #require(Timestamp(sql: row.string(0))), key: try row.optionalIdentifier(1), member: try row.optionalIdentifier(2),
                endpoint: try row.string(3), status: try row.integer(4), microseconds: try row.integer(5))
        }
    }

    /// What is told of some requests, in words.
    private func told(_ rows: [RawRow]) -> String {
        let sorted = rows.map(\.microseconds).sorted()
        let percentiles = [0.5, 0.95, 0.99].map { share -> Int? in
            if sorted.isEmpty { return nil }
            let nearest = sorted[max(1, Int((share * Double(sorted.count)).rounded(.up))) - 1]
            return LatencyHistogram.upperBound(of: LatencyHistogram.bucket(microseconds: nearest))
        }
        return told(
            rows.count, rows.count { $0.status / 100 == 4 }, rows.count { $0.status / 100 == 5 }, rows.count { $0.status == 429 },
            percentiles)
    }

    private func told(_ usage: Usage) -> String {
        told(
            usage.requests, usage.clientErrors, usage.serverErrors, usage.rateLimited,
            [0.5, 0.95, 0.99].map(usage.latencies.quantile))
    }

    private func told(_ requests: Int, _ client: Int, _ server: Int, _ limited: Int, _ percentiles: [Int?]) -> String {
        "\(requests) requests, \(client) 4xx, \(server) 5xx, \(limited) over the limit, \(percentiles) µs"
    }

    private func expected(_ question: UsageQuestion, _ rows: [RawRow]) -> (total: String, groups: [String: String]) {
        let rows = rows.filter { row in
            question.start <= row.at && row.at < question.end && question.caller.map { $0 == row.key.map(Caller.key) ?? row.member.map(Caller.member) } ?? true
                && question.endpoint.map { $0 == row.endpoint } ?? true && question.status.map { $0 == row.status } ?? true
        }
        let groups = Dictionary(grouping: rows) { row in
            switch question.group {
            case .time: calendarStart(of: row.at, question.granularity, in: question.zone)
            case .key: row.key?.description ?? ""
            case .member: row.member?.description ?? ""
            case .endpoint: row.endpoint
            case .status: String(row.status)
            }
        }
        return (told(rows), groups.mapValues(told))
    }

    // MARK: Facts

    @Test("are a count over the raw rows: every group, granularity and filter, in random windows", arguments: [
        "UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham",
    ])
    func answers(_ zone: String) throws {
        let seed = UInt64.random(in: 0...999_999)
        var random = UsageGenerator(seed: seed)
        let (workspace, callers) = try fill(&random)
        let (rows, connection) = (try rawRows(workspace), try database.connect())
        #expect(rows.count == 2500)
        let filters: [(Caller?, String?, Int?)] = [
            (nil, nil, nil), (callers[0], nil, nil), (callers[3], nil, nil), (nil, "GET /links/{id}", nil), (nil, nil, 429), (callers[1], "-", nil),
            (callers[4], "GET /links", 200), (nil, "GET /none", nil), (.key(.new()), nil, nil),
            // An id is a key's or a member's, never both.
            (.member(MemberID(callers[2].stored)), nil, nil),
        ]
        // Where clocks change by half an hour or within one, the calendar's hours are others; the tests of the zones have a
        // table for such.
        let hasOddHours = zone == "Australia/Lord_Howe" || zone == "Pacific/Chatham"
        for group in UsageQuestion.Group.allCases {
            for granularity in Granularity.allCases where !(hasOddHours && granularity == .hour) {
                for filter in [(nil, nil, nil), filters.randomElement(using: &random)!] {
                    let resolution: APIUsage.Resolution = granularity == .minute ? .minute : .quarter
                    let (from, to) = window(resolution, narrow: granularity == .minute, &random)
                    let question = UsageQuestion(
                        workspace: workspace.id, by: filter.0, endpoint: filter.1, status: filter.2, start: from, end: to,
                        resolution: resolution, zone: try #require(TimeZoneRules(identifier: zone)), granularity: granularity,
                        group: group)
                    let answer = try UsageAnalytics.answer(question, on: connection)
                    let wanted = expected(question, rows)
                    let groups = answer.groups.filter { $0.usage.requests > 0 }.map { ($0.value, told($0.usage)) }
                    let what = Comment(rawValue: "seed \(seed): \(group) \(granularity) \(filter) \(from.rfc3339) \(to.rfc3339)")
                    #expect(told(answer.total) == wanted.total, what)
                    #expect(Dictionary(uniqueKeysWithValues: groups) == wanted.groups, what)
                }
            }
        }
    }

    /// A random window on the edges of periods; a narrow one is a day around a night in which clocks change.
    private func window(
        _ resolution: APIUsage.Resolution, narrow: Bool, _ random: inout UsageGenerator
    ) -> (Timestamp, Timestamp) {
        let length = resolution.milliseconds
        let first = narrow ? Timestamp("2026-03-28T12:00:00Z") : start
        let from = first.milliseconds + Int64.random(in: 0...400, using: &random) * length
        let to = narrow ? from + 1440 * length : end.milliseconds - Int64.random(in: 0...1600, using: &random) * length
        return (Timestamp(milliseconds: from), Timestamp(milliseconds: to))
    }

    @Test("over time have every bucket of the window, also those without requests, in order")
    func buckets() throws {
        let workspace = try database.makeTenant().workspace
        let answer = try UsageAnalytics.answer(
            UsageQuestion(
                workspace: workspace.id, start: Timestamp("2026-03-27T23:00:00Z"), end: Timestamp("2026-03-30T22:00:00Z"),
                zone: try #require(TimeZoneRules(identifier: "Europe/Berlin"))),
            on: try database.connect())
        #expect(answer.total == Usage() && answer.total.latencies.quantile(0.5) == nil)
        #expect(answer.groups.map(\.value) == ["2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"])
    }

    @Test("other than over time have the most requests first, then by value")
    func order() throws {
        var random = UsageGenerator(seed: 1)
        let (workspace, _) = try fill(&random)
        for group in [UsageQuestion.Group.key, .member, .endpoint, .status] {
            let answer = try UsageAnalytics.answer(
                UsageQuestion(workspace: workspace.id, start: start, end: end, group: group), on: try database.connect())
            let counts = answer.groups.map { (-$0.usage.requests, $0.value) }
            #expect(counts.elementsEqual(counts.sorted(by: <), by: ==) && !counts.isEmpty)
        }
    }

    // MARK: Series

    @Test("have in each group the same steps that a question about it alone has", arguments: [UsageQuestion.Group.key, .member, .endpoint, .status])
    func series(_ group: UsageQuestion.Group) throws {
        var random = UsageGenerator(seed: UInt64.random(in: 0...999_999))
        let (workspace, _) = try fill(&random)
        let connection = try database.connect()
        var question = UsageQuestion(
            workspace: workspace.id, start: start, end: end, zone: try #require(TimeZoneRules(identifier: "Europe/Berlin")), group: group)
        let plain = try UsageAnalytics.answer(question, on: connection)
        #expect(plain.steps.isEmpty && plain.groups.allSatisfy(\.series.isEmpty))
        question.seriesLimit = 10_000
        let answer = try UsageAnalytics.answer(question, on: connection)
        #expect(answer.groups.map(\.value) == plain.groups.map(\.value) && answer.groups.map(\.usage) == plain.groups.map(\.usage))
        #expect(answer.groups.count >= 3 && answer.total == plain.total)
        for found in answer.groups {
            var alone = question
            (alone.group, alone.seriesLimit) = (.time, nil)
            switch group {
            case .key where !found.value.isEmpty: alone.caller = APIKeyID(found.value).map(Caller.key)
            case .member where !found.value.isEmpty: alone.caller = MemberID(found.value).map(Caller.member)
            case .key, .member: continue
            case .endpoint: alone.endpoint = found.value
            default: alone.status = Int(found.value)
            }
            let wanted = try UsageAnalytics.answer(alone, on: connection).groups
            #expect(answer.steps == wanted.map(\.value) && found.series == wanted.map(\.usage))
            #expect(found.series.map(\.requests).reduce(0, +) == found.usage.requests)
        }
    }

    @Test("of more groups times steps than an answer may have are refused with both numbers, and one less is answered")
    func seriesLimit() throws {
        var random = UsageGenerator(seed: 1)
        let (workspace, _) = try fill(&random)
        var question = UsageQuestion(workspace: workspace.id, start: start, end: end, group: .key)
        question.seriesLimit = 400
        #expect(try UsageAnalytics.answer(question, on: database.connect()).groups.count == 4, "three keys, and the members together")
        question.seriesLimit = 399
        #expect(throws: UsageAnalytics.TooManyLines(groups: 4, steps: 100)) {
            try UsageAnalytics.answer(question, on: database.connect())
        }
    }

    @Test("a request on the edge of a window is in the one that it begins")
    func edge() throws {
        let tenant = try database.makeTenant()
        try store(["2026-03-01T10:00:00Z", "2026-03-01T10:14:59Z", "2026-03-01T10:15:00Z"].enumerated().map { number, text in
            APIRequest(
                workspace: tenant.workspace.id, by: .key(tenant.key.id), id: UInt128(number), at: try #require(Timestamp(rfc3339: text)),
                endpoint: "GET /links", status: 200, microseconds: 1)
        })
        let counts = try [("2026-03-01T10:00:00Z", "2026-03-01T10:15:00Z"), ("2026-03-01T10:15:00Z", "2026-03-01T10:30:00Z")].map {
            let (from, to) = (try #require(Timestamp(rfc3339: $0)), try #require(Timestamp(rfc3339: $1)))
            return try UsageAnalytics.answer(
                UsageQuestion(workspace: tenant.workspace.id, start: from, end: to, group: .status), on: database.connect()
            ).total.requests
        }
        #expect(counts == [2, 1])
    }
}

/// The same numbers for the same seed (SplitMix64), so that a failure can be had again.
private struct UsageGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
