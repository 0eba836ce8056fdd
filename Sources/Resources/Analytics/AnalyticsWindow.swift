import Access
import API
import HTTP
import JSON
import Model

/// The window of an analytics question: `interval`, or `start` and `end`, times or whole days; `timezone`; `granularity`.
struct AnalyticsWindow {
    /// From this instant (included) to that (excluded); both on a period of the roll-ups, and within the years that can be written.
    let start: Timestamp
    let end: Timestamp
    let zone: TimeZoneRules
    let granularity: Granularity

    /// Lines of one answer at the most.
    static let lineLimit = 10_000
    private static let day: Int64 = 86_400_000

    /// - Parameters:
    ///   - granularities: those that may be asked for; with none the query has no such parameter.
    ///   - period: on which a window begins and ends at a granularity, in milliseconds.
    init(
        _ query: inout Query, _ call: Call, intervals: [Interval], granularities: [Granularity],
        period: (Granularity) -> Int64
    ) throws {
        zone = try Self.zone(&query)
        let wanted: Granularity? = granularities.isEmpty ? nil : try query.value("granularity") { text in
            guard let found = granularities.first(where: { $0.rawValue == text }) else {
                let names = granularities.map(\.rawValue).joined(separator: ", ")
                throw FieldRefusal(code: "invalid_choice", message: "Use one of: \(names).")
            }
            return found
        }
        let (first, last, natural) = try Self.bounds(&query, call, zone, intervals, usual: wanted == .minute ? "1h" : "30d")
        granularity = wanted ?? natural
        let length = period(granularity)
        start = Self.floor(first, length).clamped
        end = Self.floor(last.adding(milliseconds: length - 1), length).clamped
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
        let bounds = interval.bounds(in: zone, before: end, since: call.principal.workspace.createdAt)
        return (bounds.start, bounds.end, interval.granularity)
    }

    private static func suited(_ length: Int64, among intervals: [Interval]) -> Granularity {
        if intervals.contains(where: { $0.granularity == .minute }), length <= day / 24 { return .minute }
        return length <= day ? .hour : .day
    }

    private static func floor(_ time: Timestamp, _ period: Int64) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds - (time.milliseconds % period + period) % period)
    }

    /// Refuses a window with more lines than an answer should have.
    /// - Parameter groups: each of which has its lines.
    func refuseTooManyLines(for groups: Int = 1) throws(Problem) {
        let length: Int64 = switch granularity {
        case .minute: 60_000
        case .hour: 3_600_000
        case .day: Self.day
        case .week: 7 * Self.day
        case .month: 28 * Self.day
        }
        guard (end.milliseconds - start.milliseconds) / length * Int64(groups) > Self.lineLimit else { return }
        throw .invalidParameter("granularity", "Use a coarser one, or a shorter window: at most \(Self.lineLimit) lines.")
    }

    /// What an answer says of its window, and up to when it knows all that has been loaded.
    func members(asOf: Timestamp) -> JSONObject {
        [
            "start": .string(start.rfc3339), "end": .string(end.rfc3339), "as_of": .string(asOf.rfc3339),
            "timezone": .string(zone.identifier), "granularity": .string(granularity.rawValue),
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
