extension Timestamp {
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the date of HTTP's header fields (IMF-fixdate, RFC 9110, section 5.6.7): whole
    /// seconds, rounded down. An instant outside the years 0000 to 9999 is written as the nearest one inside.
    public var httpDate: String {
        let time = clamped
        let date = CivilDate(day: time.day)
        return String(unsafeUninitializedCapacity: 29) { buffer in
            buffer.write(Self.weekdays[time.weekday], at: 0)
            buffer.write(", ", at: 3)
            buffer.write(date.day, digits: 2, at: 5)
            buffer.write(Self.months[date.month - 1], at: 7)
            buffer.write(date.year, digits: 4, at: 12)
            buffer[16] = UInt8(ascii: " ")
            buffer.writeTime(ofSecond: time.seconds - time.day * 86400, at: 17)
            buffer.write(" GMT", at: 25)
            return 29
        }
    }

    /// Reads a date of HTTP's header fields in any of its three forms (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`,
    /// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`. Nil where it is anything else.
    /// - Parameter now: tells the century of a year in two digits: one that seems to lie more than 50 years ahead has passed.
    public init?(httpDate text: String, now: Timestamp) {
        let words = text.split { $0 == " " }.map(String.init)
        guard let weekday = words.first, Self.weekdays.contains(where: { weekday.hasPrefix("\($0)") }) else { return nil }
        switch words.count {
        case 6 where words[5] == "GMT" && weekday.hasSuffix(","):
            self.init(day: words[1], month: words[2], year: words[3], time: words[4])
        case 5:
            self.init(day: words[2], month: words[1], year: words[4], time: words[3])
        case 4 where words[3] == "GMT" && weekday.hasSuffix(","):
            let date = words[1].split(separator: Character("-")).map(String.init)
            guard date.count == 3, let year = Self.number(date[2]), date[2].utf8.count == 2 else { return nil }
            let present = CivilDate(day: now.day).year
            let ahead = present / 100 * 100 + year
            let full = String(ahead > present + 50 ? ahead - 100 : ahead)
            self.init(day: date[0], month: date[1], year: full, time: words[2])
        default: return nil
        }
    }

    /// The beginning of a day as web servers log it: `26/Nov/2026`.
    public init?(logDate text: Substring) {
        let parts = text.split { $0 == "/" }.map(String.init)
        guard parts.count == 3 else { return nil }
        self.init(day: parts[0], month: parts[1], year: parts[2], time: "00:00:00")
    }

    private init?(day: String, month: String, year: String, time: String) {
        let clock = time.split(separator: Character(":")).map { Self.number(String($0)) ?? 99 }
        guard let day = Self.number(day), let year = Self.number(year), (1...9999).contains(year),
            let month = Self.months.firstIndex(where: { "\($0)" == " \(month) " }),
            (1...CivilDate.days(inMonth: month + 1, of: year)).contains(day),
            clock.count == 3, clock[0] < 24, clock[1] < 60, clock[2] <= 60  // a leap second
        else { return nil }
        let days = CivilDate(year: year, month: month + 1, day: day).dayNumber
        self.init(milliseconds: Int64(days * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]) * 1000)
    }

    /// ASCII digits, few enough for any part of a date.
    private static func number(_ text: String) -> Int? {
        text.utf8.count <= 4 && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }

    /// 0 is Sunday. 1970-01-01 was a Thursday.
    private var weekday: Int { day + 4 - (day + 4).dividedDown(by: 7) * 7 }

    private static let weekdays: [StaticString] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

    private static let months: [StaticString] = [
        " Jan ", " Feb ", " Mar ", " Apr ", " May ", " Jun ", " Jul ", " Aug ", " Sep ", " Oct ", " Nov ", " Dec ",
    ]
}

extension UnsafeMutableBufferPointer<UInt8> {
    /// Writes ASCII.
    fileprivate func write(_ text: StaticString, at start: Int) {
        for index in 0..<text.utf8CodeUnitCount { self[start + index] = text.utf8Start[index] }
    }
}
