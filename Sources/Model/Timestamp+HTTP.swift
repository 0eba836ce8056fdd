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
