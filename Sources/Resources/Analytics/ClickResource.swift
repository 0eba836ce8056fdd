import AnalyticsStore
import API
import HTTP
import JSON
import Model
import Store
import Text

/// `/analytics/clicks`: clicks counted over time or by what visitors and links have in common.
enum ClickResource {
    static func get(_ call: Call) throws -> Answer {
        var query = try call.query()
        let window = try AnalyticsWindow(
            &query, call, intervals: Interval.all, granularities: ClickQuestion.granularities,
            period: { _ in ClickQuestion.periodMilliseconds })
        var question = try question(window, &query, call)
        question.group = try query.choice("group_by") ?? .time
        question.count = try query.choice("count") ?? .all
        question.limit = try lineLimit(&query)
        if try query.bool("series") ?? false {
            try query.finish()
            return try series(window, question, call)
        }
        try query.finish()
        if question.group == .time { try window.refuseTooManyLines() }
        let (answer, asOf) = try call.services.analytics.snapshot { try ClickAnalytics.answer(question, on: $0) }
        return .ok(json(window, question, answer, asOf))
    }

    /// The lines by time of each of some links: the sparklines of a list, in one answer.
    private static func series(_ window: AnalyticsWindow, _ question: ClickQuestion, _ call: Call) throws -> Answer {
        guard question.group == .link, !question.links.isEmpty else {
            throw Problem.invalidParameter("series", "Send group_by=link, and a link_id for each link.")
        }
        try window.refuseTooManyLines(for: question.links.count)
        let (series, asOf) = try call.services.analytics.snapshot { try ClickAnalytics.series(question, on: $0) }
        var object = members(window, question, total: series.reduce(0) { $0 + $1.clicks }, asOf)
        let rest = series.dropFirst(question.limit)
        object["groups"] = .array(series.prefix(question.limit).map { line in
            let steps = line.steps.map { window.line($0.value, ["clicks": JSON($0.clicks)], isTime: true) }
            return ["value": .string(line.link.description), "clicks": JSON(line.clicks), "series": .array(steps)]
        })
        object["other"] = ["values": JSON(rest.count), "clicks": JSON(rest.reduce(0) { $0 + $1.clicks })]
        return .ok(.object(object))
    }

    /// The clicks themselves, as one file that is made while it is sent.
    static func export(_ call: Call) throws -> Answer {
        var query = try call.query()
        let format: ExportFormat = try query.choice("format") ?? .ndjson
        let window = try AnalyticsWindow(
            &query, call, intervals: Interval.all, granularities: [], period: { _ in ClickQuestion.periodMilliseconds })
        let question = try question(window, &query, call)
        try query.finish()
        let (analytics, reports, workspace) = (call.services.analytics, call.services.reports, call.workspace)
        return try call.export("clicks", as: format, atMost: ClickExport.limit) {
            try analytics.snapshot { try ClickAnalytics.kept(question, on: $0) }.answer > ClickExport.limit
        } write: { send in
            try ClickExport.write(
                format, question, reading: { page in try reports.goOn(for: workspace) { try analytics.read(page) } }, to: send)
        }
    }

    /// Which clicks are asked for.
    private static func question(_ window: AnalyticsWindow, _ query: inout Query, _ call: Call) throws -> ClickQuestion {
        var question = ClickQuestion(
            workspace: call.workspace, start: window.start, end: window.end, zone: window.zone, granularity: window.granularity)
        question.links = try links(&query)
        question.domain = try query.domain(call)?.host
        question.tag = try query.value("tag").map(Tag.spelling(of:))
        question.filters = try filters(&query)
        return question
    }

    /// How many values an answer has; visitors can make any number.
    static func lineLimit(_ query: inout Query) throws(Problem) -> Int { try query.integer("limit", in: 1...1000) ?? 100 }

    private static func json(
        _ window: AnalyticsWindow, _ question: ClickQuestion, _ answer: ClickAnswer, _ asOf: Timestamp
    ) -> JSON {
        var object = members(window, question, total: answer.total, asOf)
        for (name, value) in window.lines(answer, isTime: question.group == .time, counting: "clicks") { object[name] = value }
        return .object(object)
    }

    private static func members(_ window: AnalyticsWindow, _ question: ClickQuestion, total: Int, _ asOf: Timestamp) -> JSONObject {
        var object = window.members(asOf: asOf)
        object["group_by"] = .string(question.group.rawValue)
        object["count"] = .string(question.count.rawValue)
        object["total"] = JSON(total)
        return object
    }

    /// The values that each group may have; the empty one stands for clicks that have none.
    private static func filters(_ query: inout Query) throws(Problem) -> [ClickQuestion.Group: [String]] {
        var filters: [ClickQuestion.Group: [String]] = [:]
        for group in ClickQuestion.Group.filters {
            let (name, values) = (group.rawValue, query.values(group.rawValue))
            guard values.count <= filterLimit else {
                throw .invalidParameter(name, "Send at most \(filterLimit) values.")
            }
            if let choices = group.choices, let wrong = values.first(where: { !choices.contains($0) }) {
                throw .invalidParameter(name, "\"\(wrong)\" is none of: \(choices.joined(separator: ", ")).")
            }
            if !values.isEmpty { filters[group] = values }
        }
        return filters
    }

    private static let filterLimit = 100

    private static func links(_ query: inout Query) throws(Problem) -> [LinkID] {
        let texts = query.values("link_id")
        guard texts.count <= filterLimit else { throw .invalidParameter("link_id", "Send at most \(filterLimit) links.") }
        return try texts.map { text throws(Problem) in
            guard let id = LinkID(text) else { throw .invalidParameter("link_id", "Use the id of a link, lnk_….") }
            return id
        }
    }
}

extension AnalyticsWindow {
    /// The lines of an answer, and what those beyond the limit come to together. Time has all its lines.
    func lines(_ answer: ClickAnswer, isTime: Bool, counting name: String) -> [(name: String, value: JSON)] {
        let other: JSONObject = ["values": JSON(answer.other.values), name: JSON(answer.other.clicks)]
        return [
            ("groups", .array(answer.groups.map { line($0.value, [name: JSON($0.clicks)], isTime: isTime) })),
            ("other", .object(other)),
        ]
    }
}
