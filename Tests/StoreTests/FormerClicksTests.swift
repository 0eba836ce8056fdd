import AnalyticsStore
import Foundation
import MariaDB
import Model
import Operations
import Store
import Support
import Testing

/// An installation of before 0.9.1, in which clicks stood as texts and each value had a row for each quarter of an hour.
@Suite("Clicks of the version before", .database)
struct FormerClicksTests {
    private let database = TestDatabase.current
    private let store = TestDatabase.current.administratorStore
    private let tenant: Tenant
    private let link: Link
    private let page = LinkID.new()
    private let noon = Timestamp("2026-03-01T12:00:00Z")
    /// Of a day of which no clicks are kept any more.
    private let longAgo = Timestamp("2024-03-01T12:00:00Z")

    init() throws {
        tenant = try database.makeTenant()
        link = try database.makeLink("a", of: tenant)
        for number in 0..<300 { try addClick(number) }
        for (what, time, dimension, value, counts) in rollups {
            try database.connect().execute("""
                INSERT INTO click_rollups (workspace_id, link_id, dimension, period, value, clicks, humans, uniques) VALUES
                (\(tenant.workspace.id), \(what), \(dimension), \(time), \(Array(value.utf8)), \(counts[0]), \(counts[1]), \(counts[2]))
                """)
        }
    }

    /// Three of four are human, on two days.
    private func addClick(_ number: Int) throws {
        try database.connect().execute("""
            INSERT INTO clicks (workspace_id, at, id, link_id, visitor, first_visit, bot, country, city, device, browser, os, referrer,
                                utm_source, utm_medium, utm_campaign, trigger_kind)
            VALUES (\(tenant.workspace.id), \(noon.adding(seconds: number * 600)), \(ULID(value: UInt128(number))), \(link.id),
                    \(Array("visitor\(number % 10)".utf8)), \(number < 10 && number % 4 != 0), \(number % 4 == 0),
                    \(number % 3 == 0 ? "DE" : "FR"), \(number % 3 == 0 ? "Köln" : ""), 'desktop', 'Firefox', 'Linux',
                    \(number % 2 == 0 ? "example.com" : ""), 'news', '', '', \(number % 5 == 0 ? "qr" : "click"))
            """)
    }

    private var rollups: [(what: LinkID, time: Timestamp, dimension: String, value: String, counts: [Int])] {
        let one: [(String, String, [Int])] = [
            ("total", "", [7, 5, 3]), ("place", "DE\u{1F}Köln", [4, 2, 2]), ("place", "FR\u{1F}", [2, 2, 1]),
            ("agent", "desktop\u{1F}Firefox\u{1F}Linux", [5, 5, 3]), ("agent", "unknown\u{1F}Other\u{1F}Other", [2, 0, 0]),
            ("referrer", "example.com", [3, 3, 1]), ("campaign", "news\u{1F}mail\u{1F}", [1, 1, 0]), ("trigger", "qr", [2, 1, 1]),
        ]
        let whole = LinkID(ULID(value: 0))
        let ofLink = (whole, noon, "link", link.id.ulid.bytes.map { String(format: "%02x", $0) }.joined(), [7, 5, 3])
        return [ofLink] + [(page, noon), (page, longAgo), (link.id, longAgo), (link.id, noon), (whole, noon), (whole, longAgo)].flatMap { what, time in
            one.map { (what, time, $0.0, $0.1, $0.2) }
        }
    }

    private func ask(
        _ group: ClickQuestion.Group, _ count: ClickQuestion.Count, from start: Timestamp, page: LinkID? = nil
    ) throws -> [String: Int] {
        var question = ClickQuestion(
            workspace: tenant.workspace.id, start: start.adding(seconds: -43_200), end: start.adding(days: 5), granularity: .month,
            group: group, count: count)
        question.page = page
        let answer = try ClickAnalytics.answer(question, on: database.connect())
        return Dictionary(uniqueKeysWithValues: answer.groups.map { ($0.value, $0.clicks) })
    }

    @Test("are moved, each once, and counted as they were: clicks that are kept, older ones, and views of pages")
    func moved() throws {
        _ = try Maintenance.run(store)
        for table in ["clicks", "click_rollups"] {
            #expect(try database.number("SELECT COUNT(*) FROM \(unsafeText: table)") == 0)
        }
        #expect(try database.number("SELECT COUNT(*) FROM recorded_clicks") == 300)
        #expect(try ask(.city, .all, from: noon) == ["": 200, "Köln": 100])
        #expect(try ask(.bot, .all, from: noon) == ["true": 75, "false": 225])
        #expect(try ask(.trigger, .human, from: noon) == ["qr": 45, "click": 180])
        #expect(try ask(.utmSource, .unique, from: noon) == ["news": 7])
        for (start, what) in [(longAgo, nil), (longAgo, page), (noon, page)] as [(Timestamp, LinkID?)] {
            #expect(try ask(.country, .all, from: start, page: what) == ["DE": 4, "FR": 2, "": 1])
            #expect(try ask(.country, .human, from: start, page: what) == ["DE": 2, "FR": 2, "": 1])
            #expect(try ask(.city, .unique, from: start, page: what) == ["Köln": 2, "": 1])
            #expect(try ask(.browser, .all, from: start, page: what) == ["Firefox": 5, "Other": 2])
            #expect(try ask(.utmMedium, .all, from: start, page: what) == ["mail": 1, "": 6])
            #expect(try ask(.trigger, .unique, from: start, page: what) == ["qr": 1, "click": 2])
            #expect(try ask(.bot, .all, from: start, page: what) == ["true": 2, "false": 5])
        }
    }

    @Test("are moved a piece at a time: who is killed in between has lost none, and none is counted twice")
    func resumed() throws {
        try FormerClicks.move(before: noon.adding(days: 1), in: database.store)
        #expect(try database.number("SELECT COUNT(*) FROM clicks") == 300 - 144)
        #expect(try ask(.bot, .all, from: noon) == ["true": 36, "false": 108])
        try FormerClicks.move(before: noon.adding(days: 5), in: database.store)
        #expect(try ask(.bot, .all, from: noon) == ["true": 75, "false": 225])
    }
}
