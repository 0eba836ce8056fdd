import Foundation
import Model

/// The start of the minute, hour, day, week or month that a time is in, in RFC 3339, as Foundation's calendar has it.
public func calendarStart(of time: Timestamp, _ granularity: Granularity, in zone: TimeZoneRules) -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: zone.identifier)!
    calendar.firstWeekday = 2
    let unit: Calendar.Component = switch granularity {
    case .minute: .minute
    case .hour: .hour
    case .day: .day
    case .week: .weekOfYear
    case .month: .month
    }
    let date = Date(timeIntervalSince1970: Double(time.milliseconds) / 1000)
    let start = calendar.dateInterval(of: unit, for: date)!.start
    return Timestamp(milliseconds: Int64(start.timeIntervalSince1970) * 1000).rfc3339
}
