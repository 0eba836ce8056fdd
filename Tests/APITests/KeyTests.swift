import Foundation
import HTTP
import Model
import Store
import Support
import Testing

@testable import API
@testable import Resources

/// API keys over the API: made, read, changed, revoked. The key itself is shown once, when it is made.
@Suite("API keys")
struct KeyTests {
    let stage: Stage
    /// A key of every scope.
    let manager: String

    init() throws {
        stage = try Stage()
        manager = try stage.makeManager()
    }

    private func make(_ body: String = #"{"name": "CI", "scopes": ["team:read"]}"#, with key: String? = nil) throws -> (id: String, key: String) {
        let answer = stage.ask(.post, "/api-keys", body, key: key ?? manager)
        return (try #require(answer.json["id"]?.stringValue, "\(answer.text)"), try #require(answer.json["key"]?.stringValue))
    }

    // MARK: Exchanges

    @Test("a long body is read of whoever has a key that works there and requests left, and of nobody else")
    func uploads() throws {
        let stage = try Stage()
        let (revoked, slow) = (try stage.newKey([.pagesWrite]), try stage.newKey([.pagesWrite], requestsPerMinute: 1))
        try stage.sysadmin.revokeKey(revoked.id)
        let away = try stage.sysadmin.createKey(
            in: stage.workspace, name: "away", scopes: [.pagesWrite],
            allowedAddresses: [AddressRange(validating: "192.0.2.0/24")]).text.text
        func mayRead(_ key: String?, _ target: String = "/v1/images", isSecure: Bool = true) -> Bool {
            var request = stage.request(.post, target)
            request.fields.authorization = key.map { "Bearer " + $0 }
            request.isSecure = isSecure
            return stage.application.mayRead(bodyOf: request)
        }
        stage.window()
        #expect(mayRead(stage.key) && mayRead(stage.key, "/api/v1/images") && mayRead(slow.text))
        for key in [nil, "mk_live_", APIKeyText.random().text, revoked.text, away] { #expect(!mayRead(key), "\(key ?? "none")") }
        #expect(!mayRead(stage.key, isSecure: false) && !mayRead(stage.key, "/slug"))
        #expect(stage.ask(.get, "/workspace", key: slow.text).status == 403)
        #expect(!mayRead(slow.text), "its limit is used up")
        #expect(stage.ask(.get, "/workspace").remaining == 6000 - 2, "asking counts nothing")
    }

    @Test("a body that was not read is not taken for an empty one: nothing is done, and no password is wrong", arguments: [
        (HTTP.Method.post, "/links"), (.post, "/links/bulk"), (.post, "/api-keys/$K/rotate"), (.patch, "/workspace"), (.post, "/images"),
    ])
    func unread(method: HTTP.Method, path: String) throws {
        let stage = try Stage()
        try stage.create(["slug": "secret", "password": "right"])
        let before = try stage.effects()
        var request = stage.request(method, "/v1" + path.replacing("$K", with: "\(stage.keyID)"))
        request.fields.authorization = "Bearer " + (try stage.ownerKey())
        request.fields.contentType = "application/json"
        request.fields.idempotencyKey = "one"
        request.isBodyUnread = true
        let answer = stage.application.respond(to: request)
        #expect(answer.status == 503 && answer[.retryAfter] == "1", "\(answer.text)")
        request.fields.authorization = "Bearer mk_live_none"
        #expect(stage.application.respond(to: request).status == 401)
        #expect(try stage.effects() == before && stage.ask(.get, "/workspace").status == 200)

        var form = stage.visit("/secret", .post)
        form.isBodyUnread = true
        for _ in 0..<10 { #expect(stage.application.respond(to: form).status == 413) }
        #expect(stage.follow("/secret", .post, body: "password=right").status == 303, "no try is lost")
    }

    @Test("a key is made with a name and scopes, and shown this one time")
    func create() throws {
        let answer = stage.ask(.post, "/api-keys", """
            {"name": "CI", "scopes": ["links:write", "links:read"], "expires_at": "2999-01-01T00:00:00+01:00",
             "requests_per_minute": 100, "allowed_addresses": ["203.0.113.0/24", "2001:DB8::1"]}
            """, key: manager)
        #expect(answer.told == """
            201 Created
            {
              "key": "mk_live_<secret>",
              "id": "key_…",
              "name": "CI",
              "test": false,
              "hint": "mk_live_…<last>",
              "scopes": [
                "links:read",
                "links:write"
              ],
              "requests_per_minute": 100,
              "allowed_addresses": [
                "203.0.113.0/24",
                "2001:db8::1"
              ],
              "created_by": null,
              "expires_at": "<time>",
              "rotated_at": null,
              "successor_id": null,
              "created_at": "<time>",
              "last_used_at": null,
              "last_used_from": null
            }
            """)
        #expect(answer.json["expires_at"]?.stringValue == "2998-12-31T23:00:00Z")
        #expect(answer[.location] == "/v1/api-keys/" + (answer.json["id"]?.stringValue ?? ""))
        #expect(answer[.eTag] == #""1""#)
    }

    @Test("a key is read without its text, in both dialects")
    func get() throws {
        let made = try make()
        let answer = stage.ask(.get, "/api-keys/" + made.id, key: manager)
        #expect(answer.told == """
            200 OK
            {
              "id": "key_…",
              "name": "CI",
              "test": false,
              "hint": "mk_live_…<last>",
              "scopes": [
                "team:read"
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
        var request = stage.request(.get, "/api/v1/api-keys/" + made.id)
        request.fields.authorization = "Bearer " + manager
        let quickStart = stage.application.respond(to: request).json["data"]
        #expect(quickStart?["lastUsedAt"] == .null && quickStart?["name"]?.stringValue == "CI")
    }

    @Test("the list has the keys that are not revoked, newest first, page by page")
    func list() throws {
        var ids: [String] = []
        for number in 0..<5 {
            ids.append(try make(#"{"name": "n\#(number)", "scopes": ["team:read"]}"#).id)
            usleep(1500)
        }
        #expect(stage.ask(.delete, "/api-keys/" + ids[2], key: manager).status == 204)
        let first = stage.ask(.get, "/api-keys?limit=3", key: manager)
        #expect(first.items("name") == ["n4", "n3", "n1"])
        #expect(first.json["has_more"]?.boolValue == true)
        let cursor = try #require(first.json["next_cursor"]?.stringValue)
        let second = stage.ask(.get, "/api-keys?limit=3&starting_after=\(cursor)", key: manager)
        #expect(second.items("name").first == "n0" && second.json["has_more"]?.boolValue == false)
    }

    @Test("a change holds for the next request, on every worker; what is not sent stays")
    func update() throws {
        let (made, workers) = (try make(), try stage.twoWorkers())
        for worker in workers { #expect(stage.ask(worker, .get, "/workspace", key: made.key).status == 200) }
        let answer = stage.ask(.patch, "/api-keys/" + made.id, #"{"name": "Build", "scopes": ["links:read"]}"#, key: manager)
        #expect(answer.json["name"]?.stringValue == "Build" && answer[.eTag] == #""2""#)
        for worker in workers {
            #expect(stage.ask(worker, .get, "/workspace", key: made.key).code == "insufficient_scope")
            #expect(stage.ask(worker, .get, "/links", key: made.key).status == 200)
        }
        #expect(try stage.lastChange("key.updated") == """
            {"before":{"name":"CI","scopes":["team:read"]},"after":{"name":"Build","scopes":["links:read"]}}
            """)
        #expect(stage.ask(.patch, "/api-keys/" + made.id, "{}", key: manager)[.eTag] == #""2""#)
    }

    @Test("a revoked key is gone, for its user at once and for whoever manages keys")
    func revoke() throws {
        let (made, workers) = (try make(), try stage.twoWorkers())
        for worker in workers { #expect(stage.ask(worker, .get, "/workspace", key: made.key).status == 200) }
        #expect(stage.ask(.delete, "/api-keys/" + made.id, key: manager).status == 204)
        for worker in workers { #expect(stage.ask(worker, .get, "/workspace", key: made.key).status == 401) }
        #expect(stage.ask(.get, "/api-keys/" + made.id, key: manager).status == 404)
        #expect(stage.ask(.delete, "/api-keys/" + made.id, key: manager).status == 404)
    }

    @Test("a key may revoke itself")
    func revokeItself() throws {
        let made = try make(#"{"name": "x", "scopes": ["keys:write"]}"#)
        #expect(stage.ask(.delete, "/api-keys/" + made.id, key: made.key).status == 204)
        #expect(stage.ask(.get, "/api-keys", key: made.key).status == 401)
    }

    @Test("a change that others made meanwhile is not overwritten: If-Match")
    func ifMatch() throws {
        let made = try make()
        var request = stage.request(.patch, "/v1/api-keys/" + made.id, body: #"{"name": "mine"}"#)
        request.fields.authorization = "Bearer " + manager
        request.fields.ifMatch = #""1""#
        #expect(stage.application.respond(to: request).status == 200)
        #expect(stage.application.respond(to: request).code == "precondition_failed")
    }

    @Test("a repeated creation makes one key and shows it again, to the same caller alone")
    func idempotent() throws {
        let body = #"{"name": "CI", "scopes": ["team:read"]}"#
        let answers = (0..<2).map { _ in stage.ask(stage.application, .post, "/api-keys", body, key: manager, idempotent: "once") }
        #expect(answers.map(\.status) == [201, 201] && answers[0].body == answers[1].body)
        #expect(answers[1][.idempotentReplayed] == "true")
        let stranger = try stage.makeManager()
        #expect(stage.ask(stage.application, .post, "/api-keys", body, key: stranger, idempotent: "once").code == "idempotency_key_reused")
        #expect(try stage.changes("key.created").count { $0.hasPrefix("key_") } == 1)
    }

    // MARK: Refusals

    @Test("what is wrong with a new key is told by field", arguments: [
        (#"{"scopes": ["team:read"]}"#, "/name required"), (#"{"name": "x"}"#, "/scopes required"),
        (#"{"name": "x", "scopes": []}"#, "/scopes empty"), (#"{"name": "", "scopes": ["team:read"]}"#, "/name empty"),
        (#"{"name": "x", "scopes": ["all"]}"#, "/scopes/0 invalid_choice"),
        (#"{"name": "x", "scopes": ["team:read"], "expires_at": "2020-01-01T00:00:00Z"}"#, "/expires_at not_in_future"),
        (#"{"name": "x", "scopes": ["team:read"], "allowed_addresses": ["10.0.0.0/8", "10.0.0.1/8"]}"#, "/allowed_addresses/1 invalid_address_range"),
        (#"{"name": "x", "scopes": ["team:read"], "allowed_addresses": ["10.0.0.0/33"]}"#, "/allowed_addresses/0 invalid_address_range"),
        (#"{"name": "x", "scopes": ["team:read"], "allowed_addresses": [""]}"#, "/allowed_addresses/0 invalid_address_range"),
        (#"{"name": "x", "scopes": ["team:read"], "requests_per_minute": 0}"#, "/requests_per_minute out_of_range"),
        (#"{"name": "x", "scopes": ["team:read"], "key": "mk_live_mine"}"#, "/key unknown_field"),
    ])
    func invalid(_ body: String, _ refusal: String) {
        let answer = stage.ask(.post, "/api-keys", body, key: manager)
        #expect(answer.status == 422 && answer.refusals == [refusal], "\(answer.text)")
    }

    @Test("fifty-one address ranges are too many")
    func tooManyRanges() {
        let ranges = (0..<51).map { "\"10.0.\($0).0/24\"" }.joined(separator: ",")
        let answer = stage.ask(.post, "/api-keys", #"{"name": "x", "scopes": ["team:read"], "allowed_addresses": [\#(ranges)]}"#, key: manager)
        #expect(answer.refusals == ["/allowed_addresses too_many"])
    }

    @Test("a key gives nobody more than it has: not in a new key, not in one that it changes or rotates")
    func escalation() throws {
        let clerk = try stage.newKey([.keysWrite, .linksRead]).text
        let strong = try stage.newKey([.linksRead, .linksWrite])
        let weak = try stage.newKey([.linksRead])
        let refused = [
            stage.ask(.post, "/api-keys", #"{"name": "x", "scopes": ["links:read", "links:write"]}"#, key: clerk),
            stage.ask(.patch, "/api-keys/\(strong.id)", #"{"name": "mine"}"#, key: clerk),
            stage.ask(.patch, "/api-keys/\(weak.id)", #"{"scopes": ["links:write"]}"#, key: clerk),
            stage.ask(.post, "/api-keys/\(strong.id)/rotate", key: clerk),
        ]
        for answer in refused {
            #expect(answer.status == 403 && answer.code == "insufficient_scope" && answer.json["required_scope"]?.stringValue == "links:write")
        }
        #expect(stage.ask(.get, "/links", key: strong.text).status == 200)
        #expect(stage.ask(.post, "/api-keys", #"{"name": "x", "scopes": ["keys:write", "links:read"]}"#, key: clerk).status == 201)
        #expect(stage.ask(.patch, "/api-keys/\(weak.id)", #"{"name": "mine"}"#, key: clerk).status == 200)
        #expect(stage.ask(.post, "/api-keys/\(weak.id)/rotate", key: clerk).status == 201)
    }

    @Test("a bounded key makes keys within its bounds: the same where none are sent, tighter ones, and no looser")
    func bounds() throws {
        let end = Timestamp.now().adding(seconds: 3600)
        let maker = try stage.sysadmin.createKey(
            in: stage.workspace, name: "maker", scopes: Scope.allCases, expiresAt: end, requestsPerMinute: 500,
            allowedAddresses: [AddressRange(validating: "2001:db8::/32")]).text.text
        func ask(_ method: HTTP.Method, _ path: String, _ body: String, key: String) -> Response {
            var request = stage.request(method, "/v1" + path, body: body)
            request.fields.authorization = "Bearer " + key
            request.remoteAddress = "2001:db8::7"
            return stage.respond(to: request)
        }
        let same = ask(.post, "/api-keys", #"{"name": "CI", "scopes": ["team:read"]}"#, key: maker).json
        #expect(same["expires_at"]?.stringValue == end.rfc3339)
        #expect(same["requests_per_minute"] == 500)
        #expect(same["allowed_addresses"] == ["2001:db8::/32"])
        let tighter = ask(.post, "/api-keys", """
            {"name": "CI", "scopes": ["team:read"], "requests_per_minute": 5, "allowed_addresses": ["2001:db8:1::/48"]}
            """, key: maker)
        #expect(tighter.status == 201)
        let looser = [
            #""expires_at": null"#, #""expires_at": "2999-01-01T00:00:00Z""#, #""requests_per_minute": null"#,
            #""requests_per_minute": 501"#, #""allowed_addresses": null"#, #""allowed_addresses": ["2001:db8::/31"]"#,
            #""allowed_addresses": ["2001:db8:1::/48", "203.0.113.0/24"]"#,
        ]
        for field in looser {
            let refused = ask(.post, "/api-keys", #"{"name": "CI", "scopes": ["team:read"], \#(field)}"#, key: maker)
            #expect(refused.refusals == ["/\(field.split(separator: "\"")[0]) beyond_own"], "\(field)")
            let id = try #require(tighter.json["id"]?.stringValue)
            #expect(ask(.patch, "/api-keys/" + id, "{\(field)}", key: maker).refusals == refused.refusals)
        }
    }

    @Test("without keys:write there are no keys to be seen")
    func scope() throws {
        let reader = try stage.newKey(Scope.publicScopes).text
        for path in ["/api-keys", "/api-keys/\(stage.keyID)"] {
            #expect(stage.ask(.get, path, key: reader).code == "insufficient_scope")
        }
    }

    @Test("another workspace's key is as unknown as one that never was")
    func isolation() throws {
        let stranger = try Stage()
        let theirs = try stranger.newKey([.teamRead])
        for id in [theirs.id, APIKeyID.new()] {
            let answers = [
                stage.ask(.get, "/api-keys/\(id)", key: manager), stage.ask(.patch, "/api-keys/\(id)", "{}", key: manager),
                stage.ask(.post, "/api-keys/\(id)/rotate", key: manager), stage.ask(.delete, "/api-keys/\(id)", key: manager),
            ]
            #expect(answers.map(\.code) == Array(repeating: "not_found", count: 4))
        }
        #expect(stranger.ask(.get, "/workspace", key: theirs.text).status == 200)
    }

    // MARK: Where from, how often, when last

    @Test("a key works from its allowed addresses, and from nowhere else")
    func addresses() throws {
        let made = try make(#"{"name": "x", "scopes": ["team:read"], "allowed_addresses": ["203.0.113.0/24", "2001:db8:7::/48"]}"#)
        let table = [
            ("203.0.113.0", 200), ("203.0.113.255", 200), ("::ffff:203.0.113.9", 200), ("2001:db8:7:ffff::1", 200),
            ("203.0.114.1", 403), ("2001:db8:8::1", 403), ("::203.0.113.9", 403), ("", 403),
        ]
        for (address, status) in table {
            var request = stage.request(.get, "/v1/workspace")
            request.fields.authorization = "Bearer " + made.key
            request.remoteAddress = address
            let answer = stage.application.respond(to: request)
            #expect(answer.status == status, "\(address)")
            #expect(answer.code == (status == 403 ? "address_not_allowed" : nil))
        }
        #expect(stage.ask(.patch, "/api-keys/" + made.id, #"{"allowed_addresses": null}"#, key: manager).status == 200)
        #expect(stage.ask(.get, "/workspace", key: made.key).status == 200)
    }

    @Test("a key's own limit holds beside the workspace's, and a change of it at once")
    func ownLimit() throws {
        let made = try make(#"{"name": "x", "scopes": ["team:read"], "requests_per_minute": 3}"#)
        let answers = (0..<4).map { _ in stage.ask(.get, "/workspace", key: made.key) }
        #expect(answers.map(\.status) == [200, 200, 200, 429])
        #expect(answers[0][.xRateLimitLimit] == "3" && answers[3][.retryAfter] != nil)
        #expect(stage.ask(.patch, "/api-keys/" + made.id, #"{"requests_per_minute": 5}"#, key: manager).status == 200)
        let more = (0..<3).map { _ in stage.ask(.get, "/workspace", key: made.key).status }
        #expect(more == [200, 200, 429])
    }

    @Test("the last use is known once the journal is loaded: its time, and roughly where from; it never goes back")
    func lastUse() throws {
        let made = try make()
        func use(at time: Timestamp, from address: String) {
            var request = stage.request(.get, "/v1/workspace")
            request.fields.authorization = "Bearer " + made.key
            (request.remoteAddress, request.receivedMilliseconds) = (address, time.milliseconds)
            #expect(stage.application.respond(to: request).status == 200)
        }
        func told() -> [String] {
            let key = stage.ask(.get, "/api-keys/" + made.id, key: manager).json
            return [key["last_used_at"]?.stringValue ?? "null", key["last_used_from"]?.stringValue ?? "null"]
        }
        let now = Timestamp.now()
        use(at: now, from: "203.0.113.77")
        #expect(told() == ["null", "null"], "no request writes to the database")
        try stage.load()
        #expect(told() == [now.rfc3339, "203.0.113.0/24"])
        use(at: now.adding(seconds: -100), from: "198.51.100.1")
        try stage.load()
        #expect(told() == [now.rfc3339, "203.0.113.0/24"])
        use(at: now.adding(seconds: 100), from: "2001:db8:1:2::3")
        use(at: now.adding(seconds: 50), from: "198.51.100.1")
        try stage.load()
        #expect(told() == [now.adding(seconds: 100).rfc3339, "2001:db8:1::/48"])
        #expect(stage.ask(.get, "/api-keys/" + made.id, key: manager)[.eTag] != #""1""#, "what is shown has changed")
    }

    @Test("a key in the address is refused, and the refusal stands in the audit log of the key's workspace")
    func inAddress() throws {
        let made = try make()
        for target in ["links?api_key=\(made.key)", "links/\(made.key)", "nowhere?q=\(APIKeyText.random().text)"] {
            var request = stage.request(.get, "/v1/" + target)
            request.fields.authorization = nil
            #expect(stage.application.respond(to: request).code == "invalid_request")
        }
        try stage.load()
        let log = stage.ask(.get, "/audit-log?actor=\(made.id)", key: manager)
        #expect(log.items("outcome") == ["refused", "refused"] && log.json["data"]?[0]?["status"]?.integerValue == 400)
    }
}
