import Testing

@testable import Model

@Suite struct TimeZoneRulesTests {
    private func zone(_ identifier: String) throws -> TimeZoneRules {
        try #require(TimeZoneRules(identifier: identifier))
    }

    private func time(_ text: String) throws -> Timestamp {
        try #require(Timestamp(rfc3339: text))
    }

    @Test("a zone is known by its former name, which browsers say, also where the system has no file of it", arguments: [
        ("Asia/Calcutta", "Asia/Kolkata"), ("Asia/Katmandu", "Asia/Kathmandu"), ("Europe/Kiev", "Europe/Kyiv"),
        ("Asia/Saigon", "Asia/Ho_Chi_Minh"), ("US/Pacific", "America/Los_Angeles"),
    ])
    func formerNames(former: String, present: String) throws {
        let moment = try time("2026-07-01T00:00:00Z")
        #expect(try zone(former).offset(at: moment) == zone(present).offset(at: moment) && zone(former).identifier == former)
        #expect(FormerZones.present[former] == present)
        #expect(FormerZones.present[present] == nil)
        let file = Array("# version 2026a\nR A 1 2\nL \(present) \(former)\nZ \(present) 5:53 - LMT\nL broken\n".utf8)
        #expect(FormerZones.links(in: file) == [former: present])
    }

    @Test(
        "a zone knows its offset at any time",
        arguments: [
            ("UTC", "2026-07-01T00:00:00Z", 0),
            ("Europe/Berlin", "2026-01-01T00:00:00Z", 3600),
            ("Europe/Berlin", "2026-03-29T00:59:59Z", 3600),
            ("Europe/Berlin", "2026-03-29T01:00:00Z", 7200),
            ("Europe/Berlin", "2026-10-25T00:59:59Z", 7200),
            ("Europe/Berlin", "2026-10-25T01:00:00Z", 3600),
            ("Europe/Berlin", "1945-06-01T00:00:00Z", 10800),
            // From the rule at the end of the file.
            ("Europe/Berlin", "2150-07-01T00:00:00Z", 7200),
            ("Europe/Berlin", "2150-12-01T00:00:00Z", 3600),
            ("Europe/Dublin", "2150-07-01T00:00:00Z", 3600),
            ("America/New_York", "2150-07-01T00:00:00Z", -14400),
            ("Australia/Sydney", "2150-01-01T00:00:00Z", 39600),
            ("Australia/Lord_Howe", "2150-01-01T00:00:00Z", 39600),
            ("Australia/Lord_Howe", "2150-07-01T00:00:00Z", 37800),
            ("America/Nuuk", "2150-07-01T00:00:00Z", -3600),
            ("Asia/Kolkata", "2150-07-01T00:00:00Z", 19800),
            ("Asia/Kathmandu", "2026-07-01T00:00:00Z", 20700),
            ("Etc/GMT+5", "2026-07-01T00:00:00Z", -18000),
            ("Pacific/Apia", "2011-12-30T09:59:59Z", -36000),
            ("Pacific/Apia", "2011-12-30T10:00:00Z", 50400),
        ])
    func offset(identifier: String, instant: String, seconds: Int) throws {
        #expect(try zone(identifier).offset(at: time(instant)) == seconds)
    }

    @Test(
        "what is no zone is refused, and no path leads out of the folder",
        arguments: [
            "", "Nowhere/Atlantis", "../../../etc/passwd", "/etc/localtime", "Europe/../Europe/Berlin", "Europe",
            "Europe/",
            "europe/berlin", "right/UTC", "tzdata.zi", "zone.tab", "Europe/Berlin\u{0}", "Europe/Berlin ", "Zürich",
            "leapseconds",
            String(repeating: "a", count: 65),
        ])
    func refused(identifier: String) {
        #expect(TimeZoneRules(identifier: identifier) == nil)
    }

    @Test(
        "steps begin in local time",
        arguments: [
            ("UTC", .hour, "2026-01-31T23:59:59Z", "2026-01-31T23:00:00Z", "2026-02-01T00:00:00Z"),
            ("UTC", .day, "2026-01-31T23:59:59Z", "2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z"),
            ("UTC", .week, "2026-01-31T23:59:59Z", "2026-01-26T00:00:00Z", "2026-02-02T00:00:00Z"),
            ("UTC", .week, "2026-02-02T00:00:00Z", "2026-02-02T00:00:00Z", "2026-02-09T00:00:00Z"),
            ("UTC", .month, "2026-01-31T23:59:59Z", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
            ("UTC", .month, "2024-02-29T00:00:00Z", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
            ("Europe/Berlin", .day, "2026-01-31T23:30:00Z", "2026-01-31T23:00:00Z", "2026-02-01T23:00:00Z"),
            ("Europe/Berlin", .month, "2026-01-31T23:30:00Z", "2026-01-31T23:00:00Z", "2026-02-28T23:00:00Z"),
            ("Asia/Kathmandu", .hour, "2026-01-31T12:00:00Z", "2026-01-31T11:15:00Z", "2026-01-31T12:15:00Z"),
            // A day of 23 hours and one of 25.
            ("Europe/Berlin", .day, "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            ("Europe/Berlin", .day, "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
            ("Europe/Berlin", .week, "2026-03-29T12:00:00Z", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z"),
            ("Europe/Berlin", .month, "2026-03-29T12:00:00Z", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"),
            // The hour from two to three is skipped in spring and lived twice in autumn.
            ("Europe/Berlin", .hour, "2026-03-29T00:30:00Z", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"),
            ("Europe/Berlin", .hour, "2026-10-25T00:30:00Z", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"),
            ("Europe/Berlin", .hour, "2026-10-25T01:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"),
            // Half an hour skipped, half an hour lived twice.
            ("Australia/Lord_Howe", .hour, "2026-10-03T15:40:00Z", "2026-10-03T15:30:00Z", "2026-10-03T16:00:00Z"),
            ("Australia/Lord_Howe", .hour, "2026-04-04T15:10:00Z", "2026-04-04T14:00:00Z", "2026-04-04T15:30:00Z"),
            // Clocks put forward over midnight, and back over it: long ago, as governments change their mind about what is to come.
            ("America/Havana", .day, "2026-03-08T12:00:00Z", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),
            ("America/Havana", .day, "2024-11-03T12:00:00Z", "2024-11-03T04:00:00Z", "2024-11-04T05:00:00Z"),
            ("America/Asuncion", .day, "2023-03-26T03:30:00Z", "2023-03-25T03:00:00Z", "2023-03-26T04:00:00Z"),
            // The evening that St John's lived twice: the second time it counts for the day that had begun.
            ("America/St_Johns", .day, "2010-11-07T02:31:30Z", "2010-11-07T02:30:00Z", "2010-11-08T03:30:00Z"),
            // Samoa had no 30 December 2011.
            ("Pacific/Apia", .day, "2011-12-30T09:00:00Z", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"),
            ("Pacific/Apia", .day, "2011-12-30T11:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"),
        ] as [(String, Granularity, String, String, String)])
    func steps(identifier: String, granularity: Granularity, instant: String, start: String, end: String) throws {
        let zone = try zone(identifier)
        #expect(try zone.floor(time(instant), to: granularity).rfc3339 == start)
        #expect(try zone.next(time(instant), granularity).rfc3339 == end)
    }

    @Test(
        "steps follow each other without gap or overlap",
        arguments: [
            "UTC", "Europe/Berlin", "Europe/Dublin", "America/Havana", "America/St_Johns", "America/Asuncion",
            "America/Sao_Paulo",
            "Australia/Lord_Howe", "Pacific/Apia", "Asia/Beirut", "Africa/Casablanca", "Asia/Kathmandu",
            "Antarctica/Troll",
        ])
    func partition(identifier: String) throws {
        let zone = try zone(identifier)
        for granularity in Granularity.allCases {
            var start = zone.floor(try time("1990-01-01T00:00:00Z"), to: granularity)
            let ends: [Granularity: String] = [.minute: "1990-01-08T00:00:00Z", .hour: "1994-01-01T00:00:00Z"]
            let end = try time(ends[granularity] ?? "2060-01-01T00:00:00Z")  // any day
            while start < end {
                let next = zone.next(start, granularity)
                let last = Timestamp(milliseconds: next.milliseconds - 1)
                guard next > start, zone.floor(start, to: granularity) == start,
                    zone.floor(last, to: granularity) == start,
                    zone.next(last, granularity) == next
                else {
                    Issue.record("\(identifier), \(granularity): broken at \(start.rfc3339)")
                    return
                }
                start = next
            }
        }
    }
}
