import HTTP
import Model

/// The window of an analytics question: `interval`, or `start` and `end`; `timezone`; `granularity`.
struct AnalyticsWindow {
    /// From this instant (included) to that (excluded); both on a period of the roll-ups.
    let start: Timestamp
    let end: Timestamp
    let zone: TimeZoneRules
    let granularity: Granularity

    /// A window that ends now, by its name, with the granularity that suits it.
    struct Interval {
        let name: String
        /// Nil reaches back to the workspace's beginning.
        let milliseconds: Int64?
        let granularity: Granularity
    }

    /// Lines of one answer at the most.
    private static let lineLimit = 10_000
    private static let day: Int64 = 86_400_000

    static let intervals = [
        Interval(name: "24h", milliseconds: day, granularity: .hour),
        Interval(name: "7d", milliseconds: 7 * day, granularity: .day),
        Interval(name: "30d", milliseconds: 30 * day, granularity: .day),
        Interval(name: "90d", milliseconds: 90 * day, granularity: .day),
        Interval(name: "12mo", milliseconds: 365 * day, granularity: .day),
        Interval(name: "all", milliseconds: nil, granularity: .day),
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
        let (first, last, natural) = try Self.bounds(&query, call, intervals, usual: wanted == .minute ? "1h" : "30d")
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
        _ query: inout Query, _ call: Call, _ intervals: [Interval], usual: String
    ) throws -> (start: Timestamp, end: Timestamp, Granularity) {
        let (start, end) = (try query.time("start"), try query.time("end") ?? call.now)
        let name = try query.value("interval")
        if let start {
            guard name == nil else { throw Problem.invalidParameter("interval", "Use either interval or start and end.") }
            guard start < end else { throw Problem.invalidParameter("start", "Use a time before end.") }
            let length = end.milliseconds - start.milliseconds
            return (start, end, intervals.first { length <= $0.milliseconds ?? .max }?.granularity ?? .day)
        }
        guard let interval = intervals.first(where: { $0.name == name ?? usual }) else {
            throw Problem.invalidParameter("interval", "Use one of: \(intervals.map(\.name).joined(separator: ", ")).")
        }
        let length = interval.milliseconds ?? max(0, end.milliseconds - call.principal.workspace.createdAt.milliseconds)
        return (end.adding(milliseconds: -length), end, interval.granularity)
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

extension Query {
    mutating func time(_ name: String) throws(Problem) -> Timestamp? {
        guard let text = try value(name) else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw .invalidParameter(name, "Use an RFC 3339 time with an offset, such as 2026-12-31T23:59:59Z.")
        }
        return time
    }
}
