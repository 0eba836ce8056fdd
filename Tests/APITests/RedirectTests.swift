import Foundation
import HTTP
import MariaDB
import Model
import Support
import Testing

@testable import API

/// What a visitor of a short link gets.
@Suite("Redirects")
struct RedirectTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    private func ago(_ seconds: Int64) -> JSON {
        .string(Timestamp(milliseconds: Timestamp.now().milliseconds - seconds * 1000).rfc3339)
    }
    private func after(_ seconds: Int64) -> JSON { ago(-seconds) }

    private func path(_ link: JSON) -> String { "/links/" + (link["id"]?.stringValue ?? "") }

    // MARK: The order

    @Test(
        "what holds first decides: disabled, not yet begun, expired, password, used up, and only then the destination")
    func order() throws {
        var fields: JSONObject = [
            "slug": "all", "url": "https://example.com/", "disabled": true, "starts_at": after(3600),
            "expires_at": after(7200),
            "password": "secret", "max_clicks": 1,
        ]
        let link = try stage.create(fields)
        #expect(stage.follow("/all").status == 404)
        func change(_ change: JSONObject) {
            #expect(stage.ask(.patch, path(link), JSON.object(change).text).status == 200)
            for member in change.members { fields[member.name] = member.value }
        }
        change(["disabled": false])
        #expect(stage.follow("/all").status == 404)
        change(["starts_at": ago(7200), "expires_at": ago(3600)])
        #expect(stage.follow("/all").status == 410)
        change(["expires_at": nil])
        #expect(stage.follow("/all").status == 200)
        #expect(stage.follow("/all", .post, body: "password=wrong").status == 403)
        #expect(stage.follow("/all", .post, body: "password=secret").status == 303)
        #expect(stage.follow("/all", .post, body: "password=secret").status == 410)
        change(["password": nil])
        #expect(stage.follow("/all").status == 410)
        change(["max_clicks": nil])
        #expect(stage.follow("/all")[.location] == "https://example.com/")
        #expect(try stage.load() == 2)
    }

    @Test("a link leads nowhere before its beginning, and from then on it does")
    func begins() throws {
        let link = try stage.create(["slug": "soon"])
        let moment = Timestamp(milliseconds: Timestamp.now().milliseconds + 500)
        try stage.tamper("UPDATE links SET starts_at = \(moment) WHERE workspace_id = \(stage.workspace.id)")
        stage.services.links.invalidate(LinkCache.key(host: stage.host, slug: "soon"))
        #expect(link["slug"] == "soon")
        #expect(stage.follow("/soon").status == 404)
        while Timestamp.now() < moment { usleep(1000) }
        #expect(stage.follow("/soon").status == 302)
    }

    @Test("a link is expired at the very millisecond of its expiry")
    func expires() throws {
        try stage.create(["slug": "brief"])
        let moment = Timestamp(milliseconds: Timestamp.now().milliseconds + 400)
        try stage.tamper("UPDATE links SET expires_at = \(moment) WHERE workspace_id = \(stage.workspace.id)")
        stage.services.links.invalidate(LinkCache.key(host: stage.host, slug: "brief"))
        while true {
            let before = Timestamp.now()
            let status = stage.follow("/brief").status
            let after = Timestamp.now()
            if after < moment { #expect(status == 302) }
            if before >= moment {
                #expect(status == 410)
                break
            }
        }
    }

    @Test("what is expired or used up leads to expired_url where there is one, and that is no click")
    func expiredURL() throws {
        let target: JSON = "https://example.com/over?a[]=%zz"
        try stage.create(["slug": "late", "expires_at": ago(1), "expired_url": target, "utm_source": "x"])
        try stage.create(["slug": "full", "max_clicks": 1, "expired_url": target])
        #expect(stage.follow("/full").status == 302)
        for slug in ["late", "full"] {
            let response = stage.follow("/" + slug)
            #expect(response.status == 302)
            #expect(response[.location] == target.stringValue)
            #expect(response[.cacheControl] == "private, no-store")
            #expect(response[.click] == nil)
        }
        #expect(try stage.load() == 1)
    }

    @Test("disabled, deleted, not yet begun and missing are one and the same to a visitor")
    func alike() throws {
        try stage.create(["slug": "disabled", "disabled": true])
        _ = stage.ask(.delete, path(try stage.create(["slug": "deleted"])))
        try stage.create(["slug": "early", "starts_at": after(3600)])
        let pages = ["disabled", "deleted", "early", "missing"].map { stage.follow("/" + $0) }
        for page in pages {
            #expect(page.status == 404)
            #expect(page.text == pages[0].text)
            #expect(page.fields.map { "\($0.name): \($0.value)" } == pages[0].fields.map { "\($0.name): \($0.value)" })
        }
        #expect(try stage.load() == 0)
    }

    @Test(
        "of a link with max_clicks never one too many is given out, over two workers and many threads",
        arguments: [1, 50])
    func maxClicks(maximum: Int) throws {
        try stage.create(["slug": "few", "max_clicks": .integer(Int64(maximum))])
        let workers = [stage.application, Application(try stage.secondWorker())]
        let statuses = try inParallel(32) { [stage] number in
            (0..<8).map { _ in workers[number % 2].respond(to: stage.visit("/few")).status }
        }.flatMap { $0 }
        #expect(statuses.count { $0 == 302 } == maximum)
        #expect(statuses.count { $0 == 410 } == 256 - maximum)
    }

    @Test("HEAD looks at a link with max_clicks and uses up nothing")
    func headUsesNothing() throws {
        try stage.create(["slug": "once", "max_clicks": 1])
        for _ in 0..<3 { #expect(stage.follow("/once", .head).status == 302) }
        #expect(stage.follow("/once").status == 302)
        #expect(stage.follow("/once", .head).status == 410)
        #expect(stage.follow("/once").status == 410)
    }

    @Test("a raised max_clicks lets in as many more")
    func raised() throws {
        let link = try stage.create(["slug": "more", "max_clicks": 1])
        #expect((0..<3).map { _ in stage.follow("/more").status } == [302, 410, 410])
        #expect(stage.ask(.patch, path(link), #"{"max_clicks": 3}"#).status == 200)
        #expect((0..<4).map { _ in stage.follow("/more").status } == [302, 302, 410, 410])
    }

    // MARK: The password

    @Test("the form is a page that nobody keeps, frames or runs a script in")
    func form() throws {
        try stage.create(["slug": "secret", "password": "geheim"])
        let page = stage.follow("/secret")
        #expect(page.status == 200)
        #expect(page[.location] == nil)
        #expect(page[.cacheControl] == "private, no-store")
        #expect(page[.contentType] == "text/html; charset=utf-8")
        #expect(page[.contentSecurityPolicy]?.contains("frame-ancestors 'none'") == true)
        #expect(page.text.contains(#"<form method="post">"#))
        #expect(!page.text.contains("example.com"))
    }

    @Test("the right password leads on with 303, a wrong one to the form, and only the first is a click")
    func password() throws {
        try stage.create(["slug": "secret", "password": "päss wörd&=+", "redirect_status": 308])
        #expect(stage.follow("/secret", .post, body: "").status == 403)
        #expect(stage.follow("/secret", .post, body: "password=wrong").status == 403)
        let response = stage.follow("/secret", .post, body: "password=p%C3%A4ss+w%C3%B6rd%26%3D%2B")
        #expect(response.status == 303)
        #expect(response[.location] == "https://example.com/")
        #expect(response[.cacheControl] == "private, no-store")
        #expect(response[.click] == "1")
        #expect(try stage.load() == 1)
    }

    @Test("an address has five tries a minute at a password")
    func tries() throws {
        try stage.create(["slug": "secret", "password": "right"])
        for _ in 0..<5 { #expect(stage.follow("/secret", .post, body: "password=wrong").status == 403) }
        let refused = stage.follow("/secret", .post, body: "password=right")
        #expect(refused.status == 429)
        #expect(refused[.retryAfter].flatMap { Int($0) } ?? 0 > 0)
        var other = stage.visit("/secret", .post, body: "password=right")
        other.remoteAddress = "2001:db8::" + randomHex(2)
        #expect(stage.application.respond(to: other).status == 303)
    }

    @Test(
        "nothing but GET, HEAD and the form's POST is answered",
        arguments: [Method.put, .patch, .delete, .options, .other, .post])
    func methods(method: HTTP.Method) throws {
        try stage.create(["slug": "plain"])
        let response = stage.follow("/plain", method)
        #expect(response.status == 405)
        #expect(response[.allow] == "GET, HEAD")
        #expect(try stage.load() == 0)
    }

    // MARK: What counts

    @Test("a visit counts once; HEAD, prefetch and whatever leads nowhere do not, and only what counts is marked")
    func counting() throws {
        try stage.create(["slug": "to"])
        #expect(stage.follow("/to")[.click] == "1")
        #expect(try stage.load() == 1)
        let head = stage.follow("/to", .head)
        #expect(head.status == 302)
        #expect(head[.location] == "https://example.com/")
        #expect(head[.click] == nil)
        for purpose in ["prefetch", "prefetch;prerender", "preview"] {
            var visit = stage.visit("/to")
            visit.fields.purpose = purpose
            let response = stage.application.respond(to: visit)
            #expect(response.status == 302)
            #expect(response[.click] == nil)
        }
        #expect(stage.follow("/missing")[.click] == nil)
        #expect(try stage.load() == 0)
    }

    @Test("a redirect tells nothing of rate limits")
    func noLimits() throws {
        try stage.create(["slug": "to"])
        for response in [stage.follow("/to"), stage.follow("/missing")] {
            for name: Response.FieldName in [
                .xRateLimitLimit, .xRateLimitRemaining, .xRateLimitReset, .rateLimit, .rateLimitPolicy, .requestID,
            ] {
                #expect(response[name] == nil)
            }
        }
    }

    @Test("what a visitor sends is stored as words, without the address")
    func stored() throws {
        try stage.create(["slug": "to", "utm_source": "own"])
        var visit = stage.visit("/to?utm_source=theirs&utm_medium=m%0a&utm_campaign=%3Cscript%3E")
        visit.country = "DE"
        visit.city = "Köln"
        visit.fields.referer = "https://News.example:8443/a?b"
        #expect(stage.application.respond(to: visit).status == 302)
        #expect(try stage.load() == 1)
        let row = try stage.query(
            """
            SELECT country, city, browser, os, device, referrer, utm_source, utm_medium, utm_campaign, LOWER(HEX(id)), bot
            FROM clicks WHERE workspace_id = \(stage.workspace.id)
            """)[0]
        #expect(
            try (0..<10).map(row.string) == [
                "DE", "Köln", "Firefox", "Linux", "desktop", "news.example", "own", "m ", "<script>", visit.id,
            ])
        #expect(try row.integer(10) == 0)
    }

    @Test("a link's clicks, last click and analytics follow from what was loaded")
    func analytics() throws {
        let link = try stage.create(["slug": "to", "tags": ["t"]])
        for _ in 0..<3 { _ = stage.follow("/to") }
        var bot = stage.visit("/to")
        bot.fields.userAgent = "Googlebot/2.1"
        _ = stage.application.respond(to: bot)
        #expect(stage.ask(.get, path(link)).json["clicks"] == 0)
        #expect(try stage.load() == 4)
        let after = stage.ask(.get, path(link)).json
        #expect(after["clicks"] == 4)
        #expect(after["last_clicked_at"] != .null)
        for (count, total) in [("all", 4), ("human", 3), ("unique", 1)] {
            let query = "/analytics/clicks?interval=24h&link_id=\(link["id"]?.stringValue ?? "")&count=\(count)"
            #expect(stage.ask(.get, query).json["total"] == .integer(Int64(total)))
        }
    }
}
