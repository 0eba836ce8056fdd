import Foundation
import Model
import Testing

@Suite struct TimestampTests {
    @Test(
        "RFC 3339 is read with any offset",
        arguments: [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-01-31T23:59:59Z", 1_769_903_999_000),
            ("2026-01-31t23:59:59z", 1_769_903_999_000),
            ("2026-01-31T23:59:59.1Z", 1_769_903_999_100),
            ("2026-01-31T23:59:59.129999Z", 1_769_903_999_129),
            ("2026-02-01T01:59:59+02:00", 1_769_903_999_000),
            ("2026-01-31T18:29:59-05:30", 1_769_903_999_000),
            ("2026-01-31T23:59:59-00:00", 1_769_903_999_000),
            ("1969-12-31T23:59:59.999Z", -1),
            ("2024-02-29T00:00:00Z", 1_709_164_800_000),
            ("2000-02-29T00:00:00Z", 951_782_400_000),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
            // A time that Berlin's clocks skipped is an instant all the same: the offset says which.
            ("2026-03-29T02:30:00+01:00", 1_774_747_800_000),
        ])
    func read(text: String, milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(
        "what is not RFC 3339 is refused",
        arguments: [
            "", "2026", "2026-01-31", "2026-01-31T23:59:59", "2026-01-31 23:59:59Z", "2026-01-31T23:59Z",
            "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T23:60:00Z",
            "2016-12-31T23:59:60Z", "2026-01-31T23:59:59.Z", "2026-01-31T23:59:59,5Z", "2026-01-31T23:59:59+0200",
            "2026-01-31T23:59:59+24:00", "2026-01-31T23:59:59+02:60", "2026-01-31T23:59:59+02", "12026-01-31T23:59:59Z",
            "-001-01-31T23:59:59Z", "+026-01-31T23:59:59Z", "2026-1-31T23:59:59Z", " 2026-01-31T23:59:59Z",
            "2026-01-31T23:59:59Z ", "2026-01-31T23:59:59ZZ", "２026-01-31T23:59:59Z", "1769903999",
            "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "2026-W05-6T00:00:00Z",
        ])
    func refused(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test(
        "answers carry whole seconds, rounded down",
        arguments: [
            (0, "1970-01-01T00:00:00Z", "1970-01-01 00:00:00.000"),
            (1_769_903_999_250, "2026-01-31T23:59:59Z", "2026-01-31 23:59:59.250"),
            (-1, "1969-12-31T23:59:59Z", "1969-12-31 23:59:59.999"),
            (-62_167_219_200_000, "0000-01-01T00:00:00Z", "0000-01-01 00:00:00.000"),
            (.min, "0000-01-01T00:00:00Z", "0000-01-01 00:00:00.000"),
            (.max, "9999-12-31T23:59:59Z", "9999-12-31 23:59:59.999"),
        ] as [(Int64, String, String)])
    func write(milliseconds: Int64, rfc3339: String, sql: String) {
        let time = Timestamp(milliseconds: milliseconds)
        #expect(time.rfc3339 == rfc3339)
        #expect(time.sql == sql)
    }

    @Test(
        "header fields carry the date of HTTP",
        arguments: [
            (784_111_777_000, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (1_769_903_999_999, "Sat, 31 Jan 2026 23:59:59 GMT"),
            (1_709_164_800_000, "Thu, 29 Feb 2024 00:00:00 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
            (.min, "Sat, 01 Jan 0000 00:00:00 GMT"),
            (.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] as [(Int64, String)])
    func http(milliseconds: Int64, date: String) {
        #expect(Timestamp(milliseconds: milliseconds).httpDate == date)
    }

    @Test("the date of HTTP is the one of Foundation")
    func httpFoundation() {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        for milliseconds in stride(from: Int64(-2_000_000_000_000), to: 4_000_000_000_000, by: 8_639_999_111) {
            let time = Timestamp(milliseconds: milliseconds)
            #expect(time.httpDate == formatter.string(from: Date(timeIntervalSince1970: Double(time.seconds))))
        }
    }

    @Test(
        "a DATETIME is read with and without a fraction",
        arguments: [
            ("2026-01-31 23:59:59", 1_769_903_999_000),
            ("2026-01-31 23:59:59.5", 1_769_903_999_500),
            ("2026-01-31 23:59:59.250", 1_769_903_999_250),
            ("2026-01-31 23:59:59.250999", 1_769_903_999_250),
        ])
    func readSQL(text: String, milliseconds: Int64) {
        #expect(Timestamp(sql: text)?.milliseconds == milliseconds)
    }

    @Test(
        "what is no DATETIME is refused",
        arguments: [
            "", "2026-01-31", "2026-01-31T23:59:59", "2026-01-31 23:59:59Z", "0000-00-00 00:00:00",
            "2026-01-31 23:59:59.",
        ])
    func refusedSQL(text: String) {
        #expect(Timestamp(sql: text) == nil)
    }

    @Test("every day of 1600 years has its date")
    func calendar() {
        var expected = CivilDate(year: 1200, month: 1, day: 1)
        for day in expected.dayNumber..<CivilDate(year: 2800, month: 1, day: 1).dayNumber {
            let date = CivilDate(day: day)
            guard date == expected, date.dayNumber == day else {
                Issue.record("day \(day) is \(date), not \(expected)")
                return
            }
            expected.day += 1
            if expected.day > CivilDate.days(inMonth: expected.month, of: expected.year) {
                (expected.month, expected.day) = (expected.month + 1, 1)
            }
            if expected.month > 12 { (expected.year, expected.month) = (expected.year + 1, 1) }
        }
    }

    @Test("the calendar is the one of Foundation")
    func foundation() {
        let formatter = ISO8601DateFormatter()
        for milliseconds in stride(from: Int64(-2_000_000_000_000), to: 4_000_000_000_000, by: 86_399_999_111) {
            let time = Timestamp(milliseconds: milliseconds)
            #expect(time.rfc3339 == formatter.string(from: Date(timeIntervalSince1970: Double(time.seconds))))
            #expect(Timestamp(sql: time.sql) == time)
        }
    }

    @Test("days and seconds are rounded down before 1970")
    func days() {
        #expect(Timestamp(milliseconds: -1).day == -1)
        #expect(Timestamp(milliseconds: -1).seconds == -1)
        #expect(Timestamp(milliseconds: 86_399_999).day == 0)
    }

    @Test("now is the system's time")
    func now() {
        #expect(abs(Double(Timestamp.now().milliseconds) / 1000 - Date().timeIntervalSince1970) < 5)
    }

    @Test("a date of HTTP is read in its three forms", arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
    func httpDate(text: String) throws {
        let date = Timestamp(httpDate: text, now: try #require(Timestamp(rfc3339: "2026-03-14T09:26:53Z")))
        #expect(date?.rfc3339 == "1994-11-06T08:49:37Z" && date?.httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
    }

    @Test("a year in two digits is the nearest that is at most fifty years ahead", arguments: [("76", 2076), ("77", 1977), ("26", 2026), ("99", 1999)])
    func shortYear(text: String, year: Int) throws {
        let now = try #require(Timestamp(rfc3339: "2026-03-14T09:26:53Z"))
        let date = Timestamp(httpDate: "Monday, 06-Jul-\(text) 00:00:00 GMT", now: now)
        #expect(date?.rfc3339 == "\(year)-07-06T00:00:00Z")
    }

    @Test("what is no date of HTTP is refused", arguments: [
        "", "Sun", "06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 06 Now 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov -994 08:49:37 GMT", "Sun, 06 Nov 99999 08:49:37 GMT",
        "Xun, 06 Nov 1994 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37", "2026-03-14T09:26:53Z", "Sun, ٠٦ Nov 1994 08:49:37 GMT",
    ])
    func noHTTPDate(text: String) {
        #expect(Timestamp(httpDate: text, now: .now()) == nil)
    }

    @Test("the day of a web server's log is read", arguments: [("26/Nov/2026", "2026-11-26T00:00:00Z"), ("26/11/2026", nil), ("", nil), ("1/2", nil)])
    func logDate(text: String, wanted: String?) {
        #expect(Timestamp(logDate: text[...])?.rfc3339 == wanted)
    }
}
