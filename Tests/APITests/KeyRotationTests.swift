import Application
import Foundation
import HTTP
import Model
import Store
import Support
import Testing

@testable import API
@testable import Resources

/// Rotation puts a new key in a key's place, in one transaction; the old one works on for an overlap.
@Suite("Rotation of keys")
struct KeyRotationTests {
    let stage: Stage
    /// A key of every scope.
    let manager: String

    init() throws {
        stage = try Stage()
        manager = try stage.makeManager()
    }

    private func rotate(_ id: some CustomStringConvertible, overlap: Int? = nil, with key: String? = nil) -> Response {
        stage.ask(.post, "/api-keys/\(id)/rotate", overlap.map { #"{"overlap_seconds": \#($0)}"# }, key: key ?? manager)
    }

    private func statuses(_ key: String, of workers: [Application]) -> [Int] {
        workers.map { stage.ask($0, .get, "/workspace", key: key).status }
    }

    @Test("the successor has the rights of the old key, and a text of its own that is shown this one time")
    func successor() throws {
        let made = stage.ask(.post, "/api-keys", """
            {"name": "CI", "scopes": ["team:read"], "requests_per_minute": 50, "allowed_addresses": ["2001:db8::/32"]}
            """, key: manager).json
        let answer = rotate(made["id"]?.stringValue ?? "", overlap: 60)
        #expect(answer.told == """
            201 Created
            {
              "key": "mk_live_<secret>",
              "id": "key_…",
              "name": "CI",
              "test": false,
              "hint": "mk_live_…<last>",
              "scopes": [
                "team:read"
              ],
              "requests_per_minute": 50,
              "allowed_addresses": [
                "2001:db8::/32"
              ],
              "created_by": null,
              "expires_at": null,
              "rotated_at": null,
              "successor_id": null,
              "created_at": "<time>",
              "last_used_at": null,
              "last_used_from": null
            }
            """)
        #expect(answer.json["id"] != made["id"] && answer.json["key"] != made["key"])
        let old = stage.ask(.get, "/api-keys/" + (made["id"]?.stringValue ?? ""), key: manager).json
        #expect(old["successor_id"] == answer.json["id"] && old["rotated_at"] != .null && old["expires_at"] != .null)
        #expect(try stage.changes("key.rotated").count == 1)
    }

    @Test("without an overlap the old key ends at once, on every worker", arguments: [nil, 0])
    func atOnce(overlap: Int?) throws {
        let (old, workers) = (try stage.newKey([.teamRead]), try stage.twoWorkers())
        #expect(statuses(old.text, of: workers) == [200, 200])
        let new = try #require(rotate(old.id, overlap: overlap).json["key"]?.stringValue)
        #expect(statuses(old.text, of: workers) == [401, 401])
        #expect(statuses(new, of: workers) == [200, 200])
        #expect(rotate(old.id).code == "not_found")
    }

    @Test("during the overlap both work, and the old key's answers say since when and until when (RFC 9745, RFC 8594)")
    func overlap() throws {
        let (old, workers) = (try stage.newKey([.teamRead]), try stage.twoWorkers())
        #expect(statuses(old.text, of: workers) == [200, 200])
        let before = Timestamp.now()
        let new = try #require(rotate(old.id, overlap: 60).json["key"]?.stringValue)
        for worker in workers {
            let answer = stage.ask(worker, .get, "/workspace", key: old.text)
            #expect(answer.status == 200)
            let since = try #require(answer[.deprecation].flatMap { Int($0.dropFirst()) })
            #expect(answer[.deprecation]?.first == "@" && (before.seconds...before.seconds + 2).contains(since))
            #expect((60...62).map { before.adding(seconds: $0).httpDate }.contains(answer[.sunset] ?? ""))
            #expect(stage.ask(worker, .get, "/nowhere", key: old.text)[.deprecation] == answer[.deprecation], "refusals too")
            let fresh = stage.ask(worker, .get, "/workspace", key: new)
            #expect(fresh.status == 200 && fresh[.deprecation] == nil && fresh[.sunset] == nil)
        }
    }

    @Test("after the overlap only the successor works")
    func end() throws {
        let (old, workers) = (try stage.newKey([.teamRead]), try stage.twoWorkers())
        let new = try #require(rotate(old.id, overlap: 1).json["key"]?.stringValue)
        #expect(statuses(old.text, of: workers) == [200, 200])
        usleep(1_100_000)
        #expect(statuses(old.text, of: workers) == [401, 401] && statuses(new, of: workers) == [200, 200])
    }

    @Test("the overlap does not carry a key beyond its own expiry; the successor lives as long as the old was made for")
    func expiring() throws {
        let end = Timestamp.now().adding(seconds: 30)
        let old = try stage.newKey([.teamRead], expiresAt: end)
        let answer = rotate(old.id, overlap: 3600)
        let told = stage.ask(.get, "/api-keys/\(old.id)", key: manager).json["expires_at"]?.stringValue
        #expect(told == end.rfc3339)
        let successorEnd = try #require(answer.json["expires_at"]?.stringValue.flatMap { Timestamp(rfc3339: $0) })
        #expect((end.adding(seconds: -2)...end.adding(seconds: 5)).contains(successorEnd))
    }

    @Test("an overlap is 0 seconds to 7 days", arguments: [(-1, 422), (604_801, 422), (604_800, 201)])
    func bounds(_ seconds: Int, _ status: Int) throws {
        let old = try stage.newKey([.teamRead])
        let answer = rotate(old.id, overlap: seconds)
        #expect(answer.status == status)
        #expect(answer.refusals == (status == 422 ? ["/overlap_seconds out_of_range"] : []))
        #expect(stage.ask(.get, "/workspace", key: old.text).status == 200)
    }

    @Test("a key is rotated once: again inside the overlap is refused, and the chain goes on from the successor")
    func chain() throws {
        let (first, workers) = (try stage.newKey([.teamRead]), try stage.twoWorkers())
        let second = rotate(first.id, overlap: 60).json
        let again = rotate(first.id, overlap: 60)
        #expect(again.status == 409 && again.code == "already_rotated")
        #expect(again.text.contains(second["id"]?.stringValue ?? "?"))
        let third = rotate(second["id"]?.stringValue ?? "", overlap: 60).json
        for key in [first.text, second["key"]?.stringValue ?? "", third["key"]?.stringValue ?? ""] {
            #expect(statuses(key, of: workers) == [200, 200])
        }
    }

    @Test("a key may rotate itself, and the answer is the last that it sees")
    func itself() throws {
        let key = try stage.newKey([.keysWrite])
        let new = rotate(key.id, with: key.text)
        #expect(new.status == 201)
        #expect(stage.ask(.get, "/api-keys", key: key.text).status == 401)
        #expect(stage.ask(.get, "/api-keys", key: new.json["key"]?.stringValue ?? "").status == 200)
    }

    @Test("a key with bounds cannot rotate itself beyond them, nor a key that has fewer: it would get what it has not")
    func bounded() throws {
        let end = Timestamp.now().adding(seconds: 600)
        let made = stage.ask(.post, "/api-keys", """
            {"name": "CI", "scopes": ["keys:write", "links:read"], "expires_at": "\(end.rfc3339)", "requests_per_minute": 50,
             "allowed_addresses": ["2001:db8::/32"]}
            """, key: manager).json
        let key = try #require(made["key"]?.stringValue)
        let sibling = try stage.newKey([.linksRead])
        let refused = rotate(sibling.id, with: key)
        #expect(refused.status == 422)
        #expect(refused.refusals == ["/expires_at beyond_own", "/requests_per_minute beyond_own", "/allowed_addresses beyond_own"])
        #expect(stage.ask(.get, "/links", key: sibling.text).status == 200)

        var (id, text) = (made["id"]?.stringValue ?? "", key)
        for _ in 0..<2 {
            usleep(1_100_000)
            let successor = rotate(id, with: text)
            #expect(successor.status == 201)
            for name in ["expires_at", "requests_per_minute", "allowed_addresses"] { #expect(successor.json[name] == made[name]) }
            (id, text) = (successor.json["id"]?.stringValue ?? "", successor.json["key"]?.stringValue ?? "")
        }

        // What it made itself ends with it, too.
        let child = stage.ask(.post, "/api-keys", #"{"name": "child", "scopes": ["links:read"]}"#, key: text).json
        let grandchild = rotate(child["id"]?.stringValue ?? "", with: text)
        #expect(grandchild.status == 201 && grandchild.json["expires_at"] == made["expires_at"])
    }

    @Test("a key ends only keys whose scopes it has, and itself")
    func endsNoStronger() throws {
        let weak = try stage.newKey([.keysWrite, .linksRead])
        let (stronger, equal) = (try stage.newKey([.linksRead, .linksWrite]), try stage.newKey([.linksRead]))
        let refused = stage.ask(.delete, "/api-keys/\(stronger.id)", key: weak.text)
        #expect(refused.status == 403 && refused.json["required_scope"] == "links:write")
        #expect(stage.ask(.get, "/links", key: stronger.text).status == 200)
        #expect(stage.ask(.delete, "/api-keys/\(equal.id)", key: weak.text).status == 204)
        #expect(stage.ask(.delete, "/api-keys/\(weak.id)", key: weak.text).status == 204)
    }

    @Test("an expired key has no successor to be made")
    func expired() throws {
        let old = try stage.newKey([.teamRead], expiresAt: Timestamp.now().adding(seconds: 1))
        usleep(1_100_000)
        #expect(rotate(old.id).code == "key_expired")
    }

    @Test("of parallel rotations of one key exactly one wins", arguments: [0, 60])
    func parallel(overlap: Int) throws {
        let (old, workers) = (try stage.newKey([.teamRead]), try stage.twoWorkers())
        let (stage, manager) = (stage, manager)
        let answers = try inParallel(8) { number in
            stage.ask(workers[number % 2], .post, "/api-keys/\(old.id)/rotate", #"{"overlap_seconds": \#(overlap)}"#, key: manager)
        }
        #expect(answers.count { $0.status == 201 } == 1)
        #expect(answers.count { $0.status == (overlap == 0 ? 404 : 409) } == 7, "\(answers.map(\.status))")
        #expect(try stage.changes("key.rotated").count == 1)
        #expect(stage.ask(.get, "/api-keys", key: manager).items("name").count { $0 == "another" } == (overlap == 0 ? 2 : 3))
    }

    @Test("a rotation that is sent again under its Idempotency-Key is one rotation, and shows the key again")
    func idempotent() throws {
        let old = try stage.newKey([.teamRead])
        let answers = (0..<2).map { _ in
            stage.ask(stage.application, .post, "/api-keys/\(old.id)/rotate", key: manager, idempotent: "once")
        }
        #expect(answers.map(\.status) == [201, 201] && answers[0].body == answers[1].body)
    }

    @Test("without Redis a revocation and a rotation are done when the call returns, on every worker")
    func withoutRedis() throws {
        try withOwnRedis { redis in
            let stage = try Stage(redis: redis.configuration.impatient)
            let (manager, workers) = (try stage.makeManager(), try stage.twoWorkers())
            let keys = try (0..<2).map { _ in try stage.newKey([.teamRead]) }
            for worker in workers {
                for key in keys { #expect(stage.ask(worker, .get, "/workspace", key: key.text).status == 200) }
            }
            redis.process.end()
            #expect(stage.ask(.delete, "/api-keys/\(keys[0].id)", key: manager).status == 204)
            let new = stage.ask(.post, "/api-keys/\(keys[1].id)/rotate", key: manager).json["key"]?.stringValue ?? ""
            for worker in workers {
                for key in keys { #expect(stage.ask(worker, .get, "/workspace", key: key.text).status == 401) }
                #expect(stage.ask(worker, .get, "/workspace", key: new).status == 200)
            }
        }
    }
}
