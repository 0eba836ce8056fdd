import AccountStore
import HTTP
import JSON
import Model
import Store
import Testing

@testable import API
@testable import Resources
import Work

/// Signing in, and what a session is good for. The mistakes of other systems that each test looks for stand in its name.
@Suite("Sessions")
struct SessionTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    private func signIn(_ browser: Browser, _ email: String, _ password: String = Stage.password, keep: Bool = false) -> Response {
        browser.ask(.post, "/session", ["email": .string(email), "password": .string(password), "keep": .bool(keep)])
    }

    private func email(of browser: Browser) -> String { browser.ask(.get, "/session").json["user"]?["email"]?.stringValue ?? "" }

    // MARK: Signing in and out

    @Test("an invitation makes an account, and signs in: the cookie counts on one host alone, and no script sees it")
    func welcome() throws {
        let browser = Browser(stage)
        let link = try stage.invite("owner@example.com")
        let response = browser.ask(.post, "/one-time-links/use", [
            "token": .string(link.token), "name": "Ada", "password": .string(Stage.password),
        ])
        #expect(response.status == 201)
        let field = try #require(response[.setCookie])
        #expect(field.wholeMatch(of: /__Host-mask_session=[A-Za-z0-9_-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict/) != nil)
        #expect(response[.cacheControl] == "private, no-store")
        #expect(response.json["user"]?["email"] == "owner@example.com")
        #expect(response.json["workspaces"]?[0]?["role"] == "owner")
        #expect(response.json["session"]?["method"] == "link")
    }

    @Test("a link is good once, and looking at it uses nothing up")
    func oneTime() throws {
        let link = try stage.invite("\(randomHex(4))@example.com")
        let browser = Browser(stage)
        for _ in 0..<3 {
            let shown = browser.ask(.post, "/one-time-links/show", ["token": .string(link.token)])
            #expect(shown.json["purpose"] == "welcome" && shown.json["workspace"]?["slug"] == .string(stage.workspace.slug))
        }
        let use: JSON = ["token": .string(link.token), "name": "Ada", "password": .string(Stage.password)]
        #expect(browser.ask(.post, "/one-time-links/use", use).status == 201)
        let again = Browser(stage).ask(.post, "/one-time-links/use", use)
        #expect(again.status == 410 && again.code == "link_used_or_ended")
    }

    @Test("a session is good for its workspaces by their names, and no key is needed")
    func workspace() throws {
        let browser = try stage.newPerson(.member)
        let made = browser.ask(.post, "/links", ["url": "https://example.com/", "domain": .string(stage.host)])
        #expect(made.status == 201, "\(made.text)")
        #expect(browser.ask(.get, "/links").json["data"]?.arrayValue?.count == 1)
        browser.workspace = nil
        #expect(browser.ask(.get, "/links").code == "workspace_required")
        for other in [try Stage().workspace.slug, "café", stage.workspace.slug + "\u{0}"] {
            browser.workspace = other
            #expect(browser.ask(.get, "/links").code == "unknown_workspace")
        }
    }

    @Test("the cookie is another after each sign-in, and the one before is nobody's")
    func fixation() throws {
        let first = try stage.newPerson()
        let (address, planted) = (email(of: first), first.cookie)
        first.ask(.delete, "/session")
        #expect(first.cookie == nil)
        first.cookie = planted
        #expect(first.ask(.get, "/session").code == "signed_out", "sign-out ends the session, not only the cookie")
        #expect(signIn(first, address).status == 201)
        #expect(first.cookie != planted)
    }

    @Test("a session that is kept outlives the browser; another does not")
    func kept() throws {
        let browser = try stage.newPerson()
        let address = email(of: browser)
        #expect(signIn(browser, address)[.setCookie]?.contains("Max-Age") == false)
        let field = try #require(signIn(browser, address, keep: true)[.setCookie])
        let seconds = try #require(field.firstMatch(of: /Max-Age=(\d+)/).flatMap { Int($0.output.1) })
        #expect((30 * 86_400 - 60...30 * 86_400).contains(seconds))
    }

    @Test("wrong address, wrong password and no password are told alike")
    func alike() throws {
        let browser = try stage.newPerson()
        let address = email(of: browser)
        let answers = [signIn(Browser(stage), address, "wrong"), signIn(Browser(stage), "nobody@example.com", "wrong")]
        for answer in answers { #expect(answer.status == 401 && answer.code == "invalid_credentials") }
        #expect(answers[0].json["detail"] == answers[1].json["detail"])
    }

    @Test("a disabled user is out at once, and does not come in")
    func disabled() throws {
        let browser = try stage.newPerson()
        let address = email(of: browser)
        let user = try #require(try stage.store.read { try Users.find(email: address, on: $0) })
        try UserWork(.other(stage.services.office, user, by: .maskctl(nil))).setDisabled(true).make()
        #expect(browser.ask(.get, "/session").code == "signed_out")
        #expect(signIn(Browser(stage), address).code == "invalid_credentials")
        let changed = try stage.services.office.user(address)
        try UserWork(.other(stage.services.office, changed, by: .maskctl(nil))).setDisabled(false).make()
        #expect(browser.ask(.get, "/session").code == "signed_out", "what was a session before is none after")
        #expect(signIn(browser, address).status == 201)
    }

    @Test("whoever follows an invitation while they are signed in has the session of before: the link does not show who they are")
    func joining() throws {
        let browser = try stage.newPerson()
        let (address, cookie) = (email(of: browser), browser.cookie)
        try stage.tamper("UPDATE sessions s JOIN users u ON u.id = s.user_id SET s.stepped_up_at = NULL WHERE u.email = \(address)")
        let other = try Stage { $0.appHost = Stage.appHost }
        let link = try other.invite(address, as: .member)
        let joined = browser.ask(.post, "/one-time-links/use", ["token": .string(link.token)])
        #expect(joined.status == 200 && joined[.setCookie] == nil && browser.cookie == cookie)
        #expect(joined.json["workspaces"]?.arrayValue?.count == 2)
        #expect(joined.json["session"]?["stepped_up_until"]?.isNull == true)
        #expect(browser.ask(.put, "/account/password", ["password": .string(Stage.password)]).code == "step_up_required")
    }

    // MARK: Whose page asks

    @Test("what changes something comes from a page of this origin, whatever else a request has", arguments: [
        { $0.fields.secFetchSite = "cross-site" },
        { $0.fields.secFetchSite = "same-site" },
        { $0.fields.secFetchSite = "none" },
        { ($0.fields.secFetchSite, $0.fields.origin) = (nil, "https://evil.example") },
        { ($0.fields.secFetchSite, $0.fields.origin) = (nil, nil) },
        { ($0.fields.secFetchSite, $0.fields.origin) = (nil, "https://app.mask.test.evil.example") },
        { $0.fields.maskClient = nil },
    ] as [@Sendable (inout Request) -> Void])
    func foreign(change: @escaping @Sendable (inout Request) -> Void) throws {
        let browser = try stage.newPerson()
        browser.change = change
        for (method, path, body) in [
            (.post, "/links", ["url": "https://example.com/"]), (.delete, "/session", nil),
            (.post, "/session", ["email": "a@example.com", "password": "b"]), (.patch, "/account", ["name": "Eve"]),
        ] as [(HTTP.Method, String, JSON?)] {
            let response = browser.ask(method, path, body)
            #expect(response.status == 403 && response.code == "cross_site_request", "\(method) \(path)")
        }
    }

    @Test("reading may begin at the address bar, and not on another origin's page")
    func foreignReading() throws {
        let browser = try stage.newPerson()
        for (site, status) in [("none", 200), ("same-origin", 200), ("cross-site", 403), ("same-site", 403)] {
            browser.change = { $0.fields.secFetchSite = site }
            #expect(browser.ask(.get, "/session").status == status)
            #expect(browser.ask(.get, "/links").status == status)
        }
    }

    @Test("a form that pretends to be JSON is no JSON")
    func plainText() throws {
        let browser = try stage.newPerson()
        browser.change = { $0.fields.contentType = "text/plain" }
        #expect(browser.ask(.post, "/links", ["url": "https://example.com/"]).status == 415)
    }

    @Test("keys count for nothing on the app host, and cookies for nothing elsewhere")
    func hosts() throws {
        let browser = try stage.newPerson()
        browser.change = { [key = stage.key] in $0.fields.authorization = "Bearer " + key }
        #expect(browser.ask(.get, "/links").code == "key_on_app_host")
        for host in [Stage.apiHost, Stage.linkHost] {
            var request = Browser(stage).request(.get, "/links")
            request.fields.cookie = "__Host-mask_session=" + (browser.cookie ?? "")
            (request.host, request.path) = (host, host == Stage.apiHost ? "/v1/links" : "/api/v1/links")
            #expect(stage.application.respond(to: request).status == 401)
        }
    }

    @Test("no page of another origin may read an answer, also where it may read the API's")
    func crossOrigin() throws {
        let stage = try Stage { $0.corsOrigins = ["https://shop.example"] }
        let browser = try stage.newPerson()
        browser.change = { ($0.fields.secFetchSite, $0.fields.origin) = (nil, "https://shop.example") }
        #expect(browser.ask(.get, "/session")[.accessControlAllowOrigin] == nil)
    }

    @Test("a cookie that is there twice is no cookie: a sibling host may have planted one")
    func twoCookies() throws {
        let browser = try stage.newPerson()
        let cookie = browser.cookie ?? ""
        browser.change = { $0.fields.cookie = "__Host-mask_session=\(cookie); __Host-mask_session=other" }
        #expect(browser.ask(.get, "/session").code == "signed_out")
    }

    // MARK: Life

    @Test("sessions end by themselves: unused, and at their last day")
    func ends() throws {
        for column in ["seen_at", "ends_at"] {
            let browser = try stage.newPerson()
            let id = browser.ask(.get, "/session").json["session"]?["id"]?.stringValue.flatMap { SessionID($0) }
            let session = try #require(id)
            try stage.tamper("UPDATE sessions SET \(unsafeText: column) = UTC_TIMESTAMP(3) - INTERVAL 3 HOUR WHERE id = \(session)")
            #expect(browser.ask(.get, "/session").code == "signed_out", "\(column)")
        }
    }

    @Test("a user sees where they are signed in, ends one, and ends all others")
    func list() throws {
        let browser = try stage.newPerson()
        let address = email(of: browser)
        let others = [Browser(stage), Browser(stage), Browser(stage)]
        for other in others { #expect(signIn(other, address).status == 201) }
        let listed = browser.ask(.get, "/account/sessions").json["data"]?.arrayValue ?? []
        #expect(listed.count == 4)
        #expect(listed.filter { $0["current"] == true }.count == 1)
        #expect(listed.allSatisfy { $0["browser"] == "Firefox" && $0["system"] == "Linux" })
        let own = others[0].ask(.get, "/session").json["session"]?["id"]?.stringValue ?? ""
        #expect(browser.ask(.delete, "/account/sessions/\(own)").status == 204)
        #expect(others[0].ask(.get, "/session").status == 401)
        #expect(browser.ask(.delete, "/account/sessions").json["ended"] == 2)
        #expect(others[1].ask(.get, "/session").status == 401)
        #expect(browser.ask(.get, "/session").status == 200)
    }

    @Test("nobody ends a session of another user")
    func foreignSession() throws {
        let (ada, eve) = (try stage.newPerson(), try stage.newPerson())
        let id = ada.ask(.get, "/session").json["session"]?["id"]?.stringValue ?? ""
        #expect(eve.ask(.delete, "/account/sessions/\(id)").status == 404)
        #expect(ada.ask(.get, "/session").status == 200)
    }

    @Test("a user has twenty sessions at the most; the one that was used longest ago gives way")
    func limit() throws {
        let browser = try stage.newPerson()
        let address = email(of: browser)
        let user = try #require(try stage.store.read { try Users.find(email: address, on: $0) })
        let place = Session.Place(browser: "Firefox", system: "Linux", address: "203.0.113.0/24", country: "")
        for second in 1...25 {
            let session = Session(of: user.id, by: .password, isKept: true, from: place, at: .now().adding(seconds: second))
            try stage.store.write { try Sessions.create(session, digest: (0..<32).map { _ in UInt8.random(in: 0...255) }, on: $0) }
        }
        #expect(try stage.store.read { try Sessions.list(of: user.id, at: .now(), on: $0) }.count == 20)
        #expect(browser.ask(.get, "/session").status == 401)
    }

    @Test("a new password ends all other sessions, and is asked for who one is first")
    func password() throws {
        let browser = try stage.newPerson()
        let address = email(of: browser)
        let other = Browser(stage)
        _ = signIn(other, address)
        let new: JSON = ["password": "another long pass phrase 12"]
        try browser.forgetStepUp()
        #expect(browser.ask(.put, "/account/password", new).code == "step_up_required")
        let before = browser.cookie
        #expect(browser.ask(.post, "/session/step-up", ["password": "wrong"]).status == 401)
        #expect(browser.ask(.post, "/session/step-up", ["password": .string(Stage.password)]).status == 200)
        #expect(browser.cookie != before, "the cookie is another after it")
        #expect(browser.ask(.put, "/account/password", new).status == 200)
        #expect(other.ask(.get, "/session").status == 401)
        #expect(signIn(Browser(stage), address).status == 401)
        #expect(signIn(Browser(stage), address, "another long pass phrase 12").status == 201)
    }

    @Test("a password that is short or easy to guess is refused, and told why", arguments: [
        "short", "passwordpassword", "aaaaaaaaaaaaaaaaaaaa", "ada@example.com ada",
    ])
    func weak(password: String) throws {
        let link = try stage.invite("ada@example.com")
        let response = Browser(stage).ask(.post, "/one-time-links/use", [
            "token": .string(link.token), "name": "Ada", "password": .string(password),
        ])
        #expect(response.refusals == ["/password weak_password"], "\(response.text)")
    }

    @Test("making, widening or rotating a key asks again who one is; revoking one does not")
    func stepUpForKeys() throws {
        let browser = try stage.newPerson()
        let new: JSON = ["name": "first", "scopes": ["links:read"]]
        let made = browser.ask(.post, "/api-keys", new)
        #expect(made.status == 201)
        let id = made.json["id"]?.stringValue ?? ""
        try stage.tamper("UPDATE sessions SET stepped_up_at = UTC_TIMESTAMP(3) - INTERVAL 16 MINUTE")
        for (method, path, body) in [
            (.post, "/api-keys", new), (.patch, "/api-keys/\(id)", ["name": "second"]), (.post, "/api-keys/\(id)/rotate", [:]),
            (.get, "/audit-log/export", nil),
        ] as [(HTTP.Method, String, JSON?)] {
            #expect(browser.ask(method, path, body).code == "step_up_required", "\(method) \(path)")
        }
        #expect(browser.ask(.get, "/api-keys").status == 200)
        #expect(browser.ask(.delete, "/api-keys/\(id)").status == 204)
    }

    @Test("a key that somebody who is signed in has made is theirs, and ends what it may where their role does")
    func creator() throws {
        let browser = try stage.newPerson(.admin)
        let made = browser.ask(.post, "/api-keys", ["name": "first", "scopes": ["links:read", "audit:read"]])
        let member = browser.ask(.get, "/session").json["workspaces"]?[0]?["member_id"]
        #expect(made.json["created_by"] == member)
        let key = made.json["key"]?.stringValue
        #expect(stage.ask(.get, "/audit-log", key: key).status == 200)
        let person = try stage.sysadmin.member(email(of: browser), of: stage.workspace)
        try stage.sysadmin.setRole(.viewer, of: person)
        #expect(stage.ask(.get, "/audit-log", key: key).status == 403)
    }

    @Test("the same request with the same Idempotency-Key makes one key, and shows it again, also after the cookie has changed")
    func idempotency() throws {
        let browser = try stage.newPerson()
        browser.change = { $0.fields.idempotencyKey = "b8f6d7a0-4f0f-4d0a-9a51-0c1d2e3f4a5b" }
        let new: JSON = ["name": "first", "scopes": ["links:read"]]
        let first = browser.ask(.post, "/api-keys", new)
        browser.ask(.post, "/session/step-up", ["password": .string(Stage.password)])
        let again = browser.ask(.post, "/api-keys", new)
        #expect(again[.idempotentReplayed] == "true")
        #expect(again.json["key"] == first.json["key"])
        let other = try stage.newPerson()
        other.change = browser.change
        #expect(other.ask(.post, "/api-keys", new).json["id"] != first.json["id"], "the key is each user's own")
    }

    // MARK: Roles

    @Test("a changed role holds for the next request, and so does a removal")
    func roles() throws {
        let browser = try stage.newPerson(.admin)
        let member = try stage.sysadmin.member(email(of: browser), of: stage.workspace)
        #expect(browser.ask(.get, "/audit-log").status == 200)
        try stage.sysadmin.setRole(.viewer, of: member)
        #expect(browser.ask(.get, "/audit-log").code == "insufficient_scope")
        let changed = try stage.sysadmin.member(email(of: browser), of: stage.workspace)
        try stage.sysadmin.removeMember(changed)
        #expect(browser.ask(.get, "/links").code == "unknown_workspace")
        #expect(browser.ask(.get, "/session").json["workspaces"] == [])
    }

    @Test("each route is as closed to a session as to a key of its role", arguments: Role.allCases)
    func scopes(role: Role) throws {
        let browser = try stage.newPerson(role)
        for route in Route.scoped where route.operation.body == nil {
            let scope = try #require(route.scope)
            let path = route.path.replacing(/\{\w+\}/, with: "lnk_00000000000000000000000000")
            let response = stage.application.respond(to: browser.request(route.method, path))
            #expect((response.code == "insufficient_scope") == !role.scopes.contains(scope), "\(route.name) \(response.status)")
        }
    }

    @Test("what a session changes stands in the audit log as the member's")
    func audit() throws {
        let browser = try stage.newPerson()
        browser.ask(.post, "/links", ["url": "https://example.com/", "domain": .string(stage.host)])
        let member = browser.ask(.get, "/session").json["workspaces"]?[0]?["member_id"]
        let entries = browser.ask(.get, "/audit-log").json["data"]?.arrayValue ?? []
        let own = entries.filter { $0["actor"] == member }.compactMap { $0["action"]?.stringValue }
        #expect(Set(own).isSuperset(of: ["link.created", "session.created", "member.joined"]), "\(own)")
    }
}
