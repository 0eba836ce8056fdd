@testable import Access
import JSON
import Foundation
import HTTP
import Images
import Model
import Pages
import LinkStore
import Store
import Support
import Testing

@testable import API
@testable import Resources
@testable import Visits

/// Bio pages over the API. How they look: PagesTests; what nginx makes of them: EndToEnd/PageTests.
@Suite("Bio pages")
struct PageTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    // MARK: Whole exchanges

    @Test("a first page takes four fields")
    func creation() {
        stage.expect(
            """
            POST /v1/bio-pages HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY
            Content-Type: application/json

            {"slug": "$SLUG", "title": "Ada", "description": "Notes on engines", "blocks": [{"type": "link", "title": "Notes", "url": "https://example.com/notes"}]}

            HTTP/1.1 201 Created
            Cache-Control: private, no-store
            Content-Type: application/json
            ETag: "1-0"
            Location: /v1/bio-pages/page_…
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5999;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5999
            X-RateLimit-Reset: <time>

            {
              "id": "page_…",
              "slug": "$SLUG",
              "domain": "mask.test",
              "page_url": "https://mask.test/$SLUG",
              "title": "Ada",
              "description": "Notes on engines",
              "avatar": null,
              "language": "en",
              "theme": "paper",
              "colors": null,
              "seo": null,
              "social_card": null,
              "blocks": [
                {
                  "type": "link",
                  "title": "Notes",
                  "url": "https://example.com/notes",
                  "link_id": null,
                  "image": null,
                  "starts_at": null,
                  "ends_at": null
                }
              ],
              "published": false,
              "published_version": null,
              "published_at": null,
              "has_unpublished_changes": true,
              "views": 0,
              "last_viewed_at": null,
              "created_at": "<time>",
              "updated_at": "<time>",
              "deleted_at": null
            }
            """.replacing("$SLUG", with: "ada-" + randomHex(4)))
    }

    @Test("what a page shows of its blocks can be sent back as it is, whichever of url and link_id is null")
    func sentBack() throws {
        let link = try stage.create([:])["id"]?.stringValue ?? ""
        let page = try stage.newPage(["blocks": [
            ["type": "link", "title": "A URL", "url": "https://example.com/notes"],
            ["type": "link", "title": "A link", "link_id": .string(link)], ["type": "qr"],
        ]])
        let blocks = try #require(page["blocks"])
        #expect(blocks[1]?["url"] == JSON.null && blocks[1]?["link_id"]?.stringValue == link)
        let answer = stage.ask(.patch, "/bio-pages/\(page["id"]?.stringValue ?? "")", #"{"blocks": \#(String(decoding: blocks.serialized(), as: UTF8.self))}"#)
        #expect(answer.status == 200 && answer.json["blocks"] == blocks, "\(answer.text)")
    }

    // MARK: Publishing

    @Test("visitors see a page from publishing to unpublishing, and what was published, not the draft")
    func publishing() throws {
        let page = try stage.newPage(["blocks": [["type": "heading", "text": "First"]]])
        let (id, slug) = (page["id"]?.stringValue ?? "", page["slug"]?.stringValue ?? "")
        #expect(stage.follow("/" + slug).status == 404 && stage.file(slug) == nil)

        let published = stage.publish(id)
        #expect(
            published.status == 200 && published.json["published_version"] == 1
                && published.json["has_unpublished_changes"] == false)
        #expect(stage.file(slug)?.contains("First") == true)
        let visit = stage.follow("/" + slug)
        #expect(visit.status == 200 && visit.text == stage.file(slug), "a worker shows what nginx shows")
        #expect(visit[.contentSecurityPolicy] == PageVisits.policy && !PageVisits.policy.contains("unsafe"))
        let own = "<head>\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self' data:; style-src 'sha256-"
        #expect(visit.text.contains(own), "which styles it may have it says first of all")

        #expect(
            stage.ask(.patch, "/bio-pages/\(id)", #"{"blocks": [{"type": "heading", "text": "Second"}]}"#)
                .json["has_unpublished_changes"] == true)
        #expect(stage.file(slug)?.contains("First") == true)
        #expect(stage.ask(.get, "/bio-pages/\(id)/preview").whole.contains("Second"))

        let hidden = stage.ask(.post, "/bio-pages/\(id)/unpublish")
        #expect(hidden.status == 200 && hidden.json["published"] == false)
        #expect(stage.file(slug) == nil && stage.follow("/" + slug).status == 404)
        #expect(stage.ask(.post, "/bio-pages/\(id)/unpublish").status == 200, "twice is as good as once")
        try stage.load()
        let changes = try stage.query("""
            SELECT changed FROM api_requests
            WHERE workspace_id = \(stage.workspace.id) AND endpoint = 'POST /bio-pages/{id}/unpublish' ORDER BY changed
            """).map { try $0.bool(0) }
        #expect(changes == [false, true], "the second one has changed nothing")
    }

    @Test("publishing is an event and an entry of the audit log, in the same transaction as its effect")
    func traces() throws {
        let id = try stage.publishedPage().id
        let event = stage.ask(.get, "/events?type=page.published").json["data"]?[0]
        #expect(event?["data"]?["id"]?.stringValue == id && event?["data"]?["published"] == true)
        let actions = try stage.query("SELECT action FROM audit_log WHERE resource = \(id) ORDER BY at, id").map {
            try $0.string(0)
        }
        #expect(actions == ["page.created", "page.published"])
    }

    @Test("the stamp of the file grows with each publication, also within a second")
    func stamps() throws {
        let (id, slug) = try stage.publishedPage()
        let place: () throws -> Int = {
            try stage.query("SELECT CAST(stamp AS SIGNED) FROM bio_pages WHERE slug = \(slug)")[0].integer(0)
        }
        let first = try place()
        stage.publish(id)
        stage.publish(id)
        #expect(try place() >= first + 2)
    }

    @Test("a host that has no file yet, and one that missed a change, have it after one request or one sync")
    func otherHosts() throws {
        let (id, slug) = try stage.publishedPage(["title": "Here"])
        let site = stage.services.site
        let url = site.shortURL(host: stage.host, slug: slug)
        let other = Publisher(
            store: stage.store, directory: stage.spool.path + "/other", themes: TestThemes.folder,
            site: stage.services.site, logger: stage.services.logger)
        let file = "other/\(stage.host)/\(slug).html"
        #expect(try other.refresh(host: stage.host, slug: slug) == readFile(file))
        stage.ask(.patch, "/bio-pages/\(id)", #"{"title": "There"}"#)
        stage.publish(id)
        #expect(readFile(file).map { String(decoding: $0, as: UTF8.self).contains("Here") } == true)
        #expect(try other.synchronize().written.contains(url))
        #expect(readFile(file) == stage.fileBytes("\(stage.host)/\(slug).html"), "the same bytes on every host")
        // Another test may render all pages of the database anew meanwhile, and then they are to be written.
        #expect(try eventually { try !other.synchronize().written.contains(url) }, "nothing is written twice")
        #expect(stage.ask(.delete, "/bio-pages/\(id)").status == 204)
        #expect(try other.synchronize().removed.contains(url))
        #expect(readFile(file) == nil)
    }

    @Test("what is unpublished is taken away although no theme can be read; what is to be shown waits for one")
    func brokenThemes() throws {
        let (id, slug) = try stage.publishedPage()
        let other = Publisher(
            store: stage.store, directory: stage.spool.path + "/themeless", themes: stage.spool.path + "/no-themes",
            site: stage.services.site, logger: stage.services.logger)
        let file = "themeless/\(stage.host)/\(slug).html"
        let folder = stage.spool.path + "/themeless/" + stage.host
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        FileManager.default.createFile(atPath: folder + "/\(slug).html", contents: Data("old".utf8))
        #expect(throws: (any Error).self) { try other.refresh(host: stage.host, slug: slug) }
        #expect(stage.ask(.post, "/bio-pages/\(id)/unpublish").status == 200)
        #expect(try other.refresh(host: stage.host, slug: slug) == nil && readFile(file) == nil)
    }

    @Test("a link that moves while its page is being changed is not undone: every host renders what is newest")
    func stampMovesMeanwhile() throws {
        let (id, slug) = try stage.publishedPage()
        let page = try #require(try stage.store.read { try BioPages.find(host: stage.host, slug: slug, on: $0) })
        try stage.store.write { try BioPages.moveStamps(at: .now(), on: $0) }
        #expect(throws: ChangedMeanwhile.self) {
            try stage.store.write { connection in
                try connection.transaction { try BioPages.update(page, from: page.stamp, on: $0) }
            }
        }
        #expect(stage.ask(.patch, "/bio-pages/\(id)", #"{"title": "Later"}"#).status == 200)
        let now = try #require(try stage.store.read { try BioPages.find(host: stage.host, slug: slug, on: $0) })
        #expect(now.stamp > page.stamp)
    }

    private func readFile(_ path: String) -> [UInt8]? { stage.fileBytes("../" + path) }

    @Test("a link with a schedule appears and disappears by itself")
    func schedule() throws {
        let (start, end) = (Timestamp.now().adding(seconds: 3600), Timestamp.now().adding(seconds: 7200))
        let (_, slug) = try stage.publishedPage([
            "blocks": [
                [
                    "type": "link", "title": "Sale", "url": "https://example.com/", "starts_at": .string(start.rfc3339),
                    "ends_at": .string(end.rfc3339),
                ]
            ]
        ])
        #expect(stage.file(slug)?.contains("Sale") == false)
        let stamp = { try stage.query("SELECT CAST(stamp AS SIGNED), due_at FROM bio_pages WHERE slug = \(slug)")[0] }
        let before = try stamp().integer(0)
        _ = try stage.services.pages.synchronize(at: start)
        #expect(try stamp().integer(0) > before, "every host will render it anew")
        #expect(try stamp().string(1).hasPrefix(end.sql.prefix(19)))
        _ = try stage.services.pages.synchronize(at: end)
        #expect(try stamp().isNull(1), "nothing is to change any more")
    }

    // MARK: Links and figures

    @Test("a URL gets a short link when it is published, keeps it, and its clicks and the page's views are counted")
    func figures() throws {
        let (id, slug) = try stage.publishedPage([
            "blocks": [["type": "link", "title": "Notes", "url": "https://example.com/notes"]]
        ])
        let short = try #require(
            stage.file(slug)?.firstMatch(of: /class="link" href="https:\/\/[^"\/]+\/([A-Za-z0-9]{7})"/)
        ).output.1
        stage.publish(id)
        #expect(stage.file(slug)?.contains("/\(short)\"") == true, "the same link in every version")
        #expect(stage.follow("/\(short)")[.location] == "https://example.com/notes")
        var view = stage.visit("/_/view/\(slug).gif")
        for mark in ["", "&qr=1"] {
            view.fields.referer = "https://\(stage.host)/\(slug)?utm_source=chat" + mark
            view.id = randomHex(16)
            let pixel = stage.application.respond(to: view)
            #expect(
                pixel.status == 200 && pixel[.contentType] == "image/gif" && pixel[.cacheControl] == "private, no-store"
            )
        }
        #expect(
            stage.application.respond(to: stage.visit("/_/view/\(slug).gif", .head)).status == 200, "a look is no view")
        try stage.load()
        let figures = stage.ask(.get, "/bio-pages/\(id)/analytics?interval=24h&group_by=utm_source").json
        #expect(figures["views"] == 2 && figures["clicks"] == 1)
        #expect(figures["groups"] == [["value": "chat", "views": 2]])
        let triggers = stage.ask(.get, "/bio-pages/\(id)/analytics?interval=24h&group_by=trigger").json["groups"]
        #expect(triggers == [["value": "click", "views": 1], ["value": "qr", "views": 1]])
        #expect(figures["links"]?[0]?["url"] == "https://example.com/notes" && figures["links"]?[0]?["clicks"] == 1)
        #expect(stage.ask(.get, "/bio-pages/\(id)/analytics?count=unique").json["views"] == 1)
        #expect(stage.ask(.get, "/bio-pages/\(id)").json["views"] == 2)
        #expect(stage.ask(.get, "/analytics/clicks?interval=24h").json["total"] == 1, "views are no clicks")
    }

    @Test("a view that two pools answered is one view")
    func once() throws {
        let (id, slug) = try stage.publishedPage()
        let view = stage.visit("/_/view/\(slug).gif")
        for _ in 0..<2 { #expect(stage.application.respond(to: view).status == 200) }
        try stage.load()
        _ = stage.application.respond(to: view)
        try stage.load()
        #expect(stage.ask(.get, "/bio-pages/\(id)").json["views"] == 1)
    }

    @Test("a page and its links are gone together, and once they are purged the slug is free")
    func deletion() throws {
        let (id, slug) = try stage.publishedPage([
            "blocks": [["type": "link", "title": "Notes", "url": "https://example.com/notes"]]
        ])
        let own = try stage.create([:])["id"]
        stage.ask(
            .patch, "/bio-pages/\(id)",
            JSON.object([
                "blocks": [
                    ["type": "link", "title": "Own", "link_id": own ?? .null],
                    ["type": "link", "title": "Notes", "url": "https://example.com/notes"],
                ]
            ]).text)
        stage.publish(id)
        #expect(stage.ask(.get, "/links").json["data"]?.arrayValue?.count == 2)
        #expect(stage.ask(.delete, "/bio-pages/\(id)").status == 204)
        #expect(stage.file(slug) == nil && stage.follow("/" + slug).status == 404)
        #expect(
            stage.ask(.get, "/links").json["data"]?.arrayValue?.map { $0["id"] } == [own],
            "what the page made goes, the rest stays")
        #expect(stage.ask(.get, "/bio-pages/\(id)").status == 404)
        #expect(stage.ask(.delete, "/bio-pages/\(id)?purge=true").status == 204)
        try stage.create(["slug": .string(slug)])
    }

    @Test("a page follows a link that moves, and leads to the URL itself where the link is gone")
    func movedLinks() throws {
        let (_, slug) = try stage.publishedPage([
            "blocks": [["type": "link", "title": "Notes", "url": "https://example.com/notes"]]
        ])
        let link = stage.ask(.get, "/links").json["data"]?[0]?["id"]?.stringValue ?? ""
        stage.ask(.patch, "/links/\(link)", #"{"slug": "elsewhere"}"#)
        _ = try stage.services.pages.synchronize()
        #expect(stage.file(slug)?.contains("/elsewhere\"") == true)
        stage.ask(.delete, "/links/\(link)")
        _ = try stage.services.pages.synchronize()
        #expect(stage.file(slug)?.contains("href=\"https://example.com/notes\"") == true)
    }

    // MARK: History

    @Test("every publication is kept, and one call brings it back")
    func history() throws {
        let (id, slug) = try stage.publishedPage([
            "title": "One", "blocks": [["type": "link", "title": "A", "url": "https://example.com/a"]],
        ])
        for title in ["Two", "Three"] {
            stage.ask(.patch, "/bio-pages/\(id)", #"{"title": "\#(title)", "blocks": null}"#)
            stage.publish(id)
        }
        let versions = stage.ask(.get, "/bio-pages/\(id)/versions").json["data"]?.arrayValue ?? []
        #expect(versions.map { $0["number"] } == [3, 2, 1] && versions.map { $0["current"] } == [true, false, false])
        #expect(versions[0]["published_by"]?.stringValue == stage.keyID.description)
        #expect(stage.ask(.get, "/bio-pages/\(id)/versions/1").json["content"]?["title"] == "One")

        let draft = stage.ask(.post, "/bio-pages/\(id)/versions/2/restore").json
        #expect(draft["title"] == "Two" && draft["published_version"] == 3 && draft["has_unpublished_changes"] == true)
        let shown = stage.ask(.post, "/bio-pages/\(id)/versions/1/restore", #"{"publish": true}"#).json
        #expect(
            shown["title"] == "One" && shown["published_version"] == 4 && shown["blocks"]?[0]?["link_id"] == JSON.null)
        #expect(stage.file(slug)?.contains("<title>One</title>") == true)
        // A block whose link has been deleted since is left out.
        let link = try stage.create([:])["id"]?.stringValue ?? ""
        stage.ask(.patch, "/bio-pages/\(id)", #"{"blocks": [{"type": "link", "title": "L", "link_id": "\#(link)"}]}"#)
        stage.publish(id)
        #expect(stage.ask(.delete, "/links/\(link)").status == 204)
        let restored = stage.ask(.post, "/bio-pages/\(id)/versions/5/restore", #"{"publish": true}"#)
        #expect(restored.status == 200 && restored.json["blocks"] == [])
        for number in ["0", "7", "-1", "x", "99999999999999999999"] {
            #expect(stage.ask(.get, "/bio-pages/\(id)/versions/\(number)").status == 404)
        }
    }

    @Test("a page moves to another slug with its file, and nobody's change is lost")
    func moving() throws {
        let (id, slug) = try stage.publishedPage()
        let moved = stage.ask(.patch, "/bio-pages/\(id)", #"{"slug": "\#(slug)-2"}"#)
        #expect(moved.status == 200 && moved.json["page_url"]?.stringValue == "https://\(stage.host)/\(slug)-2")
        #expect(stage.file(slug) == nil && stage.file(slug + "-2")?.contains("/\(slug)-2\"") == true)
        #expect(stage.send(.patch, "/bio-pages/\(id)", #"{"title": "Late"}"#, ifMatch: "\"1\"").status == 412)
        #expect(stage.send(.post, "/bio-pages/\(id)/publish", ifMatch: "\"1\"").status == 412)
        #expect(stage.send(.get, "/bio-pages/\(id)", ifNoneMatch: moved[.eTag]).status == 304)
    }

    // MARK: Slugs

    @Test("a slug belongs to one link or page")
    func slugs() throws {
        let slug = "s" + randomHex(4)
        try stage.create(["slug": .string(slug)])
        let body = #"{"title": "Ada", "slug": "\#(slug)", "domain": "\#(stage.host)"}"#
        #expect(stage.ask(.post, "/bio-pages", body).code == "slug_taken")
        let page = try stage.newPage()
        let taken = JSON.object([
            "url": "https://example.com/", "slug": page["slug"] ?? .null, "domain": .string(stage.host),
        ]).text
        #expect(stage.ask(.post, "/links", taken).code == "slug_taken")
        let bulk = stage.ask(.post, "/links/bulk", #"{"links": [\#(taken)]}"#)
        #expect(bulk.results == ["409 slug_taken"])
        #expect(
            stage.ask(.patch, "/bio-pages/\(page["id"]?.stringValue ?? "")", #"{"slug": "\#(slug)"}"#).code
                == "slug_taken")
        let second = JSON.object(["title": "Ada", "slug": page["slug"] ?? .null, "domain": .string(stage.host)]).text
        #expect(stage.ask(.post, "/bio-pages", second).code == "slug_taken")
    }

    // MARK: Refusals

    private static let refused: [(body: String, problems: [String])] = [
        (#"{}"#, ["/title required"]),
        (#"{"title": " "}"#, ["/title empty"]),
        (#"{"title": "a\u0007"}"#, ["/title invalid_text"]),
        (#"{"title": "a\u009b2J"}"#, ["/title invalid_text"]), (#"{"title": "a\u202eb"}"#, ["/title invalid_text"]),
        (#"{"title": "A", "slug": "api"}"#, ["/slug reserved_slug"]),
        (#"{"title": "A", "slug": "V1"}"#, ["/slug reserved_slug"]),
        (#"{"title": "A", "slug": "robots.txt"}"#, ["/slug reserved_slug"]),
        (#"{"title": "A", "slug": "_"}"#, ["/slug invalid_slug"]),
        (#"{"title": "A", "slug": ".well-known"}"#, ["/slug invalid_slug"]),
        (#"{"title": "A", "slug": ".."}"#, ["/slug invalid_slug"]),
        (#"{"title": "A", "slug": "a/b"}"#, ["/slug invalid_slug"]),
        (#"{"title": "A", "slug": "%2e%2e"}"#, ["/slug invalid_slug"]),
        (#"{"title": "A", "slug": "a "}"#, ["/slug invalid_slug"]),
        (#"{"title": "A", "slug": "a\u202eb"}"#, ["/slug invalid_slug"]),
        (#"{"title": "A", "slug": "ada.qr"}"#, ["/slug invalid_slug"]),
        (#"{"title": "A", "slug": "\#(String(repeating: "語", count: 90))"}"#, ["/slug invalid_slug"]),
        (#"{"title": "A", "theme": "../paper"}"#, ["/theme unknown_theme"]),
        (#"{"title": "A", "theme": "_head"}"#, ["/theme unknown_theme"]),
        (#"{"title": "A", "language": "<b>"}"#, ["/language invalid_language"]),
        (#"{"title": "A", "colors": {"accent": "red;}body{display:none"}}"#, ["/colors/accent invalid_color"]),
        (##"{"title": "A", "colors": {"text": "#000000"}}"##, ["/colors/background required"]),
        (##"{"title": "A", "colors": {"text": "#777777", "background": "#888888"}}"##, ["/colors/text low_contrast"]),
        (#"{"title": "A", "avatar": "https://example.com/a.png"}"#, ["/avatar invalid_id"]),
        (#"{"title": "A", "avatar": "img_01kac7w8v0e3s5q9x2b4m6n8p9"}"#, ["/avatar unknown_image"]),
        (#"{"title": "A", "seo": {"keywords": "x"}}"#, ["/seo/keywords unknown_field"]),
        (#"{"title": "A", "blocks": {}}"#, ["/blocks invalid_type"]),
        (#"{"title": "A", "blocks": [{"type": "html", "html": "<b>"}]}"#, ["/blocks/0/type invalid_choice"]),
        (
            #"{"title": "A", "blocks": [{"type": "text", "text": "a", "html": "<b>"}]}"#,
            ["/blocks/0/html unknown_field"]
        ),
        (#"{"title": "A", "blocks": [{"type": "link", "title": "x"}]}"#, ["/blocks/0/url required"]),
        (
            #"{"title": "A", "blocks": [{"type": "link", "title": "x", "url": "https://mask.test/abc"}]}"#,
            ["/blocks/0/url own_host"]
        ),
        (
            #"{"title": "A", "blocks": [{"type": "link", "title": "x", "link_id": "lnk_01kac7w8v0e3s5q9x2b4m6n8p0"}]}"#,
            ["/blocks/0/link_id unknown_link"]
        ),
        (
            #"{"title": "A", "blocks": [{"type": "link", "title": "x", "url": "https://a.test/", "starts_at": "2026-01-02T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"}]}"#,
            ["/blocks/0/ends_at invalid_order"]
        ),
        (
            #"{"title": "A", "blocks": [{"type": "email", "address": "a@b?bcc=c@d.test"}]}"#,
            ["/blocks/0/address invalid_email"]
        ),
        (#"{"title": "A", "blocks": [{"type": "phone", "number": "1;ext=2"}]}"#, ["/blocks/0/number invalid_phone"]),
        (#"{"title": "A", "blocks": [{"type": "social", "profiles": []}]}"#, ["/blocks/0/profiles out_of_range"]),
        (
            #"{"title": "A", "blocks": [{"type": "social", "profiles": [{"network": "x", "url": "javascript:alert(1)"}]}]}"#,
            ["/blocks/0/profiles/0/url invalid_url"]
        ),
        (#"{"title": "A", "domain": "go.example.org"}"#, ["/domain unknown_domain"]),
        (#"{"title": "A", "publish": true}"#, ["/publish unknown_field"]),
    ]

    @Test("a page that cannot be right is refused with the place of each mistake", arguments: refused)
    func refusals(body: String, problems: [String]) {
        let response = stage.ask(.post, "/bio-pages", body)
        #expect(response.status == 422 && response.refusals == problems, "\(response.text)")
    }

    @Test(
        "an address with another scheme, or that browsers read in two ways, is refused",
        arguments: [
            "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", #"java\tscript:alert(1)"#,
            "data:text/html,x",
            "vbscript:x", "file:///etc/passwd", "blob:https://a.test/x", #"https://good.com\\@evil.com"#,
            "https://good.com@evil.com",
            "https:/evil.com", "///evil.com", "https://0x7f.1/", "https://2130706433/",
            #"https://a.test/\r\nSet-Cookie: a=b"#,
        ])
    func schemes(url: String) {
        let response = stage.ask(
            .post, "/bio-pages", #"{"title": "A", "blocks": [{"type": "link", "title": "x", "url": "\#(url)"}]}"#)
        #expect(response.status == 422 && response.refusals == ["/blocks/0/url invalid_url"], "\(response.text)")
    }

    @Test("an e-mail address has any atom of RFC 5322, and what came along when it was copied is removed", arguments: [
        ("o'brien@example.com", "o'brien@example.com"), ("a&b@example.com", "a&b@example.com"),
        ("user%x@example.com", "user%x@example.com"), ("a?b@example.com", "a?b@example.com"),
        (" ada@example.com\\n", "ada@example.com"), ("\u{200B}ada@example.com", "ada@example.com"),
    ])
    func addresses(sent: String, stored: String) {
        // Past the contract: what is removed is not in the schema.
        let response = stage.application.respond(to: stage.request(
            .post, "/v1/bio-pages", body: #"{"title": "A", "blocks": [{"type": "email", "address": "\#(sent)"}]}"#))
        #expect(response.json["blocks"]?[0]?["address"]?.stringValue == stored, "\(response.text)")
    }

    @Test("a page is at its address without a slash at the end, and the other one leads there")
    func slash() throws {
        let slug = try stage.publishedPage().slug
        let response = stage.follow("/\(slug)/?utm_source=card")
        #expect(response.status == 301)
        #expect(response[.location] == "/\(slug)?utm_source=card")
    }

    @Test("ten thousand blocks are one mistake, and a hundred are none")
    func manyBlocks() {
        func body(_ count: Int) -> String {
            #"{"title": "A", "blocks": ["#
                + Array(repeating: #"{"type": "divider"}"#, count: count).joined(separator: ",") + "]}"
        }
        #expect(stage.ask(.post, "/bio-pages", body(10_000)).refusals == ["/blocks too_many"])
        #expect(stage.ask(.post, "/bio-pages", body(101)).refusals == ["/blocks too_many"])
        #expect(stage.ask(.post, "/bio-pages", body(100)).status == 201)
    }

    @Test("a domain of another workspace is as unknown as one that nobody has")
    func foreignDomain() throws {
        let other = try Stage()
        let response = stage.ask(.post, "/bio-pages", #"{"title": "A", "domain": "\#(other.host)"}"#)
        #expect(response.refusals == ["/domain unknown_domain"])
    }

    @Test("reading takes pages:read, changing pages:write, figures analytics:read")
    func scopes() throws {
        let id = try stage.publishedPage().id
        let reader = try stage.newKey([.pagesRead]).text
        #expect(stage.ask(.get, "/bio-pages/\(id)", key: reader).status == 200)
        #expect(stage.ask(.post, "/bio-pages/\(id)/publish", key: reader).code == "insufficient_scope")
        #expect(stage.ask(.get, "/bio-pages/\(id)/analytics", key: reader).code == "insufficient_scope")
    }

    @Test("the quick start's names hold inside blocks, too")
    func dialect() throws {
        let link = try stage.create([:])["id"]?.stringValue ?? ""
        let request = stage.request(
            .post, "/api/v1/bio-pages",
            body: """
                {"title": "Ada", "socialCard": {"title": "Card"}, "blocks": [
                  {"type": "link", "title": "A", "linkId": "\(link)"}, {"type": "link", "title": "B", "url": "https://example.com/"}]}
                """)
        let data = stage.respond(to: request).json["data"]
        #expect(
            data?["blocks"]?[0]?["linkId"]?.stringValue == link && data?["blocks"]?[1]?["url"] == "https://example.com/"
        )
        #expect(data?["socialCard"]?["title"] == "Card" && data?["pageUrl"] != nil)
    }

    // MARK: Images

    @Test("an image is encoded anew, shown to everybody, and kept as long as a page shows it")
    func images() throws {
        let hidden = try Stage.picture(side: 20).png() + Array("<script>alert(1)</script>".utf8)
        let made = stage.upload(hidden)
        #expect(made.status == 201 && made.json["width"] == 20 && made.json["type"] == "image/png")
        let id = made.json["id"]?.stringValue ?? ""
        let path = "/_/images/" + id.dropFirst(4) + ".png"
        #expect(made.json["image_url"]?.stringValue == "https://mask.test" + path)
        let shown = stage.follow(path)
        #expect(
            shown.status == 200 && shown[.contentType] == "image/png"
                && shown[.cacheControl]?.contains("immutable") == true)
        #expect(!shown.text.contains("<script") && stage.fileBytes(String(path.dropFirst())) == shown.body)
        #expect(
            stage.follow(path.replacing(".png", with: ".jpeg")).status == 404
                && stage.follow("/_/images/../x.png").status == 404)

        let page = try stage.newPage(["avatar": .string(id)])["id"]?.stringValue ?? ""
        #expect(stage.ask(.delete, "/images/\(id)").code == "image_in_use")
        #expect(stage.ask(.delete, "/bio-pages/\(page)").status == 204)
        #expect(stage.ask(.delete, "/images/\(id)").code == "image_in_use", "the page may come back")
        #expect(stage.ask(.delete, "/bio-pages/\(page)?purge=true").status == 204)
        #expect(stage.ask(.delete, "/images/\(id)").status == 204)
        #expect(stage.follow(path).status == 404 && stage.fileBytes(String(path.dropFirst())) == nil)
    }

    @Test("what is transparent is kept as PNG, whatever it was sent as")
    func transparent() throws {
        let made = stage.upload(try Stage.picture().png(), type: "image/jpeg").json
        #expect(made["type"] == "image/png" && made["image_url"]?.stringValue?.hasSuffix(".png") == true)
    }

    @Test("an image of a version that can be restored is kept; of two deletions one is the first")
    func imageOfVersion() throws {
        let image = try stage.newImage()["id"]?.stringValue ?? ""
        let (id, _) = try stage.publishedPage(["avatar": .string(image)])
        stage.ask(.patch, "/bio-pages/\(id)", #"{"avatar": null}"#)
        stage.publish(id)
        #expect(stage.ask(.delete, "/images/\(image)").code == "image_in_use")
        #expect(stage.ask(.delete, "/bio-pages/\(id)?purge=true").status == 204)
        #expect(stage.ask(.delete, "/images/\(image)").status == 204)
        let entries = try stage.query("SELECT COUNT(*) FROM audit_log WHERE action = 'image.deleted' AND resource = \(image)")
        _ = stage.ask(.delete, "/images/\(image)")
        #expect(try entries[0].integer(0) == 1)
    }

    @Test("a link that a page made and that its owner has changed since outlives the page")
    func ownedLink() throws {
        let (id, slug) = try stage.publishedPage([
            "blocks": [
                ["type": "link", "title": "A", "url": "https://example.com/a"],
                ["type": "link", "title": "B", "url": "https://example.com/b"],
            ]
        ])
        let blocks = stage.ask(.get, "/bio-pages/\(id)/versions/1").json["content"]?["blocks"]?.arrayValue ?? []
        let links = blocks.compactMap { $0["link_id"]?.stringValue }
        try #require(links.count == 2 && stage.file(slug) != nil)
        #expect(stage.ask(.patch, "/links/\(links[0])", #"{"url": "https://example.com/mine"}"#).status == 200)
        #expect(stage.ask(.delete, "/bio-pages/\(id)").status == 204)
        #expect(links.map { stage.ask(.get, "/links/\($0)").status } == [200, 404])
    }

    @Test("a large photograph is made to fit")
    func fitting() throws {
        let photo = Bitmap(width: 2000, height: 1000, pixels: [UInt8](repeating: 255, count: 8_000_000))
        let made = stage.upload(try photo.jpeg(quality: 80), type: "image/jpeg").json
        #expect(made["width"] == 1600 && made["height"] == 800 && made["type"] == "image/jpeg")
    }

    @Test("WebP is taken and kept as JPEG, or as PNG where it is transparent")
    func webp() throws {
        let opaque = Data(base64Encoded: "UklGRkAAAABXRUJQVlA4IDQAAACQAQCdASoQAAgAAUAmJaACdLoAA5gA/vij//8QI//mwP/0uD8Ef+lwf/pcDh//S4GaAAAA")
        let made = stage.upload(Array(try #require(opaque)), type: "image/webp").json
        #expect(made["type"] == "image/jpeg" && made["width"] == 16 && made["height"] == 8)
        let clear = Data(base64Encoded: "UklGRjIAAABXRUJQVlA4TCUAAAAvD8ABEBcgEEjaH3qN+RcQFPk/2vzHyA0EJMRKH+WpBxH9D4MWAA==")
        #expect(stage.upload(Array(try #require(clear)), type: "image/webp").json["type"] == "image/png")
    }

    @Test("a format that is not read is named, with what to do", arguments: ["heic", "heif", "avif", "gif", "tiff"])
    func otherFormats(name: String) {
        let said = stage.upload(Array("....ftypheic".utf8), type: "image/" + name)
        #expect(said.status == 415 && said.json["detail"]?.stringValue?.contains(" as ") == true)
        let unsaid = stage.upload(Array("....ftyp\(name == "heif" ? "mif1" : name)".utf8), type: "image/jpeg")
        #expect(unsaid.status == 422 && unsaid.code == "invalid_image")
    }

    @Test("an image that is none, is hostile or too large is refused")
    func hostileImages() throws {
        let png = try Stage.picture(side: 20).png()
        #expect(stage.upload(Array("<svg onload=alert(1)>".utf8)).code == "invalid_image")
        #expect(stage.upload(Array("GIF89a".utf8)).code == "invalid_image")
        #expect(stage.upload(Array(png.dropLast(40))).code == "invalid_image", "half a file")
        #expect(stage.upload([]).code == "invalid_image")
        #expect(stage.upload(png, type: "image/svg+xml").status == 415)
        #expect(stage.upload(png, type: "application/json").status == 415)
        var bomb = png  // says that it is 65,535 pixels wide (ISO/IEC 15948, 11.2.2)
        bomb.replaceSubrange(16..<20, with: [0, 0, 0xFF, 0xFF])
        #expect(stage.upload(bomb).code == "invalid_image")
        #expect(stage.upload([UInt8](repeating: 0, count: 9 << 20)).status == 413)
    }
}
