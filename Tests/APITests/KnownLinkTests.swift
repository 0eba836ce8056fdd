import HTTP
import JSON
import Model
import Store
import Support
import Testing

@testable import API
@testable import Resources

/// Links that are read by their ids come from memory, and are as they are.
@Suite("Links from memory")
struct KnownLinkTests {
    /// With a worker that hears of changes.
    private func stage() throws -> Stage {
        let stage = try Stage()
        stage.services.visits.changes.subscriptionBegan()
        return stage
    }

    private func rename(_ id: String, _ title: String, _ stage: Stage) throws {
        try stage.tamper("UPDATE links SET title = \(title) WHERE id = \(try #require(LinkID(id)))")
    }

    private func newLink(_ stage: Stage) throws -> String { try #require(try stage.create([:])["id"]?.stringValue) }

    private func title(_ id: String, _ stage: Stage) -> String? { stage.ask(.get, "/links/\(id)").json["title"]?.stringValue }

    @Test("a link that is read again comes from memory, as it was written the first time, in both dialects")
    func memory() throws {
        let stage = try stage()
        let id = try newLink(stage)
        let first = stage.ask(.get, "/links/\(id)")
        try rename(id, "behind its back", stage)
        let second = stage.ask(.get, "/links/\(id)")
        #expect(second.body == first.body)
        #expect(second[.eTag] == first[.eTag])
        var request = stage.request(.get, "/api/v1/links/\(id)")
        request.host = Stage.linkHost
        #expect(stage.respond(to: request).json["data"]?["originalUrl"] == first.json["url"])
    }

    @Test("a change, a click and a deletion show at once")
    func exact() throws {
        let stage = try stage()
        let made = try stage.create([:])
        let (id, slug) = (try #require(made["id"]?.stringValue), try #require(made["slug"]?.stringValue))
        for number in 1...3 {
            #expect(stage.ask(.get, "/links/\(id)").json["clicks"]?.integerValue == Int64(number) - 1)
            #expect(stage.ask(.patch, "/links/\(id)", #"{"title": "title \#(number)"}"#).status == 200)
            #expect(title(id, stage) == "title \(number)")
            #expect(stage.follow("/\(slug)").status == 302)
            try stage.load()
            #expect(stage.ask(.get, "/links/\(id)").json["clicks"]?.integerValue == Int64(number))
        }
        #expect(stage.ask(.delete, "/links/\(id)").status == 204)
        #expect(stage.ask(.get, "/links/\(id)").status == 404)
        #expect(stage.ask(.get, "/links/\(id)/qr").status == 404)
    }

    @Test("changes in bulk show at once")
    func bulk() throws {
        let stage = try stage()
        let ids = try (0..<3).map { _ in try newLink(stage) }
        for id in ids { _ = title(id, stage) }
        let changes: JSON = ["links": .array(ids.map { ["id": .string($0), "title": "new"] })]
        #expect(stage.ask(.patch, "/links/bulk", changes.text).status == 200)
        for id in ids { #expect(title(id, stage) == "new") }
        let deletions: JSON = ["ids": .array(ids.map { .string($0) })]
        #expect(stage.ask(.delete, "/links/bulk", deletions.text).status == 200)
        for id in ids { #expect(stage.ask(.get, "/links/\(id)").status == 404) }
    }

    @Test("a link that a page has made is gone with the page")
    func page() throws {
        let stage = try stage()
        let page = try stage.newPage(["blocks": [["type": "link", "title": "A URL", "url": "https://example.com/notes"]]])
        let id = try #require(page["id"]?.stringValue)
        stage.publish(id)
        let links = try #require(stage.ask(.get, "/links").json["data"]?.arrayValue)
        let link = try #require(links.first { $0["url"]?.stringValue == "https://example.com/notes" }?["id"]?.stringValue)
        #expect(stage.ask(.get, "/links/\(link)").status == 200)
        #expect(stage.ask(.delete, "/bio-pages/\(id)").status == 204)
        #expect(stage.ask(.get, "/links/\(link)").status == 404)
    }

    @Test("what another workspace's key asks for is not found, from memory either")
    func foreign() throws {
        let (stage, other) = (try stage(), try Stage())
        let id = try newLink(stage)
        _ = title(id, stage)
        #expect(stage.ask(.get, "/links/\(id)", key: other.key).status == 404)
    }

    @Test("while changes of other hosts are not heard of, nothing comes from memory")
    func unheard() throws {
        let stage = try stage()
        let id = try newLink(stage)
        _ = title(id, stage)
        try rename(id, "elsewhere", stage)
        #expect(title(id, stage) == nil)
        stage.services.visits.changes.subscriptionEnded()
        #expect(title(id, stage) == "elsewhere")
    }

    @Test("another host's word of a change or of clicks is heard")
    func heard() throws {
        let stage = try stage()
        let id = try newLink(stage)
        let link = try #require(LinkID(id))
        _ = title(id, stage)
        try rename(id, "first", stage)
        stage.services.visits.changes.hear(Place.link(link).key)
        #expect(title(id, stage) == "first")
        try rename(id, "second", stage)
        stage.services.visits.changes.hearClicks(of: [link])
        #expect(title(id, stage) == "second")
    }

    @Test("many who ask at the same moment each get their own link, or hear that there is none")
    func together() throws {
        let stage = try Stage()
        let ids = try (0..<8).map { _ in try newLink(stage) }
        let answers = try inParallel(8) { thread in
            (0..<20).map { _ in stage.ask(.get, "/links/\(ids[thread])").json["id"]?.stringValue }
        }
        #expect(answers.indices.allSatisfy { index in answers[index].allSatisfy { $0 == ids[index] } })
        #expect(stage.ask(.get, "/links/\(LinkID.new())").status == 404)
    }
}
