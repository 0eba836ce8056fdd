import Application
import Text
import JSON
import Foundation
import HTTP
import MariaDB
import Model
import Support
import Testing

@testable import API
@testable import Resources
@testable import Visits

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
        stage.services.visits.changes.hear(Place(host: stage.host, slug: "soon").key)
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
        stage.services.visits.changes.hear(Place(host: stage.host, slug: "brief").key)
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

    @Test("a prefetch, a preview and a crawler use up nothing, and do not learn the destination")
    func machinesUseNothing() throws {
        try stage.create(["slug": "once", "max_clicks": 1])
        for _ in 0..<2 {
            var prefetch = stage.visit("/once")
            prefetch.fields.purpose = "prefetch"
            let refused = stage.application.respond(to: prefetch)
            #expect(refused.status == 403)
            #expect(refused[.location] == nil)
            #expect(refused[.cacheControl] == "private, no-store")
            for agent in ["Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "WhatsApp/2.23.20.0"] {
                var preview = stage.visit("/once")
                preview.fields.userAgent = agent
                let page = stage.application.respond(to: preview)
                #expect(page.status == 200)
                #expect(page[.location] == nil)
                #expect(!page.text.contains("example.com"))
            }
        }
        #expect(stage.follow("/once").status == 302)
        var late = stage.visit("/once")
        late.fields.userAgent = "Slackbot-LinkExpanding 1.0"
        #expect(stage.application.respond(to: late).status == 410)
        #expect(try stage.load() == 1)
    }

    @Test("a program that somebody runs uses up a visit as a browser does", arguments: ["curl/8.5.0", ""])
    func programs(agent: String) throws {
        try stage.create(["slug": "once", "max_clicks": 1])
        var visit = stage.visit("/once")
        visit.fields.userAgent = agent
        #expect(stage.application.respond(to: visit).status == 302)
        #expect(stage.follow("/once").status == 410)
    }

    @Test("a permanent redirect is kept no longer than the link lives, and not at all where visits are counted out")
    func permanent() throws {
        try stage.create(["slug": "p", "redirect_status": 301])
        try stage.create(["slug": "counted", "redirect_status": 301, "max_clicks": 5])
        try stage.create(["slug": "ends", "redirect_status": 308, "expires_at": after(30)])
        try stage.create(["slug": "later", "redirect_status": 308, "expires_at": after(3600)])
        #expect(stage.follow("/p")[.cacheControl] == "private, max-age=90")
        #expect(stage.follow("/counted")[.cacheControl] == "private, no-store")
        let kept = try #require(stage.follow("/ends")[.cacheControl])
        #expect(kept == "private, no-store" || (Int(kept.split(separator: "=").last ?? "") ?? 90) <= 30)
        #expect(stage.follow("/later")[.cacheControl] == "private, max-age=90")
    }

    // MARK: The address

    @Test("a slash at the end is taken for none", arguments: ["/menu/", "/menu/?a=1", "/men%C3%BC/"])
    func slash(target: String) throws {
        try stage.create(["slug": "menu"])
        try stage.create(["slug": "menü"])
        #expect(stage.follow(target).status == 302)
        #expect(stage.follow("/menu//").status == 404)
        #expect(stage.follow("/missing/").status == 404)
    }

    @Test("a link is one however its emoji is typed: with or without U+FE0F")
    func variationSelectors() throws {
        let heart = try stage.create(["slug": "\u{2764}\u{FE0F}x"])
        #expect(heart["slug"] == "\u{2764}x")
        for path in ["/%E2%9D%A4%EF%B8%8Fx", "/%E2%9D%A4x"] { #expect(stage.follow(path).status == 302) }
        #expect(stage.ask(.post, "/links", #"{"url": "https://example.com/", "slug": "\#u{2764}x", "domain": "\#(stage.host)"}"#).status == 409)
        try stage.create(["slug": "1\u{FE0F}\u{20E3}"])
        for path in ["/1%EF%B8%8F%E2%83%A3", "/1%E2%83%A3"] { #expect(stage.follow(path).status == 302) }
        try stage.create(["slug": "👨\u{200D}👩\u{200D}👧"])
        #expect(stage.follow("/" + PercentEncoding.encode("👨\u{200D}👩\u{200D}👧")).status == 302)
    }

    @Test("search engines are told not to list a short link, unless it is indexable")
    func indexable() throws {
        let link = try stage.create(["slug": "plain"])
        #expect(link["indexable"] == false)
        #expect(stage.follow("/plain")[.xRobotsTag] == "noindex")
        #expect(stage.ask(.patch, path(link), #"{"indexable": true}"#).json["indexable"] == true)
        #expect(stage.follow("/plain")[.xRobotsTag] == nil)
        #expect(stage.ask(.patch, path(link), #"{"indexable": null}"#).json["indexable"] == false)
    }

    @Test("what programs ask every host for never leads to not_found_url")
    func hostFiles() throws {
        try setDomain(["not_found_url": "https://example.com/lost"])
        #expect(stage.follow("/missing")[.location] == "https://example.com/lost")
        let robots = stage.follow("/robots.txt")
        #expect(robots.status == 200)
        #expect(robots.text.contains("User-agent: *\nDisallow:\n"))
        for path in [
            "/favicon.ico", "/apple-touch-icon.png", "/apple-touch-icon-120x120-precomposed.png", "/sitemap.xml",
            "/.well-known/apple-app-site-association", "/.well-known/security.txt",
        ] { #expect(stage.follow(path).status == 404, "\(path)") }
        var ofAPI = stage.visit("/robots.txt")
        ofAPI.host = Stage.apiHost
        #expect(stage.application.respond(to: ofAPI).text == "User-agent: *\nAllow: /docs/\nDisallow: /\n", "where there is no dashboard the documentation is read there")
    }

    @Test("no setting of a domain leads to a host that has become one of ours")
    func circles() throws {
        let other = "later-\(randomHex(6)).test"
        let url: JSON = .string("https://\(other)/x")
        try setDomain(["not_found_url": url, "root_url": url, "expired_url": url])
        try stage.create(["slug": "over", "expires_at": ago(1)])
        try stage.create(["slug": "own", "expires_at": ago(1), "expired_url": url])
        let paths = ["/missing", "/", "/over", "/own"]
        #expect(paths.map { stage.follow($0).status } == [302, 302, 302, 302])
        _ = try stage.sysadmin.addDomain(HostName(validating: other), to: stage.workspace)
        stage.services.visits.changes.hear(Place.bare(other).key)
        #expect(paths.map { stage.follow($0).status } == [404, 508, 410, 410])
    }

    /// Sets what visitors of the stage's domain get.
    private func setDomain(_ fields: JSONObject) throws {
        let domains = try #require(stage.ask(.get, "/domains").json["data"]?.arrayValue)
        let domain = try #require(domains.first { $0["host"] == .string(stage.host) })
        let key = try stage.newKey([.domainsWrite]).text
        let response = stage.ask(.patch, "/domains/" + (domain["id"]?.stringValue ?? ""), JSON.object(fields).text, key: key)
        try #require(response.status == 200, "\(response.text)")
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

    @Test("a visitor who asks not to be tracked is not recorded where the installation heeds that", arguments: [true, false])
    func doNotTrack(honors: Bool) throws {
        let stage = try Stage(site: { $0.honorsDoNotTrack = honors })
        try stage.create(["slug": "to"])
        var visit = stage.visit("/to")
        visit.fields.optsOutOfTracking = true
        #expect(stage.application.respond(to: visit).status == 302)
        #expect(try stage.load() == (honors ? 0 : 1))
    }

    @Test(
        "of a query that is partly broken the rest is read",
        arguments: [
            ("utm_source=news&off=100%", "news"), ("utm_source=news&q=%zz", "news"), ("name=caf%E9&utm_source=news", "news"),
            ("utm_source=news&x=%F0%9F%8D", "news"), ("utm_source=50%", "50%"), ("utm_source=a%2zb+c", "a%2zb c"),
        ])
    func brokenQuery(query: String, source: String) throws {
        try stage.create(["slug": "to"])
        #expect(stage.follow("/to?" + query).status == 302)
        #expect(try stage.load() == 1)
        #expect(try value("campaign") == source + "||")
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
        #expect(try value("place") == "DE|Köln")
        #expect(try value("agent") == "desktop|Firefox|Linux|0")
        #expect(try value("referrer") == "news.example")
        #expect(try value("campaign") == "own|m |<script>")
        let row = try stage.query("SELECT LOWER(HEX(id)), marks FROM recorded_clicks WHERE workspace_id = \(stage.workspace.id)")[0]
        #expect(try row.string(0) == visit.id && row.integer(1) == 2)
    }

    /// What a kind of value of the one click is, its parts divided by bars.
    private func value(_ kind: String) throws -> String {
        let row = try stage.query("""
            SELECT REPLACE(v.value, X'1F', '|') FROM recorded_clicks c
            JOIN click_values v ON v.workspace_id = c.workspace_id AND v.kind = \(kind) AND v.number = c.\(unsafeText: kind)
            WHERE c.workspace_id = \(stage.workspace.id)
            """)[0]
        return String(decoding: try row.bytes(0), as: UTF8.self)
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
        #expect(after["human_clicks"] == 3)
        #expect(after["last_clicked_at"] != .null)
        for (count, total) in [("all", 4), ("human", 3), ("unique", 1)] {
            let query = "/analytics/clicks?interval=24h&link_id=\(link["id"]?.stringValue ?? "")&count=\(count)"
            #expect(stage.ask(.get, query).json["total"] == .integer(Int64(total)))
        }
    }
}
