import Glibc
import HTTP
import JSON
import MariaDB
import Model
import Store
import Support
import Synchronization
import Testing

@testable import API
@testable import Resources
import Work

/// What is made in a sandbox goes for good after thirty days, and with its workspace.
@Suite("A sandbox")
struct SandboxRetentionTests {
    let stage: Stage
    let (manager, key): (String, String)
    /// Does what `maskctl maintain` does.
    let office: Office

    init() throws {
        stage = try Stage()
        (manager, key) = (try stage.makeManager(), try stage.testKey())
        office = Office(site: stage.services.site, store: stage.backdoor, redis: stage.services.redis)
    }

    /// Tests beside have sandboxes of their own, and things in them.
    private func clear(at now: Timestamp) throws {
        let sandbox = stage.workspace.id.sandbox
        #expect(try stage.backdoor.read { try APIKeys.sandboxes(on: $0) }.contains(sandbox))
        _ = try office.clear(sandbox, at: now)
    }

    private func id(_ response: Response) -> String { response.json["id"]?.stringValue ?? "" }

    /// One of everything, by its path; two of links, one of which is deleted.
    private func populate(key: String, host: String) throws -> [String] {
        func make(_ path: String, _ body: String) throws -> String {
            let response = stage.ask(.post, path, body, key: key)
            try #require(response.status == 201, "\(path) \(response.text)")
            return path + "/" + id(response)
        }
        let link = try make("/links", #"{"url": "https://example.com/", "slug": "own-\#(randomHex(6))"}"#)
        let deleted = try make("/links", #"{"url": "https://example.com/deleted"}"#)
        #expect(stage.ask(.delete, deleted, key: key).status == 204)
        let code = try make("/qr-codes", #"{"link_id": "\#(link.split(separator: "/")[1])"}"#)
        let page = try make("/bio-pages", #"{"title": "Ada", "blocks": [{"type": "link", "title": "a", "url": "https://example.com/a"}]}"#)
        #expect(stage.ask(.post, page + "/publish", key: key).status == 200)
        let webhook = try make("/webhooks", #"{"url": "https://example.com/hooks"}"#)
        let domain = try make("/domains", #"{"host": "\#(host)"}"#)
        return [link, code, page, webhook, domain]
    }

    private func statuses(_ paths: [String], key: String) -> [Int] { paths.map { stage.ask(.get, $0, key: key).status } }

    /// Rows under the sandbox's id, and its bin's, by table; of those that `maskctl maintain` clears by their age.
    private func rows() throws -> [String: Int] {
        var rows: [String: Int] = [:]
        for table in ["links", "link_texts", "link_tags", "link_totals", "deleted_objects", "qr_codes", "bio_pages", "bio_page_versions", "bio_page_links",
            "images", "webhooks", "webhook_lanes", "domains", "audit_log", "api_requests"]
        {
            let sandbox = stage.workspace.id.sandbox
            rows[table] = try stage.query("SELECT COUNT(*) FROM \(unsafeText: table) WHERE workspace_id IN (\(sandbox), \(sandbox.bin))")[0].integer(0)
        }
        return rows.filter { $0.value > 0 }
    }

    @Test("keeps what it has for thirty days, then has nothing left; what is real stays, and so does what is younger")
    func retention() throws {
        let test = try populate(key: key, host: "go.\(stage.workspace.slug).test")
        let live = try populate(key: manager, host: "go-\(randomHex(6)).example")
        let link = stage.ask(.get, test[0], key: key).json
        let slug = "/" + (link["slug"]?.stringValue ?? "")
        #expect(stage.testVisit(slug).status == 302)
        try stage.load()
        try clear(at: Timestamp.now().adding(days: 29))
        #expect(statuses(test, key: key) == [200, 200, 200, 200, 200])
        let keys = stage.ask(.get, "/api-keys", key: manager).items("id").count
        try clear(at: Timestamp.now().adding(days: 31))
        #expect(statuses(test, key: key) == [404, 404, 404, 404, 404])
        try stage.load()
        #expect(try rows().keys.sorted() == ["api_requests"], "that just now it was asked for")
        #expect(stage.ask(.get, "/links?state=deleted", key: key).items("id") == [])
        #expect(eventually { stage.testVisit(slug).status == 404 })
        #expect(statuses(live, key: manager) == [200, 200, 200, 200, 200])
        #expect(stage.ask(.get, "/links?state=deleted", key: manager).items("id").count == 1)
        #expect(stage.ask(.get, "/api-keys", key: manager).items("id").count == keys)
        // The key works on, in an empty sandbox.
        #expect(stage.ask(.post, "/links", #"{"url": "https://example.com/"}"#, key: key).status == 201)
    }

    @Test("keeps a host and an image for as long as something younger is on them, and shows them")
    func used() throws {
        let host = "go.\(stage.workspace.slug).test"
        let domain = stage.ask(.post, "/domains", #"{"host": "\#(host)"}"#, key: key)
        #expect(stage.ask(.post, "/domains/\(id(domain))/verify", key: key).json["status"] == "verified")
        var upload = stage.request(.post, "/v1/images")
        (upload.body, upload.fields.contentType, upload.fields.authorization) = (try Stage.picture().png(), "image/png", "Bearer " + key)
        let image = stage.respond(to: upload)
        #expect(image.json["image_url"]?.stringValue?.hasPrefix("https://mask.test.test/") == true)
        let body = #"{"title": "Ada", "domain": "\#(host)", "avatar": "\#(id(image))"}"#
        let page = stage.ask(.post, "/bio-pages", body, key: key)
        try #require(page.status == 201, "\(page.text)")
        try age(#require(DomainID(id(domain))), #require(ImageID(id(image))))
        try clear(at: .now())
        #expect(try rows()["domains"] == 1 && rows()["images"] == 1 && rows()["bio_pages"] == 1)
        #expect(stage.ask(.delete, "/bio-pages/\(id(page))?purge=true", key: key).status == 204)
        try clear(at: .now())
        #expect(try rows()["domains"] == nil && rows()["images"] == nil)
    }

    @Test("shows no link that has gone on a page that is younger")
    func shownLink() throws {
        let slug = "ada-" + randomHex(6)
        let link = stage.ask(.post, "/links", #"{"url": "https://example.com/old"}"#, key: key)
        usleep(5_000)
        let end = Timestamp.now()
        usleep(5_000)
        let blocks = #"[{"type": "link", "title": "Notes", "link_id": "\#(id(link))"}, {"type": "link", "title": "Blog", "url": "https://example.com/new"}]"#
        let page = stage.ask(.post, "/bio-pages", #"{"title": "Ada", "slug": "\#(slug)", "blocks": \#(blocks)}"#, key: key)
        #expect(stage.ask(.post, "/bio-pages/\(id(page))/publish", key: key).status == 200)
        let shown = stage.testVisit("/" + slug).text
        #expect(shown.contains("Notes") && shown.contains("Blog"))
        try clear(at: end.adding(days: 30))
        #expect(statuses(["/links/\(id(link))", "/bio-pages/\(id(page))"], key: key) == [404, 200])
        #expect(eventually {
            let shown = stage.testVisit("/" + slug).text
            return !shown.contains("Notes") && shown.contains("Blog")
        })
    }

    @Test("has nothing left either where somebody keeps changing what is to go", arguments: 1...5)
    func changed(attempt: Int) throws {
        let pages = (0..<40).map { stage.ask(.post, "/bio-pages", #"{"title": "Ada \#($0)"}"#, key: key) }.map(id)
        let webhooks = (0..<10).map { stage.ask(.post, "/webhooks", #"{"url": "https://example.com/\#($0)"}"#, key: key) }.map(id)
        let paths = pages.map { ("/bio-pages/" + $0, "title") } + webhooks.map { ("/webhooks/" + $0, "description") }
        let isDone = Atomic(false)
        _ = try inParallel(4) { number in
            if number == 0 {
                defer { isDone.store(true, ordering: .relaxed) }
                try clear(at: Timestamp.now().adding(days: 31))
            } else {
                var count = 0
                while !isDone.load(ordering: .relaxed) {
                    for (path, field) in paths.reversed() where !isDone.load(ordering: .relaxed) {
                        count += 1
                        _ = stage.ask(.patch, path, #"{"\#(field)": "Changed \#(number) \#(count)"}"#, key: key)
                    }
                }
            }
        }
        #expect(statuses(paths.map(\.0), key: key).allSatisfy { $0 == 404 })
    }

    /// Makes a domain and an image forty days older: their ids say when they were made.
    private func age(_ domain: DomainID, _ image: ImageID) throws {
        func older<Kind>(_ id: Identifier<Kind>) -> Identifier<Kind> { Identifier(ULID(value: id.ulid.value - UInt128(40 * 86_400_000) << 80)) }
        try stage.backdoor.write { connection in
            try connection.run("SET foreign_key_checks = 0")
            try connection.execute("UPDATE domains SET id = \(older(domain)) WHERE id = \(domain)")
            for table: SQL in ["links", "bio_pages"] {
                try connection.execute("UPDATE \(table) SET domain_id = \(older(domain)) WHERE domain_id = \(domain)")
            }
            try connection.run("SET foreign_key_checks = 1")
            try connection.execute("UPDATE images SET id = \(older(image)) WHERE id = \(image)")
            try connection.execute("""
                UPDATE bio_pages SET draft = REPLACE(draft, \(image.description), \(older(image).description))
                WHERE domain_id = \(older(domain))
                """)
        }
    }

    @Test("goes with its workspace: its links lead nowhere at once, its keys end, and no row stays")
    func deletion() throws {
        _ = try populate(key: key, host: "go.\(stage.workspace.slug).test")
        let slug = "/" + (stage.ask(.get, "/links?limit=1&sort=created_at", key: key).json["data"]?[0]?["slug"]?.stringValue ?? "")
        #expect(stage.testVisit(slug).status == 302)
        let sysadmin = Sysadmin(stage.services.site, stage.backdoor, stage.services.redis, memory: stage.memory)
        try stage.listen(stage.services)
        #expect(try sysadmin.deleteWorkspace(stage.workspace.slug) > 0)
        #expect(stage.ask(.get, "/links", key: key).status == 401)
        #expect(eventually { stage.testVisit(slug).status == 404 })
        #expect(try rows() == [:])
        #expect(try sysadmin.deleteWorkspace(stage.workspace.slug) == 0)
    }
}
