import HTTP
import Model
import Store

/// `/analytics/clicks`: clicks counted over time or by what visitors and links have in common.
enum ClickResource {
    /// Windows by name, ending now. Their length in days; `all` reaches back to the workspace's beginning.
    private static let intervals = ["24h": 1, "7d": 7, "30d": 30, "90d": 90, "12mo": 365]
    private static let intervalNames = "24h, 7d, 30d, 90d, 12mo or all"

    /// Buckets in one answer at the most.
    private static let bucketLimit = 10_000
    private static let dayMilliseconds: Int64 = 86_400_000

    static func get(_ call: Call) throws -> Answer {
        var query = try call.query()
        let zone = try zone(&query)
        let (start, end, isDay) = try window(&query, call)
        let granularity: Granularity = try query.choice("granularity") ?? (isDay ? .hour : .day)
        var question = ClickQuestion(
            workspace: call.workspace, start: start, end: end, zone: zone, granularity: granularity,
            group: try query.choice("group_by") ?? .time, count: try query.choice("count") ?? .all)
        question.link = try link(&query)
        question.domain = try domain(&query, call)
        question.tag = try query.value("tag").map(Tag.spelling(of:))
        try query.finish()
        try refuseTooMany(question)
        let answer = try call.services.store.read { try ClickAnalytics.answer(question, on: $0) }
        return .ok(json(question, answer.total, answer.groups))
    }

    private static func json(_ question: ClickQuestion, _ total: Int, _ groups: [ClickCount]) -> JSON {
        [
            "start": .string(question.start.rfc3339),
            "end": .string(question.end.rfc3339),
            "timezone": .string(question.zone.identifier),
            "granularity": .string(question.granularity.rawValue),
            "group_by": .string(question.group.rawValue),
            "count": .string(question.count.rawValue),
            "total": .integer(Int64(total)),
            "groups": .array(groups.map { ["value": .string($0.value), "clicks": .integer(Int64($0.clicks))] }),
        ]
    }

    private static func zone(_ query: inout Query) throws -> TimeZoneRules {
        guard let name = try query.value("timezone") else { return .utc }
        guard let zone = TimeZoneRules(identifier: name) else {
            throw Problem.invalidParameter("timezone", "Use an IANA name such as Europe/Berlin.")
        }
        return zone
    }

    /// From the beginning of a quarter of an hour to the end of one; and whether the window is a day.
    private static func window(_ query: inout Query, _ call: Call) throws -> (Timestamp, Timestamp, isDay: Bool) {
        let (start, end) = (try query.time("start"), try query.time("end") ?? call.now)
        let interval = try query.value("interval")
        if let start {
            guard interval == nil else { throw Problem.invalidParameter("interval", "Use either interval or start and end.") }
            guard start < end else { throw Problem.invalidParameter("start", "Use a time before end.") }
            return (floor(start), ceiling(end), end.milliseconds - start.milliseconds <= dayMilliseconds)
        }
        if interval == "all" { return (floor(call.principal.workspace.createdAt), ceiling(end), false) }
        guard let days = intervals[interval ?? "30d"] else {
            throw Problem.invalidParameter("interval", "Use \(intervalNames).")
        }
        return (floor(Timestamp(milliseconds: end.milliseconds - Int64(days) * dayMilliseconds)), ceiling(end), days == 1)
    }

    private static func floor(_ time: Timestamp) -> Timestamp {
        let period = ClickRollups.periodMilliseconds
        return Timestamp(milliseconds: time.milliseconds - (time.milliseconds % period + period) % period)
    }

    private static func ceiling(_ time: Timestamp) -> Timestamp {
        floor(Timestamp(milliseconds: time.milliseconds + ClickRollups.periodMilliseconds - 1))
    }

    private static func link(_ query: inout Query) throws -> LinkID? {
        guard let text = try query.value("link_id") else { return nil }
        guard let id = LinkID(text) else { throw Problem.invalidParameter("link_id", "Use the id of a link, lnk_….") }
        return id
    }

    private static func domain(_ query: inout Query, _ call: Call) throws -> DomainID? {
        guard let host = try query.value("domain") else { return nil }
        let domain = try call.services.domains.find(host.lowercased(), isNewExpected: true)
        guard let domain, domain.workspace == nil || domain.workspace == call.workspace else {
            throw Problem.invalidParameter("domain", "Use a domain of this workspace.")
        }
        return domain.id
    }

    private static func refuseTooMany(_ question: ClickQuestion) throws {
        let length: Int64 = switch question.granularity {
        case .hour: 3_600_000
        case .day: dayMilliseconds
        case .week: 7 * dayMilliseconds
        case .month: 28 * dayMilliseconds
        }
        guard question.group == .time, (question.end.milliseconds - question.start.milliseconds) / length > bucketLimit
        else { return }
        throw Problem.invalidParameter("granularity", "Use a coarser one, or a shorter window: at most \(bucketLimit) lines.")
    }
}
