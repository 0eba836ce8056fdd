/// The steps in which analytics count, always in the local time of a time zone.
public enum Granularity: String, Sendable, CaseIterable {
    case minute
    case hour
    case day
    /// Weeks begin on Monday (ISO 8601).
    case week
    case month
}

/// Arithmetic on local wall-clock time, counted in seconds as if it were UTC.
extension Granularity {
    /// The start of the step that a wall-clock time is in.
    func floor(_ local: Int) -> Int {
        let day = local.dividedDown(by: 86400)
        switch self {
        case .minute: return local.dividedDown(by: 60) * 60
        case .hour: return local.dividedDown(by: 3600) * 3600
        case .day: return day * 86400
        // 1970-01-01 was a Thursday, three days after a Monday.
        case .week: return ((day + 3).dividedDown(by: 7) * 7 - 3) * 86400
        case .month:
            var date = CivilDate(day: day)
            date.day = 1
            return date.dayNumber * 86400
        }
    }

    /// The start of the next step, given the start of one.
    func next(after start: Int) -> Int {
        switch self {
        case .minute: return start + 60
        case .hour: return start + 3600
        case .day: return start + 86400
        case .week: return start + 7 * 86400
        // No month has more than 31 days, and none fewer than 28.
        case .month: return floor(start + 31 * 86400)
        }
    }
}
