import HTTP
import Testing

@testable import API
@testable import Resources

/// Visitors can make any number of values: an answer has the largest, and the sum of the rest.
@Suite("Lines of an analytics answer")
struct AnalyticsLimitTests {
    let stage: Stage

    /// Clicks from five places: 5, 4, 3, 2, 1.
    init() throws {
        stage = try Stage()
        try stage.create(["slug": "a"])
        for (index, country) in ["DE", "FR", "IN", "US", "AT"].enumerated() {
            for _ in 0..<(5 - index) {
                var visit = stage.visit("/a")
                visit.country = country
                #expect(stage.application.respond(to: visit).status == 302)
            }
        }
        try stage.load()
    }

    private func ask(_ more: String) -> Response { stage.ask(.get, "/analytics/clicks?interval=24h&\(more)") }

    @Test("the largest values are told, the others in one sum, and all together are the total", arguments: 1...6)
    func limited(limit: Int) {
        let json = ask("group_by=country&limit=\(limit)").json
        let groups = json["groups"]?.arrayValue ?? []
        #expect(groups.compactMap { $0["clicks"]?.integerValue } == Array([5, 4, 3, 2, 1].prefix(limit)))
        let other = json["other"]?["clicks"]?.integerValue ?? -1
        #expect(json["other"]?["values"] == .integer(Int64(max(0, 5 - limit))))
        #expect(groups.reduce(0) { $0 + ($1["clicks"]?.integerValue ?? 0) } + other == 15 && json["total"] == 15)
    }

    @Test("a hundred are told where nothing is said")
    func standard() throws {
        for number in 0..<103 {
            #expect(stage.application.respond(to: stage.visit("/a?utm_source=s\(number)")).status == 302)
        }
        try stage.load()
        let json = ask("group_by=utm_source").json
        #expect(json["groups"]?.arrayValue?.count == 100 && json["other"] == ["values": 4, "clicks": 4])
    }

    @Test("lines of time are all told")
    func time() {
        let json = ask("limit=1").json
        #expect((json["groups"]?.arrayValue?.count ?? 0) >= 24 && json["other"] == ["values": 0, "clicks": 0])
    }

    @Test("views of a page are told in the same way")
    func page() throws {
        let id = try stage.newPage()["id"]?.stringValue ?? ""
        #expect(stage.ask(.get, "/bio-pages/\(id)/analytics?group_by=country&limit=1").json["other"] == ["values": 0, "views": 0])
        #expect(stage.ask(.get, "/bio-pages/\(id)/analytics?limit=0").status == 400)
    }

    @Test("a limit is 1 to 1000", arguments: ["0", "1001", "-1", "x", ""])
    func refused(limit: String) {
        #expect(ask("limit=\(limit)").json["parameter"] == "limit")
    }
}
