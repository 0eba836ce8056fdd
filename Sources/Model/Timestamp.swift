import Glibc
import Text

/// An instant, to the millisecond. Times are UTC inside MASK; only analytics know time zones (`TimeZoneRules`).
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01 00:00 UTC, leap seconds not counted.
    public var milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Midnight of a day, counted from 1970 UTC.
    public init(day: Int) { milliseconds = Int64(day) * 86_400_000 }

    /// The system's clock (`clock_gettime`, CLOCK_REALTIME).
    public static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Whole seconds since 1970-01-01 UTC, rounded down.
    public var seconds: Int {
        Int(milliseconds).dividedDown(by: 1000)
    }

    /// Days since 1970-01-01 UTC, rounded down.
    public var day: Int {
        Int(milliseconds).dividedDown(by: 86_400_000)
    }

    /// So much later; earlier where it is negative.
    public func adding(milliseconds more: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds + more) }

    /// So much later; earlier where it is negative.
    public func adding(seconds: Int) -> Timestamp { adding(milliseconds: Int64(seconds) * 1000) }

    /// So much later; earlier where it is negative.
    public func adding(days: Int) -> Timestamp { adding(milliseconds: Int64(days) * 86_400_000) }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

// MARK: - RFC 3339

extension Timestamp {
    /// Reads a time of RFC 3339, section 5.6: `2026-01-31T23:59:59.25+02:00`, `T` and `Z` in either case.
    ///
    /// Fractions are cut to milliseconds. Nil for a day that its month does not have, for a leap second (`:60` has no
    /// number of its own since 1970), and for an instant outside the years 0000 to 9999 once it is in UTC.
    public init?(rfc3339 text: String) {
        var reader = ByteReader(text)
        guard let day = reader.date(), reader.take("T") || reader.take("t"), let time = reader.timeOfDay(),
            let offset = reader.offset(), reader.isAtEnd
        else { return nil }
        milliseconds = Int64(day * 86_400_000 + time - offset * 1000)
        guard Self.printable.contains(milliseconds) else { return nil }
    }

    /// `2026-01-31T23:59:59Z`: whole seconds, rounded down.
    public var rfc3339: String {
        String(unsafeUninitializedCapacity: 20) { buffer in
            write(to: buffer, separator: UInt8(ascii: "T"))
            buffer[19] = UInt8(ascii: "Z")
            return 20
        }
    }
}

// MARK: - SQL

extension Timestamp {
    /// Reads a DATETIME of a session in UTC: `2026-01-31 23:59:59` with up to six digits of fraction.
    public init?(sql text: String) {
        var reader = ByteReader(text)
        guard let day = reader.date(), reader.take(" "), let time = reader.timeOfDay(), reader.isAtEnd else {
            return nil
        }
        milliseconds = Int64(day * 86_400_000 + time)
    }

    /// `2026-01-31 23:59:59.250`, a DATETIME(3) in UTC.
    public var sql: String {
        String(unsafeUninitializedCapacity: 23) { buffer in
            let time = write(to: buffer, separator: UInt8(ascii: " "))
            buffer[19] = UInt8(ascii: ".")
            buffer.write(Int(time.milliseconds) - time.seconds * 1000, digits: 3, at: 20)
            return 23
        }
    }

    /// The years 0000 to 9999: what four digits can write.
    private static var printable: ClosedRange<Int64> { -62_167_219_200_000...253_402_300_799_999 }

    /// The instant itself, or the nearest one inside the years 0000 to 9999.
    public var clamped: Timestamp {
        Timestamp(milliseconds: min(max(milliseconds, Self.printable.lowerBound), Self.printable.upperBound))
    }

    /// Writes the 19 characters that both forms share, of the instant ``clamped``, which is returned.
    @discardableResult
    private func write(to buffer: UnsafeMutableBufferPointer<UInt8>, separator: UInt8) -> Timestamp {
        let time = clamped
        let date = CivilDate(day: time.day)
        buffer.write(date.year, digits: 4, at: 0)
        buffer[4] = UInt8(ascii: "-")
        buffer.write(date.month, digits: 2, at: 5)
        buffer[7] = UInt8(ascii: "-")
        buffer.write(date.day, digits: 2, at: 8)
        buffer[10] = separator
        buffer.writeTime(ofSecond: time.seconds - time.day * 86400, at: 11)
        return time
    }
}

// MARK: - Calendar

/// A day of the Gregorian calendar, extended backwards before 1582 as RFC 3339 does.
public struct CivilDate: Hashable, Sendable {
    public var year: Int
    /// 1 to 12.
    public var month: Int
    /// 1 to 31.
    public var day: Int

    public init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// From days since 1970-01-01. The year starts in March here, so that the leap day is the last of its year
    /// (https://howardhinnant.github.io/date_algorithms.html#civil_from_days).
    public init(day number: Int) {
        let shifted = number + 719_468
        let era = shifted.dividedDown(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        self.month = month < 10 ? month + 3 : month - 9
        day = dayOfYear - (153 * month + 2) / 5 + 1
        year = yearOfEra + era * 400 + (self.month <= 2 ? 1 : 0)
    }

    /// Reads `YYYY-MM-DD` (ISO 8601).
    public init?(iso text: String) {
        var reader = ByteReader(text)
        guard let number = reader.date(), reader.isAtEnd else { return nil }
        self.init(day: number)
    }

    /// Days since 1970-01-01 (`days_from_civil` of the same source).
    public var dayNumber: Int {
        let year = month <= 2 ? self.year - 1 : self.year
        let era = year.dividedDown(by: 400)
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Whether the year has a 29 February.
    public static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// 28 to 31; 0 when there is no such month.
    public static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        case 1...12: 31
        default: 0
        }
    }
}

// MARK: - Reading and writing digits

/// Reads text byte by byte; each function moves on only over what it understood.
struct ByteReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    init(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    var isAtEnd: Bool { position == bytes.count }

    var next: UInt8? { isAtEnd ? nil : bytes[position] }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// Takes the longest run that fits and answers how long it was.
    mutating func skip(while fits: (UInt8) -> Bool) -> Int {
        let start = position
        while let next, fits(next) { position += 1 }
        return position - start
    }

    /// A number of at least one and at most `maximum` digits.
    mutating func number(digits maximum: Int) -> Int? {
        var value = 0
        let start = position
        while let next, next.isDigit, position - start < maximum {
            value = value * 10 + Int(next - UInt8(ascii: "0"))
            position += 1
        }
        return position > start ? value : nil
    }

    /// A number of exactly `count` digits, at most `limit`.
    mutating func number(exactly count: Int, upTo limit: Int) -> Int? {
        let start = position
        guard let value = number(digits: count), position - start == count, value <= limit else { return nil }
        return value
    }

    /// `YYYY-MM-DD` as days since 1970-01-01.
    mutating func date() -> Int? {
        guard let year = number(exactly: 4, upTo: 9999), take("-"), let month = number(exactly: 2, upTo: 12), take("-"),
            let day = number(exactly: 2, upTo: CivilDate.days(inMonth: month, of: year)), day > 0
        else { return nil }
        return CivilDate(year: year, month: month, day: day).dayNumber
    }

    /// `HH:MM:SS` with an optional fraction, in milliseconds since midnight.
    mutating func timeOfDay() -> Int? {
        guard let hour = number(exactly: 2, upTo: 23), take(":"), let minute = number(exactly: 2, upTo: 59), take(":"),
            let second = number(exactly: 2, upTo: 59)
        else { return nil }
        let whole = (hour * 3600 + minute * 60 + second) * 1000
        guard take(".") else { return whole }
        guard let fraction = milliseconds() else { return nil }
        return whole + fraction
    }

    /// `Z` or `+HH:MM`, in seconds east of UTC.
    mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let isWest = take("-")
        guard isWest || take("+"), let hour = number(exactly: 2, upTo: 23), take(":"),
            let minute = number(exactly: 2, upTo: 59)
        else { return nil }
        return (hour * 3600 + minute * 60) * (isWest ? -1 : 1)
    }

    /// The digits of a fraction of a second, cut after the third.
    private mutating func milliseconds() -> Int? {
        let start = position
        guard let value = number(digits: 3) else { return nil }
        let scale = [0, 100, 10, 1][position - start]
        _ = skip(while: \.isDigit)
        return value * scale
    }
}

extension UnsafeMutableBufferPointer<UInt8> {
    /// Writes a number of 0 or more with leading zeros.
    func write(_ number: Int, digits: Int, at start: Int) {
        var rest = number
        for index in stride(from: start + digits - 1, through: start, by: -1) {
            self[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }

    /// Writes `HH:MM:SS`, given the seconds since midnight.
    func writeTime(ofSecond second: Int, at start: Int) {
        write(second / 3600, digits: 2, at: start)
        self[start + 2] = UInt8(ascii: ":")
        write(second / 60 % 60, digits: 2, at: start + 3)
        self[start + 5] = UInt8(ascii: ":")
        write(second % 60, digits: 2, at: start + 6)
    }
}

extension Int {
    /// Division that rounds towards minus infinity, so that times before 1970 fall into their own day.
    func dividedDown(by divisor: Int) -> Int {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
