import HTTP
import JSON
import LinkStore
import Model
import Store
import Support
import Testing

@testable import API
@testable import Resources

/// What a test key makes answers as real things do, and is apart from all that is real.
@Suite("A test key")
struct SandboxTests {
    let stage: Stage
    /// A live key, and a test key of all scopes that there are for one.
    let (manager, key): (String, String)

    init() throws {
        stage = try Stage()
        manager = try stage.makeManager()
        key = try stage.testKey()
    }

    private func ids(_ path: String, key: String) -> [String] { stage.ask(.get, path, key: key).items("id") }

    // MARK: The key

    @Test("is made by a live one, and says what it is wherever it is shown")
    func made() throws {
        let made = stage.ask(.post, "/api-keys", #"{"name": "CI", "scopes": ["links:write"], "test": true}"#, key: manager)
        #expect(made.told == """
            201 Created
            {
              "key": "mk_test_<secret>",
              "id": "key_…",
              "name": "CI",
              "test": true,
              "hint": "mk_test_…<last>",
              "scopes": [
                "links:write"
              ],
              "requests_per_minute": null,
              "allowed_addresses": [],
              "created_by": null,
              "expires_at": null,
              "rotated_at": null,
              "successor_id": null,
              "created_at": "<time>",
              "last_used_at": null,
              "last_used_from": null
            }
            """)
        #expect(APIKeyText(made.json["key"]?.stringValue ?? "") != nil)
        let listed = stage.ask(.get, "/api-keys", key: manager).json["data"]?.arrayValue ?? []
        #expect(listed.map { $0["test"] } == [true, true, false, false])
        #expect(try stage.lastChange("key.created").contains(#""name":"CI","test":true,"hint":"mk_test_…<last>""#))
        #expect(stage.ask(.patch, "/api-keys/\(made.json["id"]?.stringValue ?? "")", #"{"test": false}"#, key: manager)
            .refusals == ["/test unknown_field"])
    }

    @Test("has no scope that changes keys, members or the workspace, when it is made or later")
    func scopes() throws {
        for scope in ["keys:write", "members:write"] {
            let body = #"{"name": "x", "scopes": ["links:read", "\#(scope)"], "test": true}"#
            #expect(stage.ask(.post, "/api-keys", body, key: manager).refusals == ["/scopes of_live_keys"])
            let id = try stage.sysadmin.createKey(in: stage.workspace, name: "x", scopes: [.linksRead], isTest: true).key.id
            let change = #"{"scopes": ["\#(scope)"]}"#
            #expect(stage.ask(.patch, "/api-keys/\(id)", change, key: manager).refusals == ["/scopes of_live_keys"])
        }
    }

    @Test("has a test key for its successor, and is refused at once when it is changed or revoked", arguments: [0, 1])
    func rotated(worker: Int) throws {
        let workers = try stage.twoWorkers()
        let made = try stage.sysadmin.createKey(in: stage.workspace, name: "x", scopes: [.linksRead], isTest: true)
        func status(_ key: String, _ path: String = "/links") -> Int { stage.ask(workers[worker], .get, path, key: key).status }
        #expect(status(made.text.text) == 200)
        let next = stage.ask(.post, "/api-keys/\(made.key.id)/rotate", key: manager).json
        let text = next["key"]?.stringValue ?? ""
        #expect(next["test"] == true && text.hasPrefix("mk_test_"))
        #expect(status(made.text.text) == 401 && status(text) == 200 && status(text, "/webhooks") == 403)
        let path = "/api-keys/\(next["id"]?.stringValue ?? "")"
        #expect(stage.ask(.patch, path, #"{"scopes": ["webhooks:read"]}"#, key: manager).status == 200)
        #expect(status(text) == 403 && status(text, "/webhooks") == 200)
        #expect(stage.ask(.delete, path, key: manager).status == 204)
        #expect(status(text) == 401)
    }

    @Test("shows when it was used last, to whoever manages keys")
    func lastUse() throws {
        let made = try stage.sysadmin.createKey(in: stage.workspace, name: "x", scopes: [.linksRead], isTest: true)
        #expect(stage.ask(.get, "/links", key: made.text.text).status == 200)
        try stage.load()
        #expect(stage.ask(.get, "/api-keys/\(made.key.id)", key: manager).json["last_used_at"] != .null)
    }

    @Test(
        "changes no key, no member and nothing of the workspace",
        arguments: Route.scoped.filter { [.keysWrite, .membersWrite].contains($0.scope) })
    func refused(route: Route) throws {
        for base in Stage.bases {
            var request = try stage.request(route, base: base, key: manager)
            request.fields.authorization = "Bearer " + key
            let before = try stage.stored()
            let response = stage.respond(to: request)
            #expect(response.status == 403 && response.code == "test_key", "\(response.text)")
            #expect(try stage.stored() == before)
        }
    }

    // MARK: Links

    @Test("makes, lists, changes and deletes links, each answer as of a real one")
    func links() throws {
        stage.expect("""
            POST /v1/links HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $TEST
            Content-Type: application/json

            {"url": "https://example.com/spring", "slug": "\(stage.workspace.slug)", "tags": ["q1"]}

            HTTP/1.1 201 Created
            Cache-Control: private, no-store
            Content-Type: application/json
            ETag: "1-0"
            Location: /v1/links/lnk_…
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5999;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5999
            X-RateLimit-Reset: <time>

            {
              "id": "lnk_…",
              "url": "https://example.com/spring",
              "short_url": "https://mask.test.test/$WORKSPACE",
              "slug": "$WORKSPACE",
              "domain": "mask.test.test",
              "tags": [
                "q1"
              ],
              "clicks": 0,
              "human_clicks": 0,
              "title": null,
              "utm_source": null,
              "utm_medium": null,
              "utm_campaign": null,
              "utm_term": null,
              "utm_content": null,
              "starts_at": null,
              "expires_at": null,
              "max_clicks": null,
              "expired_url": null,
              "password_protected": false,
              "redirect_status": 302,
              "disabled": false,
              "indexable": false,
              "archived": false,
              "external_id": null,
              "notes": null,
              "created_at": "<time>",
              "updated_at": "<time>",
              "last_clicked_at": null,
              "deleted_at": null
            }
            """, with: ["TEST": key])
        let link = try #require(ids("/links", key: key).first)
        #expect(stage.ask(.patch, "/links/\(link)", #"{"title": "Spring"}"#, key: key).json["title"] == "Spring")
        #expect(stage.ask(.get, "/links?search=spring", key: key).items("title") == ["Spring"])
        #expect(stage.ask(.get, "/tags", key: key).items("tag") == ["q1"])
        #expect(stage.ask(.delete, "/links/\(link)", key: key).status == 204)
        #expect(ids("/links", key: key) == [] && ids("/links?state=deleted", key: key) == [link])
        #expect(stage.ask(.post, "/links/\(link)/restore", key: key).json["title"] == "Spring")
    }

    @Test("leads its visitors on as a real one, counts them, and tells so marked as a test; real events are as they were")
    func visits() throws {
        let slug = "t" + randomHex(6)
        _ = stage.ask(.post, "/webhooks", #"{"url": "https://example.com/hooks", "events": ["*"]}"#, key: key)
        #expect(stage.ask(.post, "/links", #"{"url": "https://example.com/", "slug": "\#(slug)"}"#, key: key).status == 201)
        #expect(stage.testVisit("/" + slug)[.location] == "https://example.com/")
        #expect(stage.ask(.post, "/links", #"{"url": "https://example.com/", "slug": "\#(slug)"}"#).status == 201)
        #expect(stage.testVisit("/").status == 200 && stage.testVisit("/none").status == 404)
        var live = stage.visit("/" + slug)
        live.host = Stage.linkHost
        #expect(stage.application.respond(to: live).status == 302)
        #expect(try stage.load() == 2)
        for key in [key, manager] {
            #expect(stage.ask(.get, "/links", key: key).json["data"]?[0]?["clicks"] == 1)
            #expect(stage.ask(.get, "/analytics/clicks?interval=24h", key: key).json["total"] == 1)
        }
        let events = stage.ask(.get, "/events", key: key).json["data"]?.arrayValue ?? []
        #expect(events.map { $0["type"]?.stringValue } == ["click.recorded", "link.created"] && events.allSatisfy { $0["test"] == true })
        let real = stage.ask(.get, "/events", key: manager).json["data"]?.arrayValue ?? []
        #expect(real.compactMap { $0["type"]?.stringValue } == ["link.created"] && real.allSatisfy { $0["test"] == nil })
        #expect(try stage.query("SELECT CAST(body AS CHAR) FROM events WHERE workspace_id = \(stage.workspace.id)").first?.string(0)
            .hasSuffix("}}") == true)
    }

    @Test("shows a bio page at the test host, with the links that it makes")
    func page() throws {
        let body = #"{"title": "Ada", "slug": "ada-\#(stage.workspace.slug)", "blocks": [{"type": "link", "title": "Blog", "url": "https://example.com/blog"}]}"#
        let made = stage.ask(.post, "/bio-pages", body, key: key)
        #expect(made.json["page_url"]?.stringValue == "https://mask.test.test/ada-\(stage.workspace.slug)", "\(made.text)")
        #expect(stage.ask(.post, "/bio-pages/\(made.json["id"]?.stringValue ?? "")/publish", key: key).status == 200)
        #expect(stage.testVisit("/ada-\(stage.workspace.slug)").text.contains("Ada"))
        #expect(stage.ask(.get, "/links", key: key).json["data"]?.arrayValue?.map { $0["domain"] } == ["mask.test.test"])
        #expect(ids("/bio-pages", key: stage.key) == [] && ids("/links", key: stage.key) == [])
    }

    @Test("has hosts of its own that end in .test, which are verified when that is asked for; no other, and nobody else has them")
    func domains() throws {
        let host = "go.\(stage.workspace.slug).test"
        func create(_ host: String, key: String) -> Response { stage.ask(.post, "/domains", #"{"host": "\#(host)"}"#, key: key) }
        func put(on host: String, key: String) -> Response {
            stage.ask(.post, "/links", #"{"url": "https://example.com/", "domain": "\#(host)"}"#, key: key)
        }
        // What another workspace's could want is none of them: nobody proves anything.
        for theirs in ["go.example.com", "shop.test", "go.other.test", "\(stage.workspace.slug).test", "go-\(stage.workspace.slug).test"] {
            #expect(create(theirs, key: key).refusals == ["/host not_test"], "\(theirs)")
        }
        for key in [key, manager] { #expect(create("x.mask.test.test", key: key).refusals == ["/host own_host"]) }
        let domain = create(host, key: key).json
        #expect(domain["status"] == "pending" && domain["records"]?[1]?["value"] == "mask.test.test")
        #expect(put(on: host, key: key).refusals == ["/domain unknown_domain"])
        let verified = stage.ask(.post, "/domains/\(domain["id"]?.stringValue ?? "")/verify", key: key).json
        #expect(verified["status"] == "verified" && verified["records"]?.arrayValue?.map { $0["state"] } == ["found", "found"])
        let link = put(on: host, key: key).json
        #expect(stage.testVisit("/\(link["slug"]?.stringValue ?? "")", host: host).status == 302)
        // Each its own: neither may use a host of the other.
        for theirs in [Stage.linkHost, stage.host] { #expect(put(on: theirs, key: key).refusals == ["/domain unknown_domain"]) }
        for theirs in [Stage.linkHost + ".test", host] { #expect(put(on: theirs, key: manager).refusals == ["/domain unknown_domain"]) }
        let hosts = try stage.store.read { try Domains.list(on: $0) }.map(\.host)
        #expect(hosts.contains(stage.host) && !hosts.contains(host) && !hosts.contains(Stage.linkHost + ".test"))
    }

    // MARK: Apart

    @Test(
        "meets things of its own workspace as if nobody had them, and changes none",
        arguments: Route.scoped.filter { ($0.example?.idPrefixes.isEmpty == false || !$0.samplePaths.isEmpty) && ![.keysWrite, .membersWrite].contains($0.scope) })
    func isolation(route: Route) throws {
        for base in Stage.bases {
            var requests = try [Things.own, .nobodys].map { try stage.request(route, base: base, key: key, naming: $0) }
            for index in requests.indices { requests[index].id = String(repeating: "0", count: 32) }
            let before = try stage.stored()
            let (theirs, nobodys) = (stage.respond(to: requests[0]), stage.respond(to: requests[1]))
            if route.method == .put { #expect(theirs.status == 201) } else { #expect(theirs.text == nobodys.text) }
            #expect(try stage.stored() == before)
        }
    }

    @Test("shows and is shown nothing of the other side", arguments: Route.scoped.filter { $0.method == .get && $0.samplePaths.isEmpty && $0.scope != .keysWrite })
    func reading(route: Route) throws {
        _ = try stage.makeMember(.admin, name: "Grace")
        let host = "go.\(stage.workspace.slug).test"
        var marks: [String: [String]] = [:]
        for (key, host) in [(key, host), (manager, stage.host)] {
            let (slug, tag) = ("s" + randomHex(6), "t" + randomHex(6))
            let link = stage.ask(.post, "/links", #"{"url": "https://example.com/", "slug": "\#(slug)", "tags": ["\#(tag)"]}"#, key: key)
            _ = stage.ask(.post, "/qr-codes", #"{"link_id": "\#(link.json["id"]?.stringValue ?? "")", "name": "\#(slug)"}"#, key: key)
            _ = stage.ask(.post, "/bio-pages", #"{"title": "\#(slug)"}"#, key: key)
            _ = stage.ask(.post, "/webhooks", #"{"url": "https://example.com/\#(slug)"}"#, key: key)
            _ = stage.ask(.post, "/domains", #"{"host": "\#(host)"}"#, key: key)
            marks[key] = [slug, tag, host]
        }
        marks[manager]?.append("Grace")
        try stage.load()
        for (own, other) in [(key, manager), (manager, key)] {
            let text = stage.respond(to: try stage.request(route, key: own)).whole
            for mark in marks[other] ?? [] { #expect(!text.contains(mark), "\(route.name) shows \(mark)") }
        }
    }

    @Test("is counted apart: requests of a minute, quotas, answers to an Idempotency-Key; each as the plan says")
    func limits() throws {
        try stage.sysadmin.setQuota(.links, to: 1, of: stage.workspace)
        for key in [key, stage.key] {
            #expect(stage.ask(.get, "/links", key: key)[.xRateLimitRemaining] == "5999")
            let bodies = (1...2).map { #"{"url": "https://example.com/\#($0)"}"# }
            let answers = bodies.map { stage.ask(stage.application, .post, "/links", $0, key: key, idempotent: "same-\($0.count)") }
            #expect(answers[0].status == 201 && answers[0][.idempotentReplayed] == nil && answers[1].code == "idempotency_key_reused")
            #expect(stage.ask(.post, "/links", bodies[1], key: key).code == "quota_exceeded")
        }
        try stage.sysadmin.setPlan(.hobby, of: stage.workspace)
        for key in [key, stage.key] { #expect(stage.ask(.get, "/workspace", key: key)[.xRateLimitLimit] == "60") }
    }

    @Test("reads of the workspace its own side, and has no members")
    func workspace() throws {
        let (test, live) = (stage.ask(.get, "/workspace", key: key).json, stage.ask(.get, "/workspace", key: manager).json)
        #expect(test["test"] == true && live["test"] == false && test["id"] != live["id"])
        for member in ["slug", "name", "plan", "requests_per_minute", "brand"] { #expect(test[member] == live[member]) }
        _ = try stage.makeMember(.owner)
        #expect(ids("/team/members", key: key) == [] && ids("/team/members", key: manager).count == 1)
    }

    @Test("finds the same sandbox as every other, also where the first two come at once")
    func concurrent() throws {
        let stage = try Stage()
        let manager = try stage.makeManager()
        let body = #"{"name": "CI", "scopes": ["links:read", "links:write"], "test": true}"#
        let keys = try inParallel(2) { _ in stage.ask(.post, "/api-keys", body, key: manager).json["key"]?.stringValue ?? "" }
        let made = try inParallel(2) { stage.ask(.post, "/links", #"{"url": "https://example.com/"}"#, key: keys[$0]).json["id"]?.stringValue ?? "" }
        for key in keys { #expect(Set(stage.ask(.get, "/links", key: key).items("id")) == Set(made)) }
    }
}

extension Stage {
    /// A test key of all scopes that there are for one.
    func testKey() throws -> String {
        try sysadmin.createKey(in: workspace, name: "test", scopes: Scopes.ofTestKeys.list, isTest: true).text.text
    }

    /// What a visitor of a sandbox's host gets, who has found the way there.
    func testVisit(_ target: String, host: String = Stage.linkHost + ".test") -> Response {
        var visit = visit(target)
        visit.host = host
        return application.respond(to: visit)
    }
}
