import AnalyticsStore
import Foundation
import LinkStore
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

    /// - Parameter city: in place of one of the usual.
    private func randomClick(of links: [Link], city: String? = nil, _ random: inout SeededGenerator) -> Click {
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
            agent: Self.agents.randomElement(using: &random)!, country: place.0, city: city ?? place.1,
            referrer: Self.referrers.randomElement(using: &random)!, utmSource: campaign.0, utmMedium: campaign.1,
            utmCampaign: campaign.2, trigger: Int.random(in: 0..<4, using: &random) == 0 ? .qr : .click)
    }

    /// Stores clicks as the loader does: numbered, first visits noted, rows and facts in one transaction.
    private func store(_ clicks: [Click]) throws {
        var numbers = ClickNumbers()
        let numbered = try numbers.number(clicks, in: database.store)
        try database.store.write { connection in
            try connection.transaction { connection in
                var (numbered, visits) = (numbered, ClickVisits())
                try visits.mark(&numbered, on: connection)
                #expect(try Clicks.table.insert(numbered, on: connection))
                _ = try ClickParts.append(numbered, on: connection)
            }
        }
    }

    private func compact(_ tenant: Tenant) throws { try ClickCompaction.run(tenant.workspace.id, in: database.store) }

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
        for _ in 0..<5 {  // the last is not compacted yet
            try compact(tenant)
            try store((0..<500).map { _ in randomClick(of: links, &random) })
        }
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
            SELECT c.at, l.digest, c.marks, p.value, a.value, r.value, u.value FROM recorded_clicks c
            JOIN click_values l ON l.workspace_id = c.workspace_id AND l.kind = 'link' AND l.number = c.link
            LEFT JOIN click_values p ON p.workspace_id = c.workspace_id AND p.kind = 'place' AND p.number = c.place
            LEFT JOIN click_values a ON a.workspace_id = c.workspace_id AND a.kind = 'agent' AND a.number = c.agent
            LEFT JOIN click_values r ON r.workspace_id = c.workspace_id AND r.kind = 'referrer' AND r.number = c.referrer
            LEFT JOIN click_values u ON u.workspace_id = c.workspace_id AND u.kind = 'campaign' AND u.number = c.campaign
            WHERE c.workspace_id = \(tenant.workspace.id)
            """).map { row in
            func parts(_ column: Int, _ count: Int) throws -> [String] {
                let text = try row.optionalBytes(column).map { String(decoding: $0, as: UTF8.self) }
                return text?.components(separatedBy: "\u{1F}") ?? Array(repeating: "", count: count)
            }
            let (place, agent, campaign, marks) = (try parts(3, 2), try parts(4, 4), try parts(6, 3), try row.integer(2))
            #expect((agent[3] == "1") == (marks & 1 != 0))
            return RawRow(
                at: try #require(Timestamp(sql: row.string(0))), link: LinkID(try #require(ULID(bytes: row.bytes(1)))),
                isFirst: marks & 2 != 0, isBot: marks & 1 != 0,
                values: [
                    .country: place[0], .city: place[1], .device: agent[0], .browser: agent[1], .os: agent[2],
                    .referrer: try parts(5, 1)[0], .utmSource: campaign[0], .utmMedium: campaign[1], .utmCampaign: campaign[2],
                    .trigger: marks & 4 != 0 ? "qr" : "click", .bot: String(marks & 1 != 0),
                ])
        }
    }

    /// What a question should be answered, without the groups that have no clicks.
    /// - Parameter links: the last is deleted: it has no tags any more, while its clicks were on its domain.
    private func expected(_ question: ClickQuestion, _ rows: [RawRow], _ links: [Link]) -> (total: Int, groups: [String: Int]) {
        var (total, groups) = (0, [String: Int]())
        var known = Dictionary(links.map { ($0.id, $0) }) { first, _ in first }
        if let deleted = links.last { known[deleted.id]?.tags = [] }
        for row in rows where question.start <= row.at && row.at < question.end && isAsked(row, question, known) {
            let isCounted = switch question.count {
            case .all: true
            case .human: !row.isBot
            case .unique: row.isFirst
            }
            guard isCounted else { continue }
            total += 1
            for value in values(row, question, known[row.link]) { groups[value, default: 0] += 1 }
        }
        return (total, groups)
    }

    private func expect(_ answer: ClickAnswer, _ wanted: (total: Int, groups: [String: Int]), _ what: String) {
        let told = Dictionary(uniqueKeysWithValues: answer.groups.filter { $0.clicks != 0 }.map { ($0.value, $0.clicks) })
        #expect(answer.total == wanted.total, Comment(rawValue: what))
        #expect(told == wanted.groups, Comment(rawValue: what))
    }

    /// Link by link the same as a question about that link alone.
    private func expectSeries(
        _ question: ClickQuestion, _ rows: [RawRow], _ links: [Link], _ connection: Connection, _ what: String
    ) throws {
        let series = try ClickAnalytics.series(question, on: connection)
        for link in question.links {
            var ofLink = question
            (ofLink.links, ofLink.group) = ([link], .time)
            let (wanted, told) = (expected(ofLink, rows, links), series.first { $0.link == link })
            #expect((told?.clicks ?? 0) == wanted.total, Comment(rawValue: "series of \(link), \(what)"))
            let steps = Dictionary(uniqueKeysWithValues: (told?.steps ?? []).filter { $0.clicks != 0 }.map { ($0.value, $0.clicks) })
            #expect(steps == wanted.groups, Comment(rawValue: "series of \(link), \(what)"))
        }
    }

    private func isAsked(_ row: RawRow, _ question: ClickQuestion, _ links: [LinkID: Link]) -> Bool {
        if !question.links.isEmpty, !question.links.contains(row.link) { return false }
        if let domain = question.domain, links[row.link]?.host != domain { return false }
        if let tag = question.tag, links[row.link]?.tags.contains(tag) != true { return false }
        for (group, values) in question.filters where !values.contains(row.values[group] ?? "?") { return false }
        return true
    }

    private func values(_ row: RawRow, _ question: ClickQuestion, _ link: Link?) -> [String] {
        switch question.group {
        case .time: [calendarStart(of: row.at, question.granularity, in: question.zone)]
        case .link: [row.link.description]
        case .domain: [link?.host ?? ""]
        case .tag: link.flatMap { $0.tags.isEmpty ? nil : $0.tags } ?? [""]
        default: [row.values[question.group] ?? "?"]
        }
    }

    /// None for half of all questions; else one to three, with values that some clicks have and one that none has.
    private func randomFilters(_ rows: [RawRow], _ random: inout SeededGenerator) -> [ClickQuestion.Group: [String]] {
        guard Bool.random(using: &random) else { return [:] }
        var filters: [ClickQuestion.Group: [String]] = [:]
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let group = ClickQuestion.Group.filters.randomElement(using: &random)!
            let values = (0..<Int.random(in: 1...3, using: &random)).map { _ in rows.randomElement(using: &random)!.values[group] ?? "?" }
            filters[group] = group.choices == nil && Bool.random(using: &random) ? values + ["nowhere"] : values
        }
        return filters
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
        let blocks = try database.number("SELECT COUNT(*) FROM click_facts WHERE link % 256 = 0")
        #expect(try blocks > 0 && blocks < database.number("SELECT COUNT(*) FROM click_facts"), "some facts stand together, some alone")
        let few = [links[0].id, links[2].id, links[3].id]
        let filters: [([LinkID], String?, String?)] = [
            ([], nil, nil), ([links[0].id], nil, nil), ([links[3].id], nil, nil), (few, nil, nil), ([], links[2].host, nil), ([], nil, "y"),
            ([links[1].id], nil, "x"), (few, nil, "x"), ([], links[0].host, "x"), ([], nil, "none"), ([links[0].id], links[2].host, nil),
            ([links[3].id], links[3].host, nil), (few, links[3].host, nil),
        ]
        for group in ClickQuestion.Group.allCases {
            for count in ClickQuestion.Count.allCases {
                let (some, domain, tag) = filters.randomElement(using: &random)!
                for filter in [([], nil, nil), (some, domain, tag)] {
                    var (from, to) = (start, end)
                    if Bool.random(using: &random) {
                        from.milliseconds += .random(in: 0...8_000, using: &random) * 900_000
                        to.milliseconds -= .random(in: 0...1_600, using: &random) * 900_000
                    }
                    // Where clocks change by half an hour or within one, the calendar's hours are others; the tests of the
                    // zones have a table for such.
                    let hasOddHours = zone == "Australia/Lord_Howe" || zone == "Pacific/Chatham"
                    let steps = Granularity.allCases.filter { $0 != .minute && !(hasOddHours && $0 == .hour) }
                    var question = ClickQuestion(
                        workspace: tenant.workspace.id, links: filter.0, domain: filter.1, tag: filter.2, start: from, end: to,
                        zone: try #require(TimeZoneRules(identifier: zone)),
                        granularity: steps.randomElement(using: &random)!, group: group, count: count)
                    question.filters = randomFilters(rows, &random)
                    let what = "seed \(seed): \(group) \(count) \(question.granularity) \(filter) \(question.filters) \(from.rfc3339) \(to.rfc3339)"
                    try expect(ClickAnalytics.answer(question, on: connection), expected(question, rows, links), what)
                    if !filter.0.isEmpty { try expectSeries(question, rows, links, connection, what) }
                }
            }
        }
    }

    @Test("count what clicks have in common in the workspace of each, also where one object stands for all")
    func sharedTraits() throws {
        let tenants = [try database.makeTenant(), try database.makeTenant(slug: "other")]
        let links = try tenants.map { try database.makeLink("a", of: $0) }
        let traits = ["Köln", "Bonn"].map { ClickTraits(agent: Self.agents[0], country: "DE", city: $0, utmSource: "news") }
        var numbers = ClickNumbers()
        for round in 0..<3 {
            let clicks = links.indices.flatMap { place in
                // Another order in each workspace, so that the numbers are others.
                (place == 0 ? traits : traits.reversed()).map {
                    Click(
                        workspace: links[place].workspace, link: links[place].id, id: ULID(milliseconds: 0).value,
                        at: start.adding(seconds: round), visitor: 1, traits: $0)
                }
            }
            let numbered = try numbers.number(clicks, in: database.store)
            _ = try database.store.write { connection in try connection.transaction { try ClickParts.append(numbered, on: $0) } }
        }
        for tenant in tenants {
            let question = ClickQuestion(workspace: tenant.workspace.id, start: start, end: end, group: .city)
            let answer = try ClickAnalytics.answer(question, on: database.connect())
            #expect(Dictionary(uniqueKeysWithValues: answer.groups.map { ($0.value, $0.clicks) }) == ["Köln": 3, "Bonn": 3])
        }
    }

    @Test("of a day with more facts than a row holds are the same before it is added up, after it, and as it goes on")
    func busyDay() throws {
        var random = SeededGenerator(seed: 2)
        let tenant = try database.makeTenant()
        let links = [try database.makeLink("a", of: tenant), try database.makeLink("b", of: tenant)]
        let noon = Timestamp("2026-03-01T12:00:00Z")
        for (batch, size) in [700, 700, 20_000, 300, 20_000].enumerated() {
            try store((0..<size).map { number in
                let city = "City \(Int.random(in: 0..<400, using: &random))"
                var click = randomClick(of: [links[number % 50 == 0 ? 1 : 0]], city: city, &random)
                click.at = noon.adding(milliseconds: .random(in: -46_800_000..<43_200_000, using: &random))
                click.visitor = .random(in: 1...9999, using: &random)
                return click
            })
            if batch != 4 { try compact(tenant) }
        }
        let (rows, connection) = (try rawRows(tenant), try database.connect())
        #expect(try database.number("SELECT MAX(part) FROM click_facts") > 0 && database.number("SELECT COUNT(*) FROM click_parts") > 0)
        #expect(try database.number("SELECT COUNT(*) FROM click_facts WHERE summed") == database.number("SELECT MAX(part) + 1 FROM click_facts"))
        for group in ClickQuestion.Group.allCases {
            for some in [[], [links[0].id], [links[1].id], links.map(\.id)] {
                for filters in [[:], [ClickQuestion.Group.browser: ["Safari"], .city: ["City 7", "City 8"]]] {
                    for (begin, finish) in [("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"), ("2026-02-28T23:00:00Z", "2026-03-01T17:15:00Z")] {
                        var question = ClickQuestion(
                            workspace: tenant.workspace.id, links: some, start: try #require(Timestamp(rfc3339: begin)),
                            end: try #require(Timestamp(rfc3339: finish)), granularity: .hour, group: group,
                            count: .allCases.randomElement(using: &random)!)
                        question.filters = filters
                        try expect(
                            ClickAnalytics.answer(question, on: connection), expected(question, rows, links + [links[0]]),
                            "\(group) \(String(describing: link)) \(filters) \(begin)")
                    }
                }
            }
        }
    }

    @Test("of loaders on several hosts, which store and compact the same workspace at once, are those of each click")
    func severalHosts() throws {
        let tenant = try database.makeTenant()
        let links = try (0..<20).map { try database.makeLink("l\($0)", of: tenant) }
        _ = try inParallel(4) { host in
            var random = SeededGenerator(seed: UInt64(host))
            for _ in 0..<12 {
                try store((0..<150).map { _ in randomClick(of: links, &random) })
                try compact(tenant)
            }
        }
        let (rows, connection) = (try rawRows(tenant), try database.connect())
        #expect(rows.count == 4 * 12 * 150)
        for group in ClickQuestion.Group.allCases where group != .tag && group != .domain {
            let question = ClickQuestion(
                workspace: tenant.workspace.id, start: start, end: end, group: group, count: group == .city ? .unique : .all)
            try expect(ClickAnalytics.answer(question, on: connection), expected(question, rows, links + [links[0]]), "\(group)")
        }
    }

    @Test("of values beyond those that a workspace may have new in a day are told together; countries are all told")
    func dailyLimit() throws {
        let tenant = try database.makeTenant()
        let link = try database.makeLink("a", of: tenant)
        let count = ClickNumbers.dailyLimit + 3
        func visit(_ number: Int) -> Click {
            Click(
                workspace: tenant.workspace.id, link: link.id, id: ULID(milliseconds: 0).value, at: start, visitor: UInt64(number),
                agent: Self.agents[0], country: number % 2 == 0 ? "DE" : "FR", city: "City \(number)", referrer: "r\(number).example")
        }
        try store((0..<count).map(visit))
        try store((0..<count).map(visit))  // those that are known stay so, and the others are no more
        for kind in ["referrer", "place"] {
            let rows = try database.number("SELECT COUNT(*) FROM click_values WHERE kind = \(kind)")
            #expect((1...2).contains(rows - ClickNumbers.dailyLimit), "\(kind): one for the rest, of places one for each country")
        }
        func ask(_ group: ClickQuestion.Group) throws -> [String: Int] {
            let question = ClickQuestion(workspace: tenant.workspace.id, start: start, end: end, group: group, limit: count)
            let answer = try ClickAnalytics.answer(question, on: database.connect())
            return Dictionary(uniqueKeysWithValues: answer.groups.map { ($0.value, $0.clicks) })
        }
        #expect(try ask(.referrer)["(other)"] == 6 && ask(.city)["(other)"] == 6)
        #expect(try ask(.country) == ["DE": count / 2 * 2 + 2, "FR": count / 2 * 2])
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
        let stored = try database.connect().query("SELECT marks & 2 FROM recorded_clicks ORDER BY id").map { try $0.integer(0) != 0 }
        #expect(stored == table.map(\.isUnique))
        let question = ClickQuestion(workspace: tenant.workspace.id, start: start, end: end, count: .unique)
        #expect(try ClickAnalytics.answer(question, on: database.connect()).total == 5)
    }
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
