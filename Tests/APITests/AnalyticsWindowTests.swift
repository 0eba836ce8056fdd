import JSON
import HTTP
import Model
import Support
import Testing

@testable import API
@testable import Resources

/// The windows that analytics are asked for: whole hours and days in the reader's time zone.
@Suite("Analytics windows")
struct AnalyticsWindowTests {
    private static let berlin = TimeZoneRules(identifier: "Europe/Berlin") ?? .utc

    private func bounds(_ name: String, _ end: StaticString, _ zone: TimeZoneRules = .utc) throws -> [String] {
        let interval = try #require(Interval.all.first { $0.name == name })
        let bounds = interval.bounds(in: zone, before: Timestamp(end), since: Timestamp("2025-07-01T08:30:00Z"))
        return [bounds.start.rfc3339, bounds.end.rfc3339]
    }

    @Test("an interval begins with a whole hour or day, and has as many of them as it is called", arguments: [
        ("24h", "2026-11-25T12:00:00Z"), ("7d", "2026-11-20T00:00:00Z"), ("30d", "2026-10-28T00:00:00Z"),
        ("90d", "2026-08-29T00:00:00Z"), ("12mo", "2025-11-27T00:00:00Z"), ("all", "2025-07-01T00:00:00Z"),
        ("today", "2026-11-26T00:00:00Z"), ("mtd", "2026-11-01T00:00:00Z"), ("ytd", "2026-01-01T00:00:00Z"),
    ])
    func intervals(name: String, start: String) throws {
        #expect(try bounds(name, "2026-11-26T11:45:00Z") == [start, "2026-11-26T11:45:00Z"])
    }

    @Test("yesterday ends where today begins; a window that ends at midnight does not begin the next day")
    func edges() throws {
        #expect(try bounds("yesterday", "2026-11-26T11:45:00Z") == ["2026-11-25T00:00:00Z", "2026-11-26T00:00:00Z"])
        #expect(try bounds("7d", "2026-11-27T00:00:00Z") == ["2026-11-20T00:00:00Z", "2026-11-27T00:00:00Z"])  // any day
        #expect(try bounds("mtd", "2026-12-01T00:00:00Z").first == "2026-11-01T00:00:00Z")  // any day
    }

    @Test("days are those of the zone, also over the nights in which clocks change")
    func zones() throws {
        #expect(try bounds("today", "2026-11-26T23:30:00Z", Self.berlin).first == "2026-11-26T23:00:00Z")
        #expect(try bounds("7d", "2026-03-30T12:00:00Z", Self.berlin).first == "2026-03-23T23:00:00Z")
        #expect(try bounds("7d", "2026-10-27T12:00:00Z", Self.berlin).first == "2026-10-20T22:00:00Z")
        #expect(try bounds("yesterday", "2026-03-30T12:00:00Z", Self.berlin) == ["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"])
        #expect(try bounds("ytd", "2026-07-01T12:00:00Z", Self.berlin).first == "2025-12-31T23:00:00Z")
    }

    private static let paths = ["/analytics/clicks", "/analytics/usage"]

    @Test("7d, 30d, 90d and 12mo have 7, 30, 90 and 365 days, of which the last goes on", arguments: paths)
    func days(path: String) throws {
        let stage = try Stage()
        for (interval, count) in [("7d", 7), ("30d", 30), ("90d", 90), ("12mo", 365)] {
            for base in ["/v1", "/api/v1"] {
                let answer = stage.respond(to: stage.request(.get, "\(base)\(path)?interval=\(interval)&timezone=Asia/Kolkata"))
                let data = answer.json["data"] ?? answer.json
                let groups = data["groups"]?.arrayValue ?? []
                #expect(groups.count == count, "\(answer.text.prefix(300))")
                #expect(groups.dropLast().allSatisfy { $0["partial"] == false })
                #expect(data["start"] == groups.first?["value"])
            }
        }
    }

    @Test("a day is meant whole, in the time zone; a step that the window has in part says so", arguments: paths)
    func wholeDays(path: String) throws {
        let stage = try Stage()
        func get(_ query: String) -> JSON { stage.ask(.get, "\(path)?\(query)").json }
        let day = get("start=2026-03-29&end=2026-03-29&timezone=Europe/Berlin")
        #expect(day["start"] == "2026-03-28T23:00:00Z" && day["end"] == "2026-03-29T22:00:00Z")
        #expect(day["granularity"] == "hour" && day["groups"]?.arrayValue?.count == 23)
        #expect(day["groups"]?.arrayValue?.allSatisfy { $0["partial"] == false } == true)
        let halves = get("start=2026-03-01T12:00:00Z&end=2026-03-03T12:00:00Z&granularity=day")["groups"]?.arrayValue
        #expect(halves?.map { $0["partial"] ?? .null } == [true, false, true])
        #expect(get("start=2026-03-01&end=2026-03-02&group_by=\(path.hasSuffix("usage") ? "key" : "country")")["groups"] == [])
        #expect(stage.ask(.get, "\(path)?start=2026-03-02&end=2026-03-01").status == 400)
    }

    @Test("a window that would reach beyond the years 0000 to 9999 ends with them", arguments: paths)
    func endsOfTheCalendar(path: String) throws {
        let stage = try Stage()
        func get(_ query: String) throws -> [JSON] {
            let answer = stage.ask(.get, "\(path)?\(query)")
            #expect(answer.status == 200, "\(query): \(answer.text.prefix(300))")
            return try #require(answer.json["groups"]?.arrayValue).compactMap { $0["value"] }
        }
        #expect(try get("end=0000-01-03") == ["0000-01-01T00:00:00Z", "0000-01-02T00:00:00Z", "0000-01-03T00:00:00Z"])
        #expect(try get("end=0000-01-01T00:00:00Z") == [])
        let last = try get("start=9999-12-31&end=9999-12-31&granularity=hour&timezone=America/New_York")
        #expect(last.first == "9999-12-31T05:00:00Z" && last.last == "9999-12-31T23:00:00Z" && last.count == 19)
        for granularity in ["hour", "day", "week", "month"] {
            for zone in ["UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu"] {
                for query in ["end=0000-01-01", "end=0000-02-28", "start=0000-01-01&end=0000-01-02", "start=9999-12-01&end=9999-12-31"] {
                    let values = try get("\(query)&granularity=\(granularity)&timezone=\(zone)")
                    #expect(Set(values.map(\.stringValue)).count == values.count, "\(query) \(granularity) \(zone)")
                }
            }
        }
    }

    @Test("a window may begin before there were clicks, and end when there are none yet", arguments: [
        ("start=1969-12-01T00:00:00Z&end=1969-12-31T12:00:00Z", 0), ("start=0001-01-01&end=0001-02-01", 0),
        ("start=0001-01-01&end=9999-12-31&granularity=hour", 1), ("start=1969-12-31T12:00:00Z&end=2099-01-01&granularity=month", 1),
    ])
    func longWindows(query: String, total: Int64) throws {
        let stage = try Stage()
        try stage.create(["slug": "to"])
        #expect(stage.follow("/to").status == 302)
        #expect(try stage.load() == 1)
        for more in ["group_by=country", "group_by=link", "group_by=bot&country="] {
            let answer = stage.ask(.get, "/analytics/clicks?\(query)&\(more)")
            #expect(answer.status == 200 && answer.json["total"] == .integer(total), "\(answer.text.prefix(300))")
        }
        #expect(stage.ask(.get, "/analytics/clicks/export?\(query.replacing(/&granularity=\w+/, with: ""))").status == 200)
    }
}
