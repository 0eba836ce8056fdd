@testable import Access
import Application
import JSON
import Crypto
import Foundation
import HTTP
import MariaDB
import Model
import Redis
import Store
import Support
import Testing

@testable import API
@testable import Resources

/// A POST with an Idempotency-Key has its effect once, however often it is sent.
@Suite("Idempotency keys")
struct IdempotencyTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    private func body(_ slug: String? = nil, url: String = "https://example.com/") -> String {
        let slug: JSONObject = slug.map { ["slug": .string($0)] } ?? [:]
        return JSON.object(JSONObject([
            .init(name: "url", value: .string(url)), .init(name: "domain", value: .string(stage.host)),
        ] + slug.members)).text
    }

    private func create(_ body: String, _ key: String, to worker: Application? = nil) -> Response {
        stage.send(.post, "/links", body, idempotencyKey: key, to: worker)
    }

    private func expectReplay(_ response: Response, of first: Response, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(response.status == first.status, "\(response.text)", sourceLocation: sourceLocation)
        #expect(response[.idempotentReplayed] == "true", sourceLocation: sourceLocation)
        #expect(response.body == first.body, sourceLocation: sourceLocation)
        for name in [Response.FieldName.location, .eTag, .contentType] {
            #expect(response[name] == first[name], sourceLocation: sourceLocation)
        }
    }

    // MARK: Replay

    @Test("a request that is sent again gets the first answer, and a field that says so")
    func replay() throws {
        let request = """
            POST /v1/links HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY
            Content-Type: application/json
            Idempotency-Key: 8e03978e-40d5-43e8-bc93-6894a57f9324

            {"url": "https://example.com/long-page", "slug": "once", "domain": "$HOST"}


            """
        let link = """
            {
              "id": "lnk_…",
              "url": "https://example.com/long-page",
              "short_url": "https://$HOST/once",
              "slug": "once",
              "domain": "$HOST",
              "tags": [],
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
            """
        stage.expect(request + """
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

            \(link)
            """)
        stage.expect(request + """
            HTTP/1.1 201 Created
            Cache-Control: private, no-store
            Content-Type: application/json
            ETag: "1-0"
            Idempotent-Replayed: true
            Location: /v1/links/lnk_…
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5998;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5998
            X-RateLimit-Reset: <time>

            \(link)
            """)
        #expect(try stage.effects() == .created(1, answers: 1))
    }

    @Test("a replay is the same to the byte, and leaves no second link, audit entry or event", arguments: [nil, "mine"])
    func sameBytes(slug: String?) throws {
        let first = create(body(slug), "k1")
        #expect(first.status == 201)
        #expect(first[.idempotentReplayed] == nil)
        for _ in 0..<3 { expectReplay(create(body(slug), "k1"), of: first) }
        #expect(try stage.effects() == .created(1, answers: 1))
    }

    @Test("the answer is replayed although the link has been changed and deleted since")
    func replayOfWhatHasGone() throws {
        let first = create(body("gone"), "k1")
        let path = "/links/" + (first.json["id"]?.stringValue ?? "")
        #expect(stage.ask(.patch, path, #"{"title": "another"}"#).status == 200)
        expectReplay(create(body("gone"), "k1"), of: first)
        #expect(stage.ask(.delete, path).status == 204)
        expectReplay(create(body("gone"), "k1"), of: first)
    }

    @Test("each dialect replays its own shape")
    func dialects() throws {
        let body = body()
        let first = stage.send(.post, "/api/v1/links", body, idempotencyKey: "k1")
        #expect(first.json["data"]?["originalUrl"] == "https://example.com/")
        expectReplay(stage.send(.post, "/api/v1/links", body, idempotencyKey: "k1"), of: first)
        #expect(create(body, "k1").code == "idempotency_key_reused")
    }

    @Test("another key, and another workspace with the same key, are other requests")
    func independent() throws {
        let other = try Stage()
        let bodies = [body(), body()]
        #expect(create(bodies[0], "k1").status == 201)
        #expect(create(bodies[1], "k2")[.idempotentReplayed] == nil)
        let elsewhere = other.send(.post, "/links", #"{"url": "https://example.com/"}"#, idempotencyKey: "k1")
        #expect(elsewhere.status == 201)
        #expect(elsewhere[.idempotentReplayed] == nil)
        #expect(try stage.effects().links == 2)
        #expect(try other.effects() == .created(1, answers: 1))
    }

    @Test("without a key, or with a method that repeats itself harmlessly, nothing is kept")
    func notKept() throws {
        let link = try stage.create([:])
        let path = "/links/" + (link["id"]?.stringValue ?? "")
        for title in ["a", "b"] {
            let response = stage.send(.patch, path, #"{"title": "\#(title)"}"#, idempotencyKey: "k1")
            #expect(response.json["title"] == .string(title))
        }
        #expect(stage.send(.get, path, idempotencyKey: "k1").status == 200)
        #expect(stage.send(.delete, path, idempotencyKey: "k1").status == 204)
        #expect(try stage.effects().answers == 0)
    }

    @Test("an answer that was lost after the commit is replayed by another worker")
    func lostAnswer() throws {
        let second = Application(try stage.secondWorker())
        let body = body("lost")
        let lost = create(body, "k1")
        expectReplay(create(body, "k1", to: second), of: lost)
        #expect(try stage.effects() == .created(1, answers: 1))
    }

    @Test("a key is free again after a day")
    func old() throws {
        let first = create(body(), "k1")
        try age(by: "23:59:00")
        expectReplay(create(body(), "k1"), of: first)
        try age(by: "00:02:00")
        let second = create(body(), "k1")
        #expect(second.status == 201)
        #expect(second[.idempotentReplayed] == nil)
        #expect(second.json["id"] != first.json["id"])
        expectReplay(create(body(), "k1"), of: second)
        // Another request may have it then, too.
        try age(by: "24:00:01")
        #expect(create(body(url: "https://example.com/other"), "k1").status == 201)
        #expect(try stage.effects() == .created(3, answers: 1))
    }

    private func age(by time: String) throws {
        try stage.tamper("""
            UPDATE idempotency_keys SET created_at = SUBTIME(created_at, \(time)) WHERE workspace_id = \(stage.workspace.id)
            """)
    }

    @Test("a bulk request is replayed with all its results, refused ones too")
    func bulk() throws {
        let body = #"{"links": [{"url": "https://example.com/1"}, {"url": "nonsense"}, {"url": "https://example.com/2"}]}"#
        let first = stage.send(.post, "/links/bulk", body, idempotencyKey: "k1")
        #expect(first.results == ["201", "422 invalid_url", "201"])
        expectReplay(stage.send(.post, "/links/bulk", body, idempotencyKey: "k1"), of: first)
        #expect(try stage.effects() == .created(2, answers: 1))
    }

    // MARK: Refusals

    @Test("a key with another body: 422")
    func reused() throws {
        #expect(create(body(), "k1").status == 201)
        stage.expect("""
            POST /v1/links HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY
            Content-Type: application/json
            Idempotency-Key: k1

            {"url": "https://example.com/another"}

            HTTP/1.1 422 Unprocessable Content
            Cache-Control: private, no-store
            Content-Type: application/problem+json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5998;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5998
            X-RateLimit-Reset: <time>

            {
              "type": "https://api.mask.test/docs/errors#idempotency_key_reused",
              "title": "Idempotency-Key used before",
              "status": 422,
              "detail": "Send a new Idempotency-Key with a new request; this one belongs to another request.",
              "code": "idempotency_key_reused",
              "request_id": "req_…",
              "doc_url": "https://api.mask.test/docs/errors#idempotency_key_reused"
            }
            """)
        #expect(try stage.effects() == .created(1, answers: 1))
    }

    @Test("a key with another path, another query or a body that would be refused: 422 as well")
    func reusedElsewhere() throws {
        let owner = try stage.ownerKey()
        #expect(create(body("taken"), "k1").status == 201)
        for answer in [
            stage.send(.post, "/links/bulk", #"{"links": [{"url": "https://example.com/"}]}"#, idempotencyKey: "k1"),
            stage.send(.post, "/api-keys", #"{"name": "x", "scopes": ["links:read"]}"#, key: owner, idempotencyKey: "k1"),
            create(body("taken") + " ", "k1"),
            create(#"{"url": "nonsense"}"#, "k1"),
            create("{", "k1"),
        ] {
            #expect(answer.status == 422)
            #expect(answer.code == "idempotency_key_reused")
        }
        #expect(try stage.effects() == .created(1, answers: 1))
    }

    @Test("what is no key: 400", arguments: ["", String(repeating: "k", count: 256), "schlüssel", "a key", "a\tb", " k", "k, k"])
    func invalid(key: String) throws {
        let response = create(body(), key)
        #expect(response.status == 400)
        #expect(response.code == "invalid_request")
        #expect(try stage.effects() == .created(0))
    }

    @Test("the shortest and the longest key", arguments: ["!", String(repeating: "~", count: 255)])
    func valid(key: String) throws {
        let first = create(body(), key)
        expectReplay(create(body(), key), of: first)
    }

    @Test("a refused request has no effect that could be repeated: it may succeed later with the same key")
    func refusals() throws {
        #expect(create(#"{"url": "nonsense"}"#, "k1").status == 422)
        #expect(create(body("free"), "k1").status == 201)

        let link = try stage.create(["slug": "wanted"])
        #expect(create(body("wanted"), "k2").code == "slug_taken")
        #expect(stage.ask(.delete, "/links/" + (link["id"]?.stringValue ?? "") + "?purge=true").status == 204)
        #expect(create(body("wanted"), "k2").status == 201)

        let reader = try stage.newKey([.linksRead]).text
        #expect(stage.send(.post, "/links", body("third"), key: reader, idempotencyKey: "k3").status == 403)
        #expect(create(body("third"), "k3")[.idempotentReplayed] == nil)
        #expect(try stage.effects().answers == 3)
    }

    @Test("a request over the limit is not remembered")
    func limited() throws {
        let stage = try Stage(limit: 2)
        stage.window()
        let body = #"{"links": [{"url": "https://example.com/"}]}"#
        #expect(stage.ask(.get, "/workspace").status == 200)
        // Its own one is counted, the one for its items is over the limit.
        #expect(stage.send(.post, "/links/bulk", body, idempotencyKey: "k1").status == 429)
        #expect(stage.send(.post, "/links/bulk", body, idempotencyKey: "k1").status == 429)
        #expect(try stage.effects() == .created(0))
        try stage.sysadmin.setLimit(100, of: stage.workspace)
        let response = stage.send(.post, "/links/bulk", body, idempotencyKey: "k1")
        #expect(response.results == ["201"])
        #expect(response[.idempotentReplayed] == nil)
    }

    @Test("an error of ours is not remembered, and rolls back whatever came before it")
    func internalError() throws {
        let database = try TestDatabase()
        defer { try? database.drop() }
        let stage = try Stage(store: database.store)
        let body = #"{"url": "https://example.com/", "slug": "retried"}"#
        try database.connect().run("RENAME TABLE events TO away")
        for path in ["/links", "/links/bulk"] {
            let body = path == "/links" ? body : #"{"links": [{"url": "https://example.com/"}]}"#
            #expect(stage.send(.post, path, body, idempotencyKey: "k1").status == 500)
        }
        try database.connect().run("RENAME TABLE away TO events")
        #expect(try stage.effects() == .created(0))
        let response = stage.send(.post, "/links", body, idempotencyKey: "k1")
        #expect(response.status == 201)
        #expect(response[.idempotentReplayed] == nil)
    }

    @Test("while the database cannot be written to or is away the answer is 503, and nothing is remembered")
    func unavailable() throws {
        let server = try MariaDBServer()
        var configuration = server.configuration
        _ = try Database.migrated(server)
        let root = try MariaDB.Connection(configuration)
        try root.runScript("CREATE USER mask@localhost; GRANT ALL ON mask.* TO mask@localhost")
        (configuration.user, configuration.database) = ("mask", "mask")
        let stage = try Stage(store: Store(configuration, connections: 5))
        let body = #"{"url": "https://example.com/", "slug": "retried"}"#
        try root.run("SET GLOBAL read_only = ON")
        #expect(stage.send(.post, "/links", body, idempotencyKey: "k1").status == 503)
        try root.run("SET GLOBAL read_only = OFF")
        #expect(try stage.effects() == .created(0))
        let first = stage.send(.post, "/links", body, idempotencyKey: "k1")
        #expect(first.status == 201)
        expectReplay(stage.send(.post, "/links", body, idempotencyKey: "k1"), of: first)
        server.process.end()
        #expect(stage.send(.post, "/links", body, idempotencyKey: "k1").status == 503)
        #expect(stage.send(.post, "/links", body, idempotencyKey: "k2").status == 503)
    }

    // MARK: At the same time

    @Test("of a hundred copies at the same time, on two workers, one has an effect; afterwards all are replayed", arguments: [nil, "mine"])
    func copies(slug: String?) throws {
        let workers = [stage.application, Application(try stage.secondWorker())]
        let body = body(slug)
        let answers = try inParallel(100) { [stage] number in
            stage.send(.post, "/links", body, idempotencyKey: "k1", to: workers[number % 2])
        }
        let made = answers.filter { $0.status == 201 }
        #expect(made.count { $0[.idempotentReplayed] == nil } == 1)
        #expect(Set(made.map(\.body)).count == 1)
        for other in answers where other.status != 201 {
            #expect(other.code == "idempotency_key_in_use", "\(other.text)")
        }
        for worker in workers { expectReplay(create(body, "k1", to: worker), of: made[0]) }
        #expect(try stage.effects() == .created(1, answers: 1))
    }

    @Test("of fifty copies of a bulk request at the same time one has an effect")
    func bulkCopies() throws {
        let workers = [stage.application, Application(try stage.secondWorker())]
        let links = (0..<20).map { JSON.object(["url": "https://example.com/", "slug": .string("s\($0)"), "domain": .string(stage.host)]) }
        let body = JSON.object(["links": .array(links)]).text
        let answers = try inParallel(50) { [stage] number in
            stage.send(.post, "/links/bulk", body, idempotencyKey: "k1", to: workers[number % 2])
        }
        let made = answers.filter { $0.status == 200 }
        #expect(made.count { $0[.idempotentReplayed] == nil } == 1)
        #expect(Set(made.map(\.body)).count == 1)
        for other in answers where other.status != 200 { #expect(other.code == "idempotency_key_in_use", "\(other.text)") }
        #expect(made[0].results == Array(repeating: "201", count: 20))
        #expect(try stage.effects() == .created(20, answers: 1))
    }

    @Test("a copy that comes while the first is still running: 409, and when to try again")
    func running() throws {
        let first = try Running("k1", stage)
        stage.expect("""
            POST /v1/links HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY
            Content-Type: application/json
            Idempotency-Key: k1

            {"url": "https://example.com/"}

            HTTP/1.1 409 Conflict
            Cache-Control: private, no-store
            Content-Type: application/problem+json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5999;t=<seconds>
            Request-Id: req_…
            Retry-After: <seconds>
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5999
            X-RateLimit-Reset: <time>

            {
              "type": "https://api.mask.test/docs/errors#idempotency_key_in_use",
              "title": "Request still running",
              "status": 409,
              "detail": "Wait for the request with this Idempotency-Key to end, or try again in 1 s.",
              "code": "idempotency_key_in_use",
              "request_id": "req_…",
              "doc_url": "https://api.mask.test/docs/errors#idempotency_key_in_use"
            }
            """)
        try first.rollBack()
        let response = create(body(), "k1")
        #expect(response.status == 201)
        #expect(response[.idempotentReplayed] == nil)
    }

    @Test("a copy waits a moment for the first: where that is rolled back, the copy takes its place")
    func waiting() throws {
        let first = try Running("k1", stage)
        let body = body()
        let answers = try inParallel(9) { [stage] number -> Response? in
            if number > 0 { return stage.send(.post, "/links", body, idempotencyKey: "k1") }
            usleep(300_000)
            try first.rollBack()
            return nil
        }.compactMap(\.self)
        #expect(answers.map(\.status) == Array(repeating: 201, count: 8))
        #expect(Set(answers.map(\.body)).count == 1)
        #expect(answers.count { $0[.idempotentReplayed] == nil } == 1)
        #expect(try stage.effects() == .created(1, answers: 1))
    }

    /// A request that has taken its place and does not come to an end.
    private final class Running: @unchecked Sendable {  // used by one thread after the other
        private let connection: MariaDB.Connection

        init(_ key: String, _ stage: Stage) throws {
            connection = try MariaDB.Connection(Database.shared.get().configuration)
            try connection.run("START TRANSACTION")
            try connection.execute(IdempotencyKeys.insertion(of: IdempotentAnswer(
                workspace: stage.workspace.id, digest: sha256(key), fingerprint: Array(repeating: 0, count: 32), createdAt: .now())))
        }

        func rollBack() throws { try connection.run("ROLLBACK") }
    }

    // MARK: Secrets

    @Test("the answer with a new API key is replayed with the key in it, which is stored nowhere")
    func newKey() throws {
        let owner = try stage.ownerKey()
        let body = #"{"name": "deploy", "scopes": ["links:read"]}"#
        let first = stage.send(.post, "/api-keys", body, key: owner, idempotencyKey: "k1")
        #expect(first.status == 201)
        let text = try #require(first.json["key"]?.stringValue)
        expectReplay(stage.send(.post, "/api-keys", body, key: owner, idempotencyKey: "k1"), of: first)
        #expect(stage.ask(.get, "/links", key: text).status == 200)
        try expectSealed(text, owner)
    }

    @Test("a rotation is replayed with the new key in it, also when the old one has ended by it")
    func rotatedKey() throws {
        let owner = try stage.ownerKey()
        for overlap in [0, 60] {
            let old = try stage.newKey([.linksRead]).id
            let (path, body) = ("/api-keys/\(old)/rotate", #"{"overlap_seconds": \#(overlap)}"#)
            let first = stage.send(.post, path, body, key: owner, idempotencyKey: "rotate-\(overlap)")
            #expect(first.status == 201, "\(first.text)")
            let text = try #require(first.json["key"]?.stringValue)
            expectReplay(stage.send(.post, path, body, key: owner, idempotencyKey: "rotate-\(overlap)"), of: first)
            #expect(stage.ask(.get, "/links", key: text).status == 200)
            try expectSealed(text, owner)
        }
        #expect(try stage.query("""
            SELECT COUNT(*) FROM audit_log WHERE workspace_id = \(stage.workspace.id) AND action = 'key.rotated'
            """)[0].integer(0) == 2)
    }

    @Test("a replay is told as long as copies of what was before may live, and what is none is not told")
    func told() throws {
        let owner = try stage.ownerKey()
        let redis = try Redis.Connection(stage.redis)
        let name: RedisArgument = "mask:{\(stage.workspace.id)}:epoch"
        func epoch() throws -> String? { try redis.command("GET", name).text }
        let path = "/api-keys/\(try stage.newKey([.linksRead]).id)/rotate"
        func rotate(_ body: String) -> Response { stage.send(.post, path, body, key: owner, idempotencyKey: "k1") }
        let first = rotate("{}")
        let made = try epoch()
        expectReplay(rotate("{}"), of: first)
        let told = try epoch()
        #expect(told != nil && told != made)
        #expect(rotate(#"{"overlap_seconds": 60}"#).code == "idempotency_key_reused")
        #expect(try epoch() == told)
        try stage.tamper("""
            UPDATE idempotency_keys SET created_at = created_at - INTERVAL 301 SECOND WHERE workspace_id = \(stage.workspace.id)
            """)
        expectReplay(rotate("{}"), of: first)
        #expect(try epoch() == told)
    }

    private func expectSealed(_ text: String, _ owner: String) throws {
        for row in try stage.query("SELECT body, sealed FROM idempotency_keys WHERE workspace_id = \(stage.workspace.id)") {
            let stored = String(decoding: try row.bytes(0), as: Unicode.ASCII.self)
            #expect(try row.bool(1))
            for secret in [text, owner, "mk_live_"] { #expect(!stored.contains(secret)) }
        }
    }

    @Test("another API key of the workspace replays what has no secret, and nothing that has one")
    func anotherKey() throws {
        let (owner, other) = (try stage.ownerKey(), try stage.ownerKey())
        let first = create(body(), "k1")
        expectReplay(stage.send(.post, "/links", body(), key: other, idempotencyKey: "k1"), of: first)
        let body = #"{"name": "deploy", "scopes": ["links:read"]}"#
        let made = stage.send(.post, "/api-keys", body, key: owner, idempotencyKey: "k2")
        let refused = stage.send(.post, "/api-keys", body, key: other, idempotencyKey: "k2")
        #expect(refused.status == 422)
        #expect(refused.code == "idempotency_key_reused")
        #expect(!refused.text.contains("mk_live_"))
        expectReplay(stage.send(.post, "/api-keys", body, key: owner, idempotencyKey: "k2"), of: made)
    }

    @Test("the scheme before the API key has no case: the answer is replayed under any spelling")
    func schemeWithoutCase() throws {
        let owner = try stage.ownerKey()
        var request = stage.request(.post, "/v1/api-keys", body: #"{"name": "deploy", "scopes": ["links:read"]}"#)
        request.fields.idempotencyKey = "k1"
        request.fields.authorization = "Bearer " + owner
        let first = stage.application.respond(to: request)
        request.fields.authorization = "bearer " + owner
        expectReplay(stage.application.respond(to: request), of: first)
    }
}
