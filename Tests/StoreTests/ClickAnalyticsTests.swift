import AnalyticsStore
import Foundation
import MariaDB
import Model
import Store
import Support
import Testing

/// Every answer from the roll-ups has to be what a count over the raw rows says. The count is done here, row by row, with
/// Foundation's calendar for local time, so that the two share no code.
@Suite("Click analytics", .database)
struct ClickAnalyticsTests {
    let database = TestDatabase.current
    private let start = Timestamp("2026-01-10T00:00:00Z")
    private let end = Timestamp("2026-04-20T00:00:00Z")

    // MARK: Random clicks

    private static let agents = [
        UserAgent(device: .mobile, browser: "Safari", os: "iOS", isBot: false),
        UserAgent(device: .desktop, browser: "Firefox", os: "Linux", isBot: false),
        UserAgent(device: .desktop, browser: "Safari", os: "macOS", isBot: false),
        UserAgent(device: .desktop, browser: "", os: "", isBot: true),
    ]
    private static let places = [("DE", "Köln"), ("DE", "Berlin"), ("IN", "Mumbai"), ("FR", ""), ("", "")]
    private static let referrers = ["", "example.com", "t.co", "tab\\and\"quote.example"]
    private static let campaigns = [("", "", ""), ("news", "mail", "spring"), ("news", "", ""), ("", "cpc", "spring 🦊")]

    private func randomClick(of links: [Link], _ random: inout SeededGenerator) -> Click {
        let link = links.randomElement(using: &random)!
        let place = Self.places.randomElement(using: &random)!
        let campaign = Self.campaigns.randomElement(using: &random)!
        // Half of all around the nights in which clocks change: 8 March (New York), 29 March (Berlin), 5 April (Lord Howe).
        let nights = [Timestamp("2026-03-08T06:00:00Z"), Timestamp("2026-03-29T00:00:00Z"), Timestamp("2026-04-04T14:00:00Z")]
        let night = nights.randomElement(using: &random)!.milliseconds
        let time = Bool.random(using: &random)
            ? Int64.random(in: start.milliseconds..<end.milliseconds, using: &random)
            : night + .random(in: -10_000_000...10_000_000, using: &random)
        return Click(
            workspace: link.workspace, link: link.id, id: ULID(milliseconds: 0, using: &random).value,
            at: Timestamp(milliseconds: time), visitor: .random(in: 1...30, using: &random),
            agent: Self.agents.randomElement(using: &random)!, country: place.0, city: place.1,
            referrer: Self.referrers.randomElement(using: &random)!, utmSource: campaign.0, utmMedium: campaign.1,
            utmCampaign: campaign.2, trigger: Int.random(in: 0..<4, using: &random) == 0 ? .qr : .click)
    }

    /// Stores clicks as the loader does: first visits noted, rows and roll-ups in one transaction.
    private func store(_ clicks: [Click]) throws {
        var clicks = clicks
        try database.store.write { connection in
            try connection.transaction { connection in
                var fresh = try Clicks.noteVisits(Array(Set(clicks.filter { !$0.agent.isBot }.map(\.visit))), on: connection)
                for index in clicks.indices where !clicks[index].agent.isBot {
                    clicks[index].isFirstVisit = fresh.remove(clicks[index].visit) != nil
                }
                #expect(try Clicks.table.insert(clicks, on: connection))
                try ClickRollups.add(clicks, on: connection)
            }
        }
    }

    /// Four links on two domains, one of them deleted again, with 2,500 clicks; and a stranger's.
    private func fill(_ random: inout SeededGenerator) throws -> (tenant: Tenant, links: [Link]) {
        let tenant = try database.makeTenant()
        var elsewhere = tenant
        elsewhere.domain = Domain(id: .new(), workspace: tenant.workspace.id, host: "other.example", createdAt: .now())
        try database.store.write { try Domains.create(elsewhere.domain, on: $0) }
        let links = [
            try database.makeLink("a", of: tenant, tags: ["x", "y"]), try database.makeLink("b", of: tenant, tags: ["y"]),
            try database.makeLink("c", of: elsewhere, tags: ["x"]), try database.makeLink("d", of: elsewhere),
        ]
        let stranger = try database.makeLink("a", of: try database.makeTenant(slug: "stranger"), tags: ["x"])
        for _ in 0..<5 { try store((0..<500).map { _ in randomClick(of: links, &random) }) }
        try store((0..<100).map { _ in randomClick(of: [stranger], &random) })
        try database.store.write {
            try $0.transaction { try Links.delete([links[3]], on: $0) }
        }
        return (tenant, links)
    }

    // MARK: Counting row by row

    private struct RawRow {
        var at: Timestamp
        var link: LinkID
        var isFirst: Bool
        var isBot: Bool
        var values: [ClickQuestion.Group: String]
    }

    private func rawRows(_ tenant: Tenant) throws -> [RawRow] {
        try database.connect().query("""
            SELECT at, link_id, first_visit, bot, country, city, device, browser, os, referrer, utm_source, utm_medium,
                   utm_campaign, trigger_kind
            FROM clicks WHERE workspace_id = \(tenant.workspace.id)
            """).map { row in
            let groups: [ClickQuestion.Group] = [
                .country, .city, .device, .browser, .os, .referrer, .utmSource, .utmMedium, .utmCampaign,
                .trigger,
            ]
            return RawRow(
                at: try #require(Timestamp(sql: row.string(0))), link: LinkID(try #require(ULID(bytes: row.bytes(1)))),
                isFirst: try row.bool(2), isBot: try row.bool(3),
                values: Dictionary(uniqueKeysWithValues: try groups.enumerated().map { ($1, try row.string(4 + $0)) }))
        }
    }

    /// What a question should be answered, without the groups that have no clicks.
    private func expected(_ question: ClickQuestion, _ rows: [RawRow], _ links: [Link]) -> (total: Int, groups: [String: Int]) {
        var (total, groups) = (0, [String: Int]())
        let living = Dictionary(uniqueKeysWithValues: links.dropLast().map { ($0.id, $0) })
        for row in rows where question.start <= row.at && row.at < question.end && isAsked(row, question, living) {
            let isCounted = switch question.count {
            case .all: true
            case .human: !row.isBot
            case .unique: row.isFirst
            }
            guard isCounted else { continue }
            total += 1
            for value in values(row, question, living[row.link]) { groups[value, default: 0] += 1 }
        }
        return (total, groups)
    }

    private func isAsked(_ row: RawRow, _ question: ClickQuestion, _ living: [LinkID: Link]) -> Bool {
        if let link = question.link, link != row.link { return false }
        if let domain = question.domain, living[row.link]?.domain != domain { return false }
        if let tag = question.tag, living[row.link]?.tags.contains(tag) != true { return false }
        return true
    }

    private func values(_ row: RawRow, _ question: ClickQuestion, _ link: Link?) -> [String] {
        switch question.group {
        case .time: [calendarStart(of: row.at, question.granularity, in: question.zone)]
        case .link: [row.link.description]
        case .domain: [link?.host ?? ""]
        case .tag: link.flatMap { $0.tags.isEmpty ? nil : $0.tags } ?? [""]
        case .bot: [String(row.isBot)]
        default: [row.values[question.group] ?? "?"]
        }
    }

    // MARK: Facts

    @Test("are a count over the raw rows: every group, count and filter, in random windows", arguments: [
        "UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham",
    ])
    func answers(_ zone: String) throws {
        let seed = UInt64.random(in: 0...999_999)
        var random = SeededGenerator(seed: seed)
        let (tenant, links) = try fill(&random)
        let (rows, connection) = (try rawRows(tenant), try database.connect())
        #expect(rows.count == 2500)
        let filters: [(LinkID?, DomainID?, String?)] = [
            (nil, nil, nil), (links[0].id, nil, nil), (links[3].id, nil, nil), (nil, links[2].domain, nil), (nil, nil, "y"),
            (links[1].id, nil, "x"), (nil, links[0].domain, "x"), (nil, nil, "none"),
        ]
        for group in ClickQuestion.Group.allCases {
            for count in ClickQuestion.Count.allCases {
                let (link, domain, tag) = filters.randomElement(using: &random)!
                for filter in [(nil, nil, nil), (link, domain, tag)] {
                    var (from, to) = (start, end)
                    if Bool.random(using: &random) {
                        from.milliseconds += .random(in: 0...8_000, using: &random) * 900_000
                        to.milliseconds -= .random(in: 0...1_600, using: &random) * 900_000
                    }
                    // Where clocks change by half an hour or within one, the calendar's hours are others; the tests of the
                    // zones have a table for such.
                    let hasOddHours = zone == "Australia/Lord_Howe" || zone == "Pacific/Chatham"
                    let steps = Granularity.allCases.filter { $0 != .minute && !(hasOddHours && $0 == .hour) }
                    let question = ClickQuestion(
                        workspace: tenant.workspace.id, link: filter.0, domain: filter.1, tag: filter.2, start: from, end: to,
                        zone: try #require(TimeZoneRules(identifier: zone)),
                        granularity: steps.randomElement(using: &random)!, group: group, count: count)
                    let answer = try ClickAnalytics.answer(question, on: connection)
                    let wanted = expected(question, rows, links)
                    let told = Dictionary(uniqueKeysWithValues: answer.groups.filter { $0.clicks != 0 }.map { ($0.value, $0.clicks) })
                    let what = Comment(rawValue: "seed \(seed): \(group) \(count) \(question.granularity) \(filter) \(from.rfc3339) \(to.rfc3339)")
                    #expect(answer.total == wanted.total, what)
                    #expect(told == wanted.groups, what)
                }
            }
        }
    }

    @Test("over time have every bucket of the window, also those without clicks, in order")
    func buckets() throws {
        let tenant = try database.makeTenant()
        let answer = try ClickAnalytics.answer(
            ClickQuestion(
                workspace: tenant.workspace.id, start: Timestamp("2026-03-27T23:00:00Z"), end: Timestamp("2026-03-30T22:00:00Z"),
                zone: try #require(TimeZoneRules(identifier: "Europe/Berlin"))),
            on: try database.connect())
        #expect(answer.total == 0)
        #expect(answer.groups == [
            "2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z",
        ].map { ClickCount(value: $0, clicks: 0) })
    }

    @Test("other than over time have the most clicked first, then by value")
    func order() throws {
        var random = SeededGenerator(seed: 1)
        let (tenant, _) = try fill(&random)
        let answer = try ClickAnalytics.answer(
            ClickQuestion(workspace: tenant.workspace.id, start: start, end: end, group: .city), on: try database.connect())
        let sorted = answer.groups.sorted { $0.clicks != $1.clicks ? $0.clicks > $1.clicks : $0.value < $1.value }
        #expect(answer.groups == sorted && answer.groups.count == 4)
    }

    @Test("answers from one snapshot agree, whatever is loaded between them: groups add up to the total")
    func snapshot() throws {
        let tenant = try database.makeTenant()
        let link = try database.makeLink("a", of: tenant)
        func click(_ number: Int) -> Click {
            Click(
                workspace: tenant.workspace.id, link: link.id, id: UInt128(number), at: start, visitor: UInt64(number),
                agent: Self.agents[0], referrer: "example.com")
        }
        try store([click(1)])
        try database.store.snapshot { connection in
            for group in ClickQuestion.Group.allCases {
                let question = ClickQuestion(workspace: tenant.workspace.id, start: start, end: end, group: group)
                #expect(try ClickAnalytics.answer(question, on: connection).total == 1)
                try store([click(2 + Int.random(in: 0..<1_000_000_000))])
                let answer = try ClickAnalytics.answer(question, on: connection)
                #expect(answer.total == 1)
                if group != .tag { #expect(answer.groups.reduce(0) { $0 + $1.clicks } == 1) }
            }
        }
        let question = ClickQuestion(workspace: tenant.workspace.id, start: start, end: end)
        let after = try database.store.snapshot { try ClickAnalytics.answer(question, on: $0) }
        #expect(after.total == 1 + ClickQuestion.Group.allCases.count, "the next one is as new as can be")
    }

    @Test("a unique click is the first of a human visitor on a link on a UTC day")
    func unique() throws {
        let tenant = try database.makeTenant()
        let links = [try database.makeLink("a", of: tenant), try database.makeLink("b", of: tenant)]
        let table: [(link: Int, at: StaticString, visitor: UInt64, isBot: Bool, isUnique: Bool)] = [
            (0, "2026-03-01T10:00:00Z", 1, false, true), (0, "2026-03-01T23:59:59Z", 1, false, false),
            (0, "2026-03-02T00:00:00Z", 1, false, true), (1, "2026-03-01T10:00:00Z", 1, false, true),
            (0, "2026-03-01T10:00:00Z", 2, false, true), (0, "2026-03-01T10:00:00Z", 3, true, false),
            (0, "2026-03-01T10:01:00Z", 3, false, true), (0, "2026-03-01T09:00:00Z", 1, false, false),
        ]
        for (number, row) in table.enumerated() {  // one batch each: what counts is who was loaded first
            try store([Click(
                workspace: tenant.workspace.id, link: links[row.link].id, id: UInt128(number), at: Timestamp(row.at),
                visitor: row.visitor, agent: UserAgent(device: .desktop, browser: "", os: "", isBot: row.isBot))])
        }
        let stored = try database.connect().query("SELECT id, first_visit FROM clicks ORDER BY id").map { try $0.bool(1) }
        #expect(stored == table.map(\.isUnique))
        let question = ClickQuestion(workspace: tenant.workspace.id, start: start, end: end, count: .unique)
        #expect(try ClickAnalytics.answer(question, on: database.connect()).total == 5)
    }
}

extension Click {
    fileprivate var visit: Clicks.Visit { .init(day: at.day, link: link, visitor: visitor) }
}

/// The same numbers for the same seed (SplitMix64), so that a failure can be had again.
private struct SeededGenerator: RandomNumberGenerator {
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
