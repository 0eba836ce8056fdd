import Application
import JSON
import Foundation
import HTTP
import Model
import Testing

@testable import API
@testable import Resources
@testable import Visits

/// Where a redirect leads, to the byte, and which paths are redirects at all.
@Suite("Locations")
struct LocationTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    @Test(
        "Location is the destination, the link's campaign where it has none, and the visitor's query",
        arguments: [
            ("https://a.example/", [:], "", "https://a.example/"),
            (
                "https://a.example/p", ["utm_source": "news", "utm_medium": "e mail"], "",
                "https://a.example/p?utm_source=news&utm_medium=e%20mail"
            ),
            ("https://a.example/p?utm_source=own", ["utm_source": "news"], "", "https://a.example/p?utm_source=own"),
            (
                "https://a.example/p?utm%5Fsource=own", ["utm_source": "news"], "",
                "https://a.example/p?utm%5Fsource=own"
            ),
            ("https://a.example/p#top", ["utm_term": "ü&=#"], "", "https://a.example/p?utm_term=%C3%BC%26%3D%23#top"),
            (
                "https://a.example/p?a=1", ["utm_source": "x"], "a=2&b=3&utm_source=y",
                "https://a.example/p?a=1&utm_source=x&b=3"
            ),
            ("https://a.example/p", [:], "q[]=%20&q[]=2&x=%zz&&y", "https://a.example/p?q[]=%20&q[]=2&x=%zz&y"),
            ("https://a.example/p?", [:], "b=1", "https://a.example/p?b=1"),
            ("https://a.example/p?a=1&", [:], "b=1", "https://a.example/p?a=1&b=1"),
            ("https://a.example/p", [:], "a=%0d%0aSet-Cookie:%20x", "https://a.example/p?a=%0d%0aSet-Cookie:%20x"),
        ] as [(String, JSONObject, String, String)])
    func location(url: String, utm: JSONObject, query: String, location: String) throws {
        var fields = utm
        fields["url"] = .string(url)
        fields["slug"] = "to"
        try stage.create(fields)
        #expect(stage.follow("/to" + (query.isEmpty ? "" : "?" + query))[.location] == location)
    }

    @Test("no byte of a visitor's query can end the header")
    func controlBytes() throws {
        try stage.create(["slug": "to"])
        for byte in (UInt8(0)...0x20).map({ $0 }) + [0x7F, 0x80, 0xFF] {
            var visit = stage.visit("/to")
            visit.query = "a=" + String(decoding: [byte, 0x0A, 0x0D], as: UTF8.self) + "Set-Cookie: x=y"
            let response = stage.application.respond(to: visit)
            #expect(response.status == 302)
            for field in response.fields { #expect(field.isSafe, "\(field.name) \(byte)") }
            #expect(response[.location]?.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } == true)
        }
    }

    @Test(
        "a destination that came into the table past the API with a control byte leads nowhere",
        arguments: [
            "https://a.example/\r\nX-Accel-Redirect: /internal", "https://a.example/\u{0}", "javascript:alert(1)",
            "https://a.example/a b", "",
        ])
    func tampered(url: String) throws {
        try stage.create(["slug": "tampered"])
        try stage.tamper("UPDATE links SET url = \(url) WHERE workspace_id = \(stage.workspace.id)")
        stage.services.visits.changes.hear(Place(host: stage.host, slug: "tampered").key)
        for target in ["/tampered", "/tampered?a=b"] {
            let response = stage.follow(target)
            #expect(response.status >= 500)
            #expect(response[.location] == nil)
        }
        #expect(try stage.load() == 0)
    }

    @Test("an expired_url that came into the table past the API with a control byte leads nowhere")
    func tamperedExpiredURL() throws {
        try stage.create([
            "slug": "tampered", "expires_at": "2020-01-01T00:00:00Z", "expired_url": "https://a.example/",
        ])
        let url = "https://a.example/\r\nX-Accel-Redirect: /internal"
        try stage.tamper("UPDATE links SET expired_url = \(url) WHERE workspace_id = \(stage.workspace.id)")
        stage.services.visits.changes.hear(Place(host: stage.host, slug: "tampered").key)
        let response = stage.follow("/tampered")
        #expect(response.fields.allSatisfy { $0.isSafe })
        #expect(response.status == 410)
    }

    @Test(
        "the status is the link's own; only a permanent one may be kept, and not for long",
        arguments: [
            (301, "private, max-age=90"), (302, "private, no-store"), (307, "private, no-store"),
            (308, "private, max-age=90"),
        ])
    func status(status: Int, cacheControl: String) throws {
        try stage.create(["slug": "to", "redirect_status": .integer(Int64(status))])
        let response = stage.follow("/to")
        #expect(response.status == status)
        #expect(response[.cacheControl] == cacheControl)
        #expect(response.body.isEmpty)
        #expect(Set(response.fields.map(\.name.rawValue)) == ["Location", "Cache-Control", "X-Robots-Tag", "X-Mask-Click"])
    }

    // MARK: Paths

    @Test(
        "a path is decoded once, and what cannot be a slug is not found",
        arguments: [
            ("/plain", 302), ("/%70lain", 302), ("/plain?", 302), ("/%ff", 404), ("//plain", 404), ("/plain/", 302), ("/plain//", 404),
            ("/plain;x", 404),
            ("/plain%0a", 404), ("/PLAIN", 404), ("/plain%2F", 404), ("/%2570lain", 404), ("/plain%00", 404),
            ("/", 404),
            ("/plain%20", 404), ("/../plain", 404), ("/" + String(repeating: "a", count: 8000), 404), ("/%", 404),
            ("/%E2%80%AEplain", 404),
        ])
    func paths(path: String, status: Int) throws {
        try stage.create(["slug": "plain"])
        #expect(stage.follow(path).status == status)
        #expect(Application(try stage.secondWorker()).respond(to: stage.visit(path)).status == status)
    }

    @Test(
        "a host that is nobody's has no links, whatever it is called",
        arguments: ["nobody.example", "", "ü.example", "'", "a\u{0}b", "😀"])
    func hosts(host: String) throws {
        try stage.create(["slug": "plain"])
        var visit = stage.visit("/plain")
        visit.host = host
        #expect(stage.application.respond(to: visit).status == 404)
    }

    @Test("two links that lead to each other lead nowhere; one hop to a host of ours is followed")
    func loop() throws {
        // Neither can be made through the API while the domain is known: it is added later.
        let later = "later-" + randomHex(4) + ".test"
        try stage.create(["slug": "a", "url": .string("https://\(later)/b")])
        try stage.create(["slug": "one", "url": .string("https://\(later)/end")])
        let domain = try stage.sysadmin.addDomain(HostName(validating: later), to: stage.workspace)
        try stage.create(["slug": "b", "domain": .string(domain.host), "url": "https://example.com/"])
        try stage.create(["slug": "end", "domain": .string(domain.host), "url": "https://example.com/"])
        try stage.tamper(
            """
            UPDATE links SET url = \("https://\(stage.host)/a") WHERE workspace_id = \(stage.workspace.id) AND slug = 'b'
            """)
        #expect(stage.follow("/a").status == 508)
        #expect(stage.follow("/one").status == 302)
    }
}
