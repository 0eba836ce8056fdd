import HTTP
import JSON
import LinkStore
import Model
import Store
import Support
import Testing

@testable import API
@testable import Resources

/// What is deleted can be restored for thirty days, and keeps its slug until then.
@Suite("Deletion")
struct DeletionTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    private func id(_ json: JSON) -> String { json["id"]?.stringValue ?? "" }
    private func path(_ link: JSON) -> String { "/links/\(id(link))" }
    private func ids(_ target: String) -> [String] { (stage.ask(.get, target).json["data"]?.arrayValue ?? []).map(id) }
    private func actions(of resource: String) throws -> [String] {
        try stage.query("SELECT action FROM audit_log WHERE workspace_id = \(stage.workspace.id) AND resource = \(resource) ORDER BY id")
            .map { try $0.string(0) }
    }
    private func events() throws -> [String] {
        try stage.query("SELECT type FROM events WHERE workspace_id = \(stage.workspace.id) ORDER BY id").map { try $0.string(0) }
    }

    // MARK: Links

    @Test("a deleted link is gone at once, and comes back as it was: slug, clicks, tags, external id and QR codes")
    func restore() throws {
        let link = try stage.create(["slug": "spring", "tags": ["q1"], "external_id": "crm-1", "title": "Spring", "max_clicks": 9])
        let code = stage.ask(.post, "/qr-codes", #"{"link_id": "\#(id(link))", "name": "Poster"}"#).json
        #expect(stage.follow("/spring").status == 302)
        #expect(try stage.load() == 1)
        #expect(stage.ask(.delete, path(link)).status == 204)
        #expect(stage.follow("/spring").status == 404)
        #expect(stage.ask(.get, path(link)).status == 404)
        #expect(stage.ask(.get, "/qr-codes/\(id(code))").status == 404)
        #expect(ids("/links?search=spring") == [])

        let deleted = stage.ask(.get, "/links?state=deleted&search=spring&tag=q1").json["data"]?.arrayValue ?? []
        #expect(deleted.map(id) == [id(link)])
        #expect(deleted.first?["clicks"] == 1)
        #expect(deleted.first?["deleted_at"]?.stringValue != nil)

        let restored = stage.ask(.post, path(link) + "/restore")
        #expect(restored.status == 200)
        #expect(restored[.eTag]?.hasPrefix(#""2-"#) == true)
        for name in ["slug", "tags", "external_id", "title", "max_clicks", "created_at"] { #expect(restored.json[name] == link[name]) }
        #expect(restored.json["clicks"] == 1)
        #expect(restored.json["deleted_at"] == .null)
        #expect(stage.follow("/spring").status == 302)
        #expect(ids("/links?search=spring") == [id(link)])
        #expect(ids("/links?state=deleted") == [])
        #expect(stage.ask(.get, "/qr-codes/\(id(code))").json["name"] == "Poster")
        #expect(try actions(of: id(link)) == ["link.created", "link.deleted", "link.restored"])
        #expect(try events().filter { $0.hasPrefix("link.") } == ["link.created", "link.deleted", "link.created"])
    }

    @Test("clicks that were loaded after the deletion count when the link is back")
    func lateClicks() throws {
        let link = try stage.create(["slug": "late"])
        #expect(stage.follow("/late").status == 302)
        #expect(stage.ask(.delete, path(link)).status == 204)
        #expect(try stage.load() == 1)
        #expect(stage.ask(.post, path(link) + "/restore").json["clicks"] == 1)
    }

    @Test("a slug that something deleted keeps says so, and tells both ways")
    func slug() throws {
        let link = try stage.create(["slug": "spring"])
        #expect(stage.ask(.delete, path(link)).status == 204)
        let body = #"{"url": "https://example.com/", "domain": "\#(stage.host)", "slug": "spring"}"#
        let refused = stage.ask(.post, "/links", body)
        #expect(refused.status == 409)
        #expect(refused.json["code"] == "slug_deleted")
        #expect(refused.json["deleted_id"] == link["id"])
        #expect(refused.json["detail"]?.stringValue == """
            \(id(link)), which was deleted, keeps spring. Restore it with POST /links/\(id(link))/restore, free the slug with \
            DELETE /links/\(id(link))?purge=true, or choose another slug.
            """)
        let other = try stage.create(["slug": "summer"])
        #expect(stage.ask(.patch, path(other), #"{"slug": "spring"}"#).json["code"] == "slug_deleted")
        let bulk = stage.ask(.post, "/links/bulk", #"{"links": [\#(body)]}"#).json["results"]?.arrayValue?.first
        #expect(bulk?["error"]?["code"] == "slug_deleted")
        #expect(stage.ask(.post, "/bio-pages", #"{"slug": "spring", "domain": "\#(stage.host)", "title": "S"}"#).json["code"] == "slug_deleted")

        #expect(stage.ask(.delete, path(link) + "?purge=true").status == 204)
        #expect(stage.ask(.post, "/links", body).status == 201)
        #expect(stage.ask(.post, path(link) + "/restore").status == 404)
        #expect(try actions(of: id(link)).sorted() == ["link.created", "link.deleted", "link.purged"])
    }

    @Test("to another workspace a deleted link's slug is taken, as any other")
    func stranger() throws {
        let link = try stage.create(["slug": "shared"])
        #expect(stage.ask(.delete, path(link)).status == 204)
        var found: Deleted?
        var mine = try #require(try stage.store.read { try Links.find([LinkID(id(link))!], in: stage.workspace.id.bin, on: $0) }.values.first)
        mine.workspace = stage.workspace.id
        found = try stage.store.read { try Links.discarded(at: mine, on: $0) }
        #expect(found?.id == id(link))
        mine.workspace = .new()
        found = try stage.store.read { try Links.discarded(at: mine, on: $0) }
        #expect(found == nil)
    }

    @Test("an external id is free after the deletion; who took it keeps it, and the restoration is refused")
    func externalID() throws {
        let link = try stage.create(["external_id": "crm-1"])
        #expect(stage.ask(.delete, path(link)).status == 204)
        let next = try stage.create(["external_id": "crm-1"])
        let refused = stage.ask(.post, path(link) + "/restore")
        #expect(refused.status == 409)
        #expect(refused.json["code"] == "external_id_taken")
        #expect(ids("/links?state=deleted") == [id(link)])
        #expect(stage.ask(.patch, path(next), #"{"external_id": null}"#).status == 200)
        #expect(stage.ask(.post, path(link) + "/restore").json["external_id"] == "crm-1")
    }

    @Test("what is purged is gone at once, deleted before or not")
    func purge() throws {
        let link = try stage.create(["slug": "secret"])
        #expect(stage.ask(.delete, path(link) + "?purge=true").status == 204)
        #expect(ids("/links?state=deleted") == [])
        #expect(try actions(of: id(link)).sorted() == ["link.created", "link.deleted", "link.purged"])
        #expect(stage.ask(.delete, path(link) + "?purge=true").status == 404)
        #expect(stage.ask(.delete, path(link) + "?purge=yes").status == 400)
    }

    @Test("a restoration, a deletion and a purge that nginx repeats under the same request id are answered as the first time")
    func repetitions() throws {
        let link = try stage.create([:])
        for request in [
            stage.request(.delete, "/v1" + path(link)), stage.request(.post, "/v1" + path(link) + "/restore"),
            stage.request(.delete, "/v1" + path(link) + "?purge=true"),
        ] {
            let first = stage.respond(to: request), second = stage.respond(to: request)
            #expect((200...204).contains(first.status))
            #expect(second.status == first.status)
        }
        #expect(try actions(of: id(link)).sorted() == ["link.created", "link.deleted", "link.deleted", "link.purged", "link.restored"])
    }

    @Test("many come back together; each has its own result")
    func bulk() throws {
        let links = try (0..<3).map { try stage.create(["external_id": .string("e\($0)")]) }
        let body = JSON.object(["ids": JSON(links.map(id))]).text
        #expect(stage.ask(.delete, "/links/bulk", body).json["succeeded"] == 3)
        try stage.create(["external_id": "e1"])
        let answer = stage.ask(.post, "/links/bulk/restore", body).json
        #expect(answer["succeeded"] == 2)
        #expect(answer["results"]?.arrayValue?.map { $0["status"] } == [200, 409, 200])
        #expect(ids("/links?state=deleted") == [id(links[1])])
        #expect(stage.ask(.delete, "/links/bulk", JSON.object(["ids": JSON(links.map(id)), "purge": true]).text).json["succeeded"] == 3)
        #expect(ids("/links?state=deleted") == [])
    }

    @Test("a disabled link lies in the bin as one, and comes back as one")
    func disabled() throws {
        let links = try [true, false].map { try stage.create(["disabled": .bool($0)]) }
        for link in links { #expect(stage.ask(.delete, path(link)).status == 204) }
        let listed = stage.ask(.get, "/links?state=deleted").json["data"]?.arrayValue ?? []
        #expect(listed.map { $0["disabled"] } == [false, true])
        #expect(links.map { stage.ask(.post, path($0) + "/restore").json["disabled"] } == [true, false])
    }

    @Test("what is left of max_clicks is what it was before")
    func budget() throws {
        let link = try stage.create(["slug": "twice", "max_clicks": 2])
        #expect(stage.follow("/twice").status == 302)
        #expect(stage.ask(.delete, path(link)).status == 204)
        // A worker that did not know yet.
        let id = try #require(LinkID(id(link)))
        try stage.tamper("""
            INSERT INTO link_budgets (workspace_id, link_id, taken, requests) VALUES (\(stage.workspace.id), \(id), 1, \([UInt8](repeating: 1, count: 16)))
            """)
        #expect(stage.ask(.post, path(link) + "/restore").status == 200)
        #expect(stage.follow("/twice").status == 410)
    }

    @Test("a click that was loaded while its link lay in the bin counts for the link's domain")
    func domainOfLateClicks() throws {
        let link = try stage.create(["slug": "late-domain"])
        #expect(stage.follow("/late-domain").status == 302)
        #expect(stage.ask(.delete, path(link)).status == 204)
        #expect(try stage.load() == 1)
        #expect(stage.ask(.post, path(link) + "/restore").status == 200)
        #expect(stage.ask(.get, "/analytics/clicks?interval=24h&group_by=domain").json["groups"]?.arrayValue?.first?["value"] == .string(stage.host))
    }

    @Test("a bin holds as many of a kind as the workspace may have; the oldest make room")
    func room() throws {
        try stage.sysadmin.setQuota(.links, to: 2, of: stage.workspace)
        try stage.sysadmin.setQuota(.qrCodes, to: 1, of: stage.workspace)
        let links = try (0..<3).map { number in
            let link = try stage.create(["slug": .string("room-\(number)")])
            #expect(stage.ask(.post, "/qr-codes", #"{"link_id": "\#(id(link))"}"#).status == 201)
            #expect(stage.ask(.delete, path(link)).status == 204)
            return link
        }
        #expect(ids("/links?state=deleted") == [id(links[2]), id(links[1])])
        let codes = try stage.query("SELECT COUNT(*) FROM qr_codes WHERE workspace_id = \(stage.workspace.id.bin)")
        #expect(try codes[0].integer(0) == 1)
    }

    @Test("the workspace needs room for what comes back")
    func quota() throws {
        let links = try (0..<2).map { _ in try stage.create([:]) }
        for link in links { #expect(stage.ask(.delete, path(link)).status == 204) }
        try stage.sysadmin.setQuota(.links, to: 1, of: stage.workspace)
        #expect(stage.ask(.post, path(links[0]) + "/restore").status == 200)
        #expect(stage.ask(.post, path(links[1]) + "/restore").json["code"] == "quota_exceeded")
    }

    @Test("thirty days later maintenance has purged it, and the slug is free")
    func retention() throws {
        let (old, new) = (try stage.create(["slug": "old"]), try stage.create(["slug": "new"]))
        let page = try stage.newPage(["slug": "old-page"])
        for link in [old, new] { #expect(stage.ask(.delete, path(link)).status == 204) }
        #expect(stage.ask(.delete, "/bio-pages/\(id(page))").status == 204)
        try stage.tamper("""
            UPDATE deleted_objects SET deleted_at = deleted_at - INTERVAL 30 DAY - INTERVAL 1 MINUTE
            WHERE workspace_id = \(stage.workspace.id.bin) AND object_id <> \(LinkID(id(new))!)
            """)
        try DeletedObjects.settle(in: stage.store, at: .now())
        #expect(ids("/links?state=deleted") == [id(new)])
        #expect(ids("/bio-pages?state=deleted") == [])
        try stage.create(["slug": "old"])
        try stage.create(["slug": "old-page"])
    }

    @Test("a domain can go when all that is on it was deleted; that cannot be restored from then on")
    func domain() throws {
        let host = "go-\(randomHex(4)).example"
        let domain = try stage.sysadmin.addDomain(HostName(validating: host), to: stage.workspace)
        let link = try stage.create(["domain": .string(host)])
        let key = try stage.domainKey()
        #expect(stage.send(.delete, "/domains/\(domain.id)", key: key).json["code"] == "domain_in_use")
        #expect(stage.ask(.delete, path(link)).status == 204)
        #expect(stage.send(.delete, "/domains/\(domain.id)", key: key).status == 204)
        #expect(stage.ask(.post, path(link) + "/restore").status == 404)
        #expect(ids("/links?state=deleted") == [])
    }

    // MARK: QR codes and pages

    @Test("a QR code that was deleted comes back, while its link is there")
    func qrCode() throws {
        let link = try stage.create([:])
        let code = stage.ask(.post, "/qr-codes", #"{"link_id": "\#(id(link))"}"#).json
        #expect(stage.ask(.delete, "/qr-codes/\(id(code))").status == 204)
        #expect(ids("/qr-codes") == [])
        #expect(ids("/qr-codes?state=deleted") == [id(code)])
        #expect(stage.ask(.delete, path(link)).status == 204)
        let refused = stage.ask(.post, "/qr-codes/\(id(code))/restore")
        #expect(refused.json["code"] == "link_deleted")
        #expect(stage.ask(.post, path(link) + "/restore").status == 200)
        #expect(ids("/qr-codes") == [], "it was deleted by itself")
        #expect(stage.ask(.post, "/qr-codes/\(id(code))/restore").status == 200)
        #expect(ids("/qr-codes") == [id(code)])
        #expect(try actions(of: id(code)) == ["qr_code.created", "qr_code.deleted", "qr_code.restored"])
        #expect(stage.ask(.delete, "/qr-codes/\(id(code))?purge=true").status == 204)
        #expect(ids("/qr-codes?state=deleted") == [])
    }

    @Test("a page comes back as its visitors saw it, with the links that it made")
    func page() throws {
        let page = try stage.publishedPage(["blocks": [["type": "link", "title": "Notes", "url": "https://example.com/notes"]]])
        let made = ids("/links")
        #expect(!made.isEmpty)
        #expect(stage.file(page.slug) != nil)
        #expect(stage.ask(.delete, "/bio-pages/\(page.id)").status == 204)
        #expect(stage.file(page.slug) == nil)
        #expect(stage.follow("/" + page.slug).status == 404)
        #expect(ids("/bio-pages") == [])
        #expect(ids("/links") == [])
        let listed = stage.ask(.get, "/bio-pages?state=deleted").json["data"]?.arrayValue?.first
        #expect(listed?["id"] == .string(page.id))
        #expect(listed?["deleted_at"]?.stringValue != nil)
        let body = #"{"url": "https://example.com/", "domain": "\#(stage.host)", "slug": "\#(page.slug)"}"#
        #expect(stage.ask(.post, "/links", body).json["deleted_id"] == .string(page.id))

        let restored = stage.ask(.post, "/bio-pages/\(page.id)/restore")
        #expect(restored.status == 200)
        #expect(restored.json["published"] == true)
        #expect(stage.follow("/" + page.slug).status == 200)
        #expect(ids("/links") == made)
        #expect(stage.ask(.delete, "/bio-pages/\(page.id)?purge=true").status == 204)
        #expect(stage.ask(.post, "/links", body).status == 201)
    }

    @Test("a link that its owner had deleted stays deleted when its page comes back, and one whose external id is taken comes without it")
    func madeLinks() throws {
        let blocks: JSON = [
            ["type": "link", "title": "One", "url": "https://example.com/one"], ["type": "link", "title": "Two", "url": "https://example.com/two"],
        ]
        let page = try stage.publishedPage(["blocks": blocks])
        let made = ids("/links")
        #expect(stage.ask(.delete, "/links/" + made[0]).status == 204)
        #expect(stage.ask(.patch, "/links/" + made[1], #"{"external_id": "x"}"#).status == 200)
        #expect(stage.ask(.delete, "/bio-pages/\(page.id)").status == 204)
        let other = try stage.create(["external_id": "x"])
        #expect(stage.ask(.post, "/bio-pages/\(page.id)/restore").status == 200)
        #expect(ids("/links") == [id(other), made[1]])
        #expect(stage.ask(.get, "/links/" + made[1]).json["external_id"] == .null)
        #expect(ids("/links?state=deleted") == [made[0]])
    }

    @Test("nobody restores what another workspace has deleted")
    func isolation() throws {
        let link = try stage.create([:])
        #expect(stage.ask(.delete, path(link)).status == 204)
        let other = try Stage()
        #expect(other.ask(.post, path(link) + "/restore").status == 404)
        #expect(other.ask(.get, "/links?state=deleted").json["data"] == [])
        #expect(stage.ask(.post, path(link) + "/restore").status == 200)
    }
}
