import Access
import HTTP
import JSON
import Model

/// The window of an analytics question: `interval`, or `start` and `end`, times or whole days; `timezone`; `granularity`.
struct AnalyticsWindow {
    /// From this instant (included) to that (excluded); both on a period of the roll-ups.
    let start: Timestamp
    let end: Timestamp
    let zone: TimeZoneRules
    let granularity: Granularity

    /// A window by its name, with the granularity that suits it. It has whole steps, of which the last may go on.
    struct Interval {
        enum Length {
            /// So many hours or minutes, the present one among them.
            case steps(Int)
            /// So many days, today among them.
            case days(Int)
            /// The whole of yesterday.
            case yesterday
            /// From the beginning of the present month or year.
            case monthToDate, yearToDate
            /// From the workspace's beginning.
            case all
        }

        let name: String
        let length: Length
        let granularity: Granularity
    }

    /// Lines of one answer at the most.
    private static let lineLimit = 10_000
    private static let day: Int64 = 86_400_000

    static let intervals = [
        Interval(name: "24h", length: .steps(24), granularity: .hour),
        Interval(name: "7d", length: .days(7), granularity: .day),
        Interval(name: "30d", length: .days(30), granularity: .day),
        Interval(name: "90d", length: .days(90), granularity: .day),
        Interval(name: "12mo", length: .days(365), granularity: .day),
        Interval(name: "all", length: .all, granularity: .day),
        Interval(name: "today", length: .days(1), granularity: .hour),
        Interval(name: "yesterday", length: .yesterday, granularity: .hour),
        Interval(name: "mtd", length: .monthToDate, granularity: .day),
        Interval(name: "ytd", length: .yearToDate, granularity: .day),
    ]

    /// - Parameter period: length of a roll-up's period at a granularity, in milliseconds.
    init(
        _ query: inout Query, _ call: Call, intervals: [Interval], granularities: [Granularity],
        period: (Granularity) -> Int64
    ) throws {
        zone = try Self.zone(&query)
        let wanted: Granularity? = try query.value("granularity") { text in
            guard let found = granularities.first(where: { $0.rawValue == text }) else {
                let names = granularities.map(\.rawValue).joined(separator: ", ")
                throw FieldRefusal(code: "invalid_choice", message: "Use one of: \(names).")
            }
            return found
        }
        let (first, last, natural) = try Self.bounds(&query, call, zone, intervals, usual: wanted == .minute ? "1h" : "30d")
        granularity = wanted ?? natural
        let length = period(granularity)
        start = Self.floor(first, length)
        end = Self.floor(last.adding(milliseconds: length - 1), length)
    }

    private static func zone(_ query: inout Query) throws -> TimeZoneRules {
        guard let name = try query.value("timezone") else { return .utc }
        guard let zone = TimeZoneRules(identifier: name) else {
            throw Problem.invalidParameter("timezone", "Use an IANA name such as Europe/Berlin.")
        }
        return zone
    }

    private static func bounds(
        _ query: inout Query, _ call: Call, _ zone: TimeZoneRules, _ intervals: [Interval], usual: String
    ) throws -> (start: Timestamp, end: Timestamp, Granularity) {
        let start = try query.instant("start") { zone.start(of: $0) }
        // A day is meant to its end.
        let end = try query.instant("end") { zone.next(zone.start(of: $0), .day) } ?? call.now
        let name = try query.value("interval")
        if let start {
            guard name == nil else { throw Problem.invalidParameter("interval", "Use either interval or start and end.") }
            guard start < end else { throw Problem.invalidParameter("start", "Use a time before end.") }
            return (start, end, suited(end.milliseconds - start.milliseconds, among: intervals))
        }
        guard let interval = intervals.first(where: { $0.name == name ?? usual }) else {
            throw Problem.invalidParameter("interval", "Use one of: \(intervals.map(\.name).joined(separator: ", ")).")
        }
        let bounds = bounds(interval, zone, before: end, since: call.principal.workspace.createdAt)
        return (bounds.start, bounds.end, interval.granularity)
    }

    private static func suited(_ length: Int64, among intervals: [Interval]) -> Granularity {
        if intervals.contains(where: { $0.granularity == .minute }), length <= day / 24 { return .minute }
        return length <= day ? .hour : .day
    }

    static func bounds(
        _ interval: Interval, _ zone: TimeZoneRules, before end: Timestamp, since creation: Timestamp
    ) -> (start: Timestamp, end: Timestamp) {
        let last = end.adding(milliseconds: -1)
        let today = zone.floor(last, to: .day)
        // From noon to noon, so that a day that is an hour shorter or longer does not lead to its neighbour.
        func day(_ count: Int) -> Timestamp { zone.floor(today.adding(milliseconds: (Self.day / 2) - Int64(count) * Self.day), to: .day) }
        switch interval.length {
        case .steps(let count):
            let step: Int64 = interval.granularity == .minute ? 60_000 : 3_600_000
            return (zone.floor(last, to: interval.granularity).adding(milliseconds: -Int64(count - 1) * step), end)
        case .days(let count): return (day(count - 1), end)
        case .yesterday: return (day(1), today)
        case .monthToDate: return (zone.floor(last, to: .month), end)
        case .yearToDate: return (zone.start(of: CivilDate(year: zone.date(at: last).year, month: 1, day: 1)), end)
        case .all: return (min(zone.floor(creation, to: .day), today), end)
        }
    }

    private static func floor(_ time: Timestamp, _ period: Int64) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds - (time.milliseconds % period + period) % period)
    }

    /// Refuses a window with more lines than an answer should have.
    func refuseTooManyLines() throws(Problem) {
        let length: Int64 = switch granularity {
        case .minute: 60_000
        case .hour: 3_600_000
        case .day: Self.day
        case .week: 7 * Self.day
        case .month: 28 * Self.day
        }
        guard (end.milliseconds - start.milliseconds) / length > Self.lineLimit else { return }
        throw .invalidParameter("granularity", "Use a coarser one, or a shorter window: at most \(Self.lineLimit) lines.")
    }

    /// What an answer says of its window.
    var members: JSONObject {
        [
            "start": .string(start.rfc3339), "end": .string(end.rfc3339), "timezone": .string(zone.identifier),
            "granularity": .string(granularity.rawValue),
        ]
    }
}

extension AnalyticsWindow {
    /// Whether the step that begins at a time is only in part within the window.
    func isPartial(_ step: Timestamp) -> Bool { step < start || zone.next(step, granularity) > end }

    /// A line of an answer by time.
    func line(_ value: String, _ members: JSONObject, isTime: Bool) -> JSON {
        var object: JSONObject = ["value": .string(value)]
        for member in members.members { object[member.name] = member.value }
        if isTime, let step = Timestamp(rfc3339: value) { object["partial"] = .bool(isPartial(step)) }
        return .object(object)
    }
}

extension Query {
    mutating func time(_ name: String) throws(Problem) -> Timestamp? {
        guard let text = try value(name) else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw .invalidParameter(name, "Use an RFC 3339 time with an offset, such as 2026-12-31T23:59:59Z.")
        }
        return time
    }

    /// A time, or a day.
    fileprivate mutating func instant(_ name: String, ofDay: (CivilDate) -> Timestamp) throws(Problem) -> Timestamp? {
        guard let text = try value(name) else { return nil }
        if let day = CivilDate(iso: text) { return ofDay(day) }
        guard let time = Timestamp(rfc3339: text) else {
            throw .invalidParameter(
                name, "Use a day such as 2026-12-31, or an RFC 3339 time with an offset, such as 2026-12-31T23:59:59Z.")
        }
        return time
    }
}
