import AnalyticsStore
import API
import HTTP
import JSON
import Model
import LinkStore
import Store
import Work

/// `/bio-pages/{id}/analytics`: its views, over time or by what visitors have in common, and the clicks on each of its links.
enum PageAnalyticsResource {
    static func get(_ call: Call) throws -> Answer {
        var query = try call.query()
        let window = try AnalyticsWindow(
            &query, call, intervals: Interval.all, granularities: ClickQuestion.granularities,
            period: { _ in ClickQuestion.periodMilliseconds })
        let group = try query.value("group_by") { text throws -> ClickQuestion.Group in
            guard let group = ClickQuestion.Group.ofPages.first(where: { $0.rawValue == text }) else {
                let names = ClickQuestion.Group.ofPages.map(\.rawValue).joined(separator: ", ")
                throw FieldRefusal(code: "invalid_choice", message: "Use one of: \(names).")
            }
            return group
        }
        var question = ClickQuestion(
            workspace: call.workspace, start: window.start, end: window.end, zone: window.zone,
            granularity: window.granularity,
            group: group ?? .time, count: try query.choice("count") ?? .all)
        question.limit = try ClickResource.lineLimit(&query)
        try query.finish()
        if question.group == .time { try window.refuseTooManyLines() }
        let page = try call.page()
        question.page = page.viewsID
        return .ok(try json(window, question, page, call))
    }

    private static func json(
        _ window: AnalyticsWindow, _ question: ClickQuestion, _ page: BioPage, _ call: Call
    ) throws -> JSON {
        let ((views, links, clicks), asOf) = try call.services.analytics.snapshot { connection in
            let views = try ClickAnalytics.answer(question, on: connection)
            let ids = try BioPageVersions.links(of: page.id, in: page.workspace, on: connection).map(\.link)
            let links = try Links.find(ids, in: page.workspace, on: connection)
            return (views, links, try ClickAnalytics.clicks(of: Array(links.keys), question, on: connection))
        }
        var object = window.members(asOf: asOf)
        object["group_by"] = .string(question.group.rawValue)
        object["count"] = .string(question.count.rawValue)
        object["views"] = JSON(views.total)
        object["clicks"] = JSON(clicks.values.reduce(0, +))
        for (name, value) in window.lines(views, isTime: question.group == .time, counting: "views") { object[name] = value }
        object["links"] = .array(
            links.values.sorted { (clicks[$1.id] ?? 0, $0.id) < (clicks[$0.id] ?? 0, $1.id) }.map { link in
                [
                    "link_id": .string(link.id.description), "url": .string(link.settings.url),
                    "title": JSON(link.settings.title),
                    "short_url": .string(call.services.site.shortURL(host: link.host, slug: link.slug)),
                    "clicks": JSON(clicks[link.id] ?? 0),
                ]
            })
        return .object(object)
    }
}
