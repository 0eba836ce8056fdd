import AnalyticsStore
import API
import HTTP
import JSON
import Model
import Store

/// `/analytics/usage`: API requests, errors and latencies, over time or by key, member, endpoint and status, or both.
enum UsageResource {
    /// Days of which minutes are told; they are kept for a day longer.
    private static let minuteDays: Int64 = 7

    static func get(_ call: Call) throws -> Answer {
        var query = try call.query()
        let window = try AnalyticsWindow(&query, call, intervals: Interval.ofUsage, granularities: Granularity.allCases) {
            resolution($0).milliseconds
        }
        var question = UsageQuestion(
            workspace: call.workspace, start: window.start, end: window.end, resolution: resolution(window.granularity),
            zone: window.zone, granularity: window.granularity, group: try query.choice("group_by") ?? .time)
        question.caller = try caller(&query)
        question.endpoint = try endpoint(&query)
        question.status = try query.integer("status", in: 100...599)
        if try query.bool("series") ?? false { question.seriesLimit = AnalyticsWindow.lineLimit }
        try query.finish()
        try refuseOldMinutes(question, call)
        if question.group == .time || question.seriesLimit != nil { try window.refuseTooManyLines() }
        if question.group == .time && question.seriesLimit != nil {
            throw Problem.invalidParameter("series", "Group by something else than time, whose lines are the series.")
        }
        let (answer, asOf) = try call.services.analytics.snapshot { try counted(question, on: $0) }
        return .ok(json(window, question, answer, asOf))
    }

    private static func counted(_ question: UsageQuestion, on connection: Store.Connection) throws -> UsageAnalytics.Answer {
        do {
            return try UsageAnalytics.answer(question, on: connection)
        } catch let error as UsageAnalytics.TooManyLines {
            throw Problem.invalidParameter(
                "series", "\(error.groups) groups of \(error.steps) steps are more than \(AnalyticsWindow.lineLimit) lines: "
                    + "use a coarser granularity, a shorter window, or a filter such as key_id.")
        }
    }

    private static func resolution(_ granularity: Granularity) -> APIUsage.Resolution {
        granularity == .minute ? .minute : .quarter
    }

    private static func caller(_ query: inout Query) throws -> Caller? {
        let (key, member) = (try query.value("key_id"), try query.value("member_id"))
        switch (key, member) {
        case (nil, nil): return nil
        case (let text?, nil):
            guard let id = APIKeyID(text) else { throw Problem.invalidParameter("key_id", "Use the id of an API key, key_….") }
            return .key(id)
        case (nil, let text?):
            guard let id = MemberID(text) else { throw Problem.invalidParameter("member_id", "Use the id of a member, usr_….") }
            return .member(id)
        case (_?, _?): throw Problem.invalidParameter("member_id", "Use either key_id or member_id; a request is of one of them.")
        }
    }

    private static func endpoint(_ query: inout Query) throws -> String? {
        guard let name = try query.value("endpoint") else { return nil }
        guard name == "-" || Route.all.contains(where: { $0.name == name }) else {
            throw Problem.invalidParameter("endpoint", "Use a method and a path of the API, such as GET /links/{id}, or - for all others.")
        }
        return name
    }

    private static func refuseOldMinutes(_ question: UsageQuestion, _ call: Call) throws(Problem) {
        let oldest = call.now.milliseconds - minuteDays * 86_400_000 - 60_000
        guard question.resolution == .minute, question.start.milliseconds < oldest else { return }
        throw .invalidParameter("granularity", "Use hour or coarser; minutes are kept for \(minuteDays) days.")
    }

    private static func json(
        _ window: AnalyticsWindow, _ question: UsageQuestion, _ answer: UsageAnalytics.Answer, _ asOf: Timestamp
    ) -> JSON {
        var object = window.members(asOf: asOf)
        object["group_by"] = .string(question.group.rawValue)
        object["total"] = .object(members(answer.total))
        object["groups"] = .array(answer.groups.map { group in
            var line = members(group.usage)
            if question.seriesLimit != nil {
                line["series"] = .array(zip(answer.steps, group.series).map { window.line($0, members($1), isTime: true) })
            }
            return window.line(group.value, line, isTime: question.group == .time)
        })
        return .object(object)
    }

    private static func members(_ usage: Usage) -> JSONObject {
        [
            "requests": .integer(Int64(usage.requests)),
            "client_errors": .integer(Int64(usage.clientErrors)),
            "server_errors": .integer(Int64(usage.serverErrors)),
            "rate_limited": .integer(Int64(usage.rateLimited)),
            "latency_ms": [
                "p50": milliseconds(usage.latencies.quantile(0.5)), "p95": milliseconds(usage.latencies.quantile(0.95)),
                "p99": milliseconds(usage.latencies.quantile(0.99)),
            ],
        ]
    }

    private static func milliseconds(_ microseconds: Int?) -> JSON {
        microseconds.map { .double(Double($0) / 1000) } ?? .null
    }
}
