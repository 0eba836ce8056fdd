/// A window by its name, with the granularity that suits it. It has whole steps, of which the last may go on.
public struct Interval: Sendable {
    public enum Length: Sendable {
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

    public let name: String
    public let length: Length
    public let granularity: Granularity

    /// Those of clicks.
    public static let all = [
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

    /// Those of usage, which minutes are kept of.
    public static let ofUsage = [Interval(name: "1h", length: .steps(60), granularity: .minute)] + all

    private static let dayMilliseconds: Int64 = 86_400_000

    /// - Parameters:
    ///   - end: the present, or when the window is to end.
    ///   - creation: the workspace's beginning.
    public func bounds(
        in zone: TimeZoneRules, before end: Timestamp, since creation: Timestamp
    ) -> (start: Timestamp, end: Timestamp) {
        let last = end.adding(milliseconds: -1)
        let today = zone.floor(last, to: .day)
        // From noon to noon, so that a day that is an hour shorter or longer does not lead to its neighbour.
        func day(_ count: Int) -> Timestamp { zone.floor(today.adding(milliseconds: (Self.dayMilliseconds / 2) - Int64(count) * Self.dayMilliseconds), to: .day) }
        switch length {
        case .steps(let count):
            let step: Int64 = granularity == .minute ? 60_000 : 3_600_000
            return (zone.floor(last, to: granularity).adding(milliseconds: -Int64(count - 1) * step), end)
        case .days(let count): return (day(count - 1), end)
        case .yesterday: return (day(1), today)
        case .monthToDate: return (zone.floor(last, to: .month), end)
        case .yearToDate: return (zone.start(of: CivilDate(year: zone.date(at: last).year, month: 1, day: 1)), end)
        case .all: return (min(zone.floor(creation, to: .day), today), end)
        }
    }
}
