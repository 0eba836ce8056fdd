import Glibc
import Text

/// A time zone of the IANA database, read from the system's compiled files (TZif, RFC 8536). Debian keeps them up to
/// date in the package tzdata.
public struct TimeZoneRules: Sendable {
    /// Such as `Europe/Berlin`.
    public let identifier: String
    /// Seconds since 1970 at which the offset changes, ascending.
    private let transitions: [Int]
    /// The offset from each transition on.
    private let offsets: [Int]
    /// Before the first transition.
    private let firstOffset: Int
    /// After the last transition.
    private let footer: PosixTimeZone?

    /// Seconds from UTC are the same at all times; no file is needed.
    public static let utc = TimeZoneRules(identifier: "UTC", file: TZif(transitions: [], offsets: [], firstOffset: 0))

    static let folder = "/usr/share/zoneinfo/"

    /// Nil when there is no such zone. `identifier` is spelled as in the database, capitals included; former names are taken, too.
    public init?(identifier: String) {
        if identifier == "UTC" {
            self = .utc
            return
        }
        guard Self.isSafe(identifier),
            let bytes = readSmallFile(Self.folder + identifier)
                ?? FormerZones.present[identifier].flatMap({ readSmallFile(Self.folder + $0) }),
            let file = TZif(bytes)
        else { return nil }
        self.init(identifier: identifier, file: file)
    }

    private init(identifier: String, file: TZif) {
        self.identifier = identifier
        transitions = file.transitions
        offsets = file.offsets
        firstOffset = file.firstOffset
        footer = file.footer
    }

    /// The identifier becomes part of a path, so nothing may lead out of the folder. `right/` counts leap seconds,
    /// which nothing else here does.
    private static func isSafe(_ identifier: String) -> Bool {
        let signs = "_+-/".utf8
        return (1...64).contains(identifier.utf8.count)
            && identifier.utf8.allSatisfy { $0.isLetter || $0.isDigit || signs.contains($0) }
            && !identifier.hasPrefix("/") && !identifier.hasPrefix("right/")
    }

    /// Seconds east of UTC.
    public func offset(at time: Timestamp) -> Int {
        offset(atSecond: time.seconds)
    }

    private func offset(atSecond second: Int) -> Int {
        guard let last = transitions.last else { return footer?.offset(at: second) ?? firstOffset }
        if second >= last, let footer { return footer.offset(at: second) }
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= second { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? firstOffset : offsets[low - 1]
    }
}

// MARK: - Steps

extension TimeZoneRules {
    /// The start of the minute, hour, day, week or month in local time that `time` is in.
    ///
    /// A day that has no midnight, because the clocks were put forward over it, starts when it first exists; one that
    /// has two starts at the first. An hour that the clocks repeat is two steps.
    public func floor(_ time: Timestamp, to granularity: Granularity) -> Timestamp {
        let start = switch granularity {
        case .minute: Granularity.minute.floor(time.seconds)  // since 1972 all offsets are whole minutes
        case .hour: hour(of: time.seconds)
        case .day, .week, .month: step(of: time.seconds, granularity).start
        }
        return Timestamp(milliseconds: Int64(start) * 1000)
    }

    /// The start of the step after the one that `time` is in: always later than `time`.
    public func next(_ time: Timestamp, _ granularity: Granularity) -> Timestamp {
        let start = switch granularity {
        case .minute: Granularity.minute.next(after: Granularity.minute.floor(time.seconds))
        case .hour: nextHour(after: time.seconds)
        case .day, .week, .month: step(of: time.seconds, granularity).end
        }
        return Timestamp(milliseconds: Int64(start) * 1000)
    }

    /// When a day begins.
    public func start(of date: CivilDate) -> Timestamp {
        Timestamp(milliseconds: Int64(firstInstant(of: date.dayNumber * 86400)) * 1000)
    }

    /// What the calendar shows at a time.
    public func date(at time: Timestamp) -> CivilDate {
        CivilDate(day: (time.seconds + offset(at: time)).dividedDown(by: 86400))
    }

    /// Where a step of a day or more begins and ends. When clocks go back over midnight, the evening that is lived
    /// twice belongs to the new day the second time: steps never overlap.
    private func step(of second: Int, _ granularity: Granularity) -> (start: Int, end: Int) {
        let label = granularity.floor(second + offset(atSecond: second))
        let nextLabel = granularity.next(after: label)
        let (start, end) = (firstInstant(of: label), firstInstant(of: nextLabel))
        if second < end { return (start, end) }
        return (end, firstInstant(of: granularity.next(after: nextLabel)))
    }

    /// The first second at which local clocks show `label` or later. Offsets are under 16 hours, so a day to either
    /// side is before and after every instant in question; no zone changes twice in two days.
    private func firstInstant(of label: Int) -> Int {
        let (before, after) = (offset(atSecond: label - 86400), offset(atSecond: label + 86400))
        let (early, late) = (label - before, label - after)
        if before == after || offset(atSecond: early) == before { return early }
        if offset(atSecond: late) == after { return late }
        return change(after: late, through: early)
    }

    private func hour(of second: Int) -> Int {
        let offset = offset(atSecond: second)
        let label = Granularity.hour.floor(second + offset)
        let start = label - offset
        if self.offset(atSecond: start) == offset { return start }
        let change = change(after: start, through: second)
        // Clocks put back by half an hour stay in the same hour (Lord Howe Island).
        let labelBefore = Granularity.hour.floor(change - 1 + self.offset(atSecond: change - 1))
        return labelBefore == label ? hour(of: change - 1) : change
    }

    private func nextHour(after second: Int) -> Int {
        let offset = offset(atSecond: second)
        let end = Granularity.hour.floor(second + offset) - offset + 3600
        if self.offset(atSecond: end) == offset { return end }
        let change = change(after: second, through: end)
        return hour(of: change) == change ? change : nextHour(after: change)
    }

    /// The second at which the offset becomes what it is at `high`, given that it is another one at `low`.
    private func change(after low: Int, through high: Int) -> Int {
        var (low, high) = (low, high)
        let offset = offset(atSecond: high)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if self.offset(atSecond: middle) == offset { high = middle } else { low = middle }
        }
        return high
    }
}

// MARK: - TZif

/// The parts of a TZif file that matter here, all read from its 64-bit block (RFC 8536, section 3).
private struct TZif {
    var transitions: [Int]
    var offsets: [Int]
    var firstOffset: Int
    var footer: PosixTimeZone?

    init(transitions: [Int], offsets: [Int], firstOffset: Int) {
        (self.transitions, self.offsets, self.firstOffset) = (transitions, offsets, firstOffset)
    }

    init?(_ bytes: [UInt8]) {
        guard let first = Header(bytes[...]), let header = Header(bytes.dropFirst(first.length(timeSize: 4))) else {
            return nil
        }
        let blockStart = first.length(timeSize: 4) + Header.size
        let footerStart = first.length(timeSize: 4) + header.length(timeSize: 8)
        guard header.typeCount > 0, bytes.count >= footerStart else { return nil }
        let indexes = blockStart + header.timeCount * 8
        let types = indexes + header.timeCount
        let typeOffsets = (0..<header.typeCount).map {
            Int(Int32(truncatingIfNeeded: bytes.bigEndian(at: types + $0 * 6, size: 4)))
        }
        transitions = (0..<header.timeCount).map { bytes.bigEndian(at: blockStart + $0 * 8, size: 8) }
        let used = bytes[indexes..<types].map(Int.init)
        guard used.allSatisfy({ $0 < header.typeCount }) else { return nil }
        offsets = used.map { typeOffsets[$0] }
        firstOffset = typeOffsets[0]
        footer = PosixTimeZone(bytes[footerStart...].dropFirst().prefix { $0 != UInt8(ascii: "\n") })
    }

    struct Header {
        static let size = 44
        var timeCount, typeCount: Int
        private var abbreviations, leapSeconds, standardMarks, utcMarks: Int

        /// Nil for version 1, which knows no years after 2037; every zone compiled since 2005 is later.
        init?(_ slice: ArraySlice<UInt8>) {
            let bytes = Array(slice.prefix(Self.size))
            guard bytes.count == Self.size, bytes.starts(with: "TZif".utf8), bytes[4] >= UInt8(ascii: "2") else {
                return nil
            }
            let counts = (0..<6).map { bytes.bigEndian(at: 20 + $0 * 4, size: 4) }
            (utcMarks, standardMarks, leapSeconds) = (counts[0], counts[1], counts[2])
            (timeCount, typeCount, abbreviations) = (counts[3], counts[4], counts[5])
        }

        /// Bytes of this header and the block after it.
        func length(timeSize: Int) -> Int {
            Self.size + timeCount * (timeSize + 1) + typeCount * 6 + abbreviations + leapSeconds * (timeSize + 4)
                + standardMarks + utcMarks
        }
    }
}

extension [UInt8] {
    fileprivate func bigEndian(at start: Int, size: Int) -> Int {
        self[start..<start + size].reduce(0) { $0 << 8 | Int($1) }
    }
}

/// A file of at most 1 MiB; nil when it cannot be read or is something else.
func readSmallFile(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, 1...1_048_576 ~= status.st_size else {
        return nil
    }
    let size = Int(status.st_size)
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        count = max(0, read(descriptor, buffer.baseAddress, size))
    }
    return bytes.count == size ? bytes : nil
}

// MARK: - The rule after the last transition

/// A POSIX TZ text such as `CET-1CEST,M3.5.0,M10.5.0/3`, with the extensions of RFC 8536, section 3.3.1.
private struct PosixTimeZone {
    private let standard: Int
    /// Nil when clocks are never changed.
    private let daylight: Daylight?

    private struct Daylight {
        var offset: Int
        var start, end: YearlyRule
    }

    init?(_ text: some Sequence<UInt8>) {
        var reader = ByteReader(bytes: text)
        guard reader.zoneName(), let west = reader.duration() else { return nil }
        standard = -west
        if reader.isAtEnd {
            daylight = nil
            return
        }
        guard reader.zoneName() else { return nil }
        var offset = standard + 3600
        if reader.next != UInt8(ascii: ",") {
            guard let west = reader.duration() else { return nil }
            offset = -west
        }
        guard let start = reader.yearlyRule(), let end = reader.yearlyRule(), reader.isAtEnd else { return nil }
        daylight = Daylight(offset: offset, start: start, end: end)
    }

    func offset(at second: Int) -> Int {
        guard let daylight else { return standard }
        let year = CivilDate(day: (second + standard).dividedDown(by: 86400)).year
        let start = daylight.start.second(in: year) - standard
        let end = daylight.end.second(in: year) - daylight.offset
        // South of the equator summer begins late in the year and ends early in it.
        let isDaylight = start < end ? start <= second && second < end : !(end <= second && second < start)
        return isDaylight ? daylight.offset : standard
    }
}

/// When clocks change: a day of the year and a local time, which may be outside 0 to 24 hours.
private struct YearlyRule {
    enum Day {
        /// `Jn`: 1 to 365, 29 February not counted.
        case julian(Int)
        /// `n`: 0 to 365, 29 February counted.
        case ordinal(Int)
        /// `Mm.w.d`: week 5 is the last one; weekday 0 is Sunday.
        case weekday(month: Int, week: Int, weekday: Int)
    }

    var day: Day
    var time: Int

    /// In local seconds, counted as if it were UTC.
    func second(in year: Int) -> Int {
        dayNumber(in: year) * 86400 + time
    }

    private func dayNumber(in year: Int) -> Int {
        let newYear = CivilDate(year: year, month: 1, day: 1).dayNumber
        switch day {
        case .julian(let day): return newYear + day - (day >= 60 && CivilDate.isLeap(year) ? 0 : 1)
        case .ordinal(let day): return newYear + day
        case .weekday(let month, let week, let weekday):
            let first = CivilDate(year: year, month: month, day: 1).dayNumber
            // 1970-01-01 was a Thursday, day 4 of a week that begins with Sunday.
            let distance = (weekday - first - 4) % 7
            let day = (distance < 0 ? distance + 7 : distance) + (week - 1) * 7
            return first + (day < CivilDate.days(inMonth: month, of: year) ? day : day - 7)
        }
    }
}

extension ByteReader {
    /// `CET` or `<+03>`; the name itself is not kept.
    fileprivate mutating func zoneName() -> Bool {
        if take("<") { return skip { $0 != UInt8(ascii: ">") } > 0 && take(">") }
        return skip(while: \.isLetter) >= 3
    }

    /// `[+-]h[:m[:s]]` in seconds.
    fileprivate mutating func duration() -> Int? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard var seconds = number(digits: 3).map({ $0 * 3600 }) else { return nil }
        for unit in [60, 1] where take(":") {
            guard let value = number(digits: 2) else { return nil }
            seconds += value * unit
        }
        return isNegative ? -seconds : seconds
    }

    /// `,M3.5.0/2`; the time is 02:00 when not given.
    fileprivate mutating func yearlyRule() -> YearlyRule? {
        guard take(","), let day = ruleDay() else { return nil }
        guard take("/") else { return YearlyRule(day: day, time: 7200) }
        return duration().map { YearlyRule(day: day, time: $0) }
    }

    private mutating func ruleDay() -> YearlyRule.Day? {
        if take("J") { return number(digits: 3).map { .julian($0) } }
        guard take("M") else { return number(digits: 3).map { .ordinal($0) } }
        guard let month = number(digits: 2), 1...12 ~= month, take("."), let week = number(digits: 1), 1...5 ~= week,
            take("."), let weekday = number(digits: 1), 0...6 ~= weekday
        else { return nil }
        return .weekday(month: month, week: week, weekday: weekday)
    }
}
