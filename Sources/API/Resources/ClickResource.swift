import HTTP
import Model
import Store

/// `/analytics/clicks`: clicks counted over time or by what visitors and links have in common.
enum ClickResource {
    static let granularities: [Granularity] = [.hour, .day, .week, .month]

    static func get(_ call: Call) throws -> Answer {
        var query = try call.query()
        let window = try AnalyticsWindow(
            &query, call, intervals: AnalyticsWindow.intervals, granularities: granularities,
            period: { _ in ClickRollups.periodMilliseconds })
        var question = ClickQuestion(
            workspace: call.workspace, start: window.start, end: window.end, zone: window.zone,
            granularity: window.granularity, group: try query.choice("group_by") ?? .time,
            count: try query.choice("count") ?? .all)
        question.link = try link(&query)
        question.domain = try query.domain(call)?.id
        question.tag = try query.value("tag").map(Tag.spelling(of:))
        try query.finish()
        if question.group == .time { try window.refuseTooManyLines() }
        let answer = try call.services.store.snapshot { try ClickAnalytics.answer(question, on: $0) }
        return .ok(json(window, question, answer.total, answer.groups))
    }

    private static func json(
        _ window: AnalyticsWindow, _ question: ClickQuestion, _ total: Int, _ groups: [ClickCount]
    ) -> JSON {
        var object = window.members
        object["group_by"] = .string(question.group.rawValue)
        object["count"] = .string(question.count.rawValue)
        object["total"] = .integer(Int64(total))
        object["groups"] = .array(groups.map {
            window.line($0.value, ["clicks": JSON($0.clicks)], isTime: question.group == .time)
        })
        return .object(object)
    }

    private static func link(_ query: inout Query) throws -> LinkID? {
        guard let text = try query.value("link_id") else { return nil }
        guard let id = LinkID(text) else { throw Problem.invalidParameter("link_id", "Use the id of a link, lnk_….") }
        return id
    }
}
