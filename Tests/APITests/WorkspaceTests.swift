import Foundation
import HTTP
import Model
import Redis
import Store
import Support
import Testing

@testable import API
@testable import Resources
import Work

/// The workspace of a key: its name, and the plan that its limits come from.
@Suite("The workspace")
struct WorkspaceTests {
    let stage: Stage
    /// A key that an owner has made.
    let owner: String

    init() throws {
        stage = try Stage()
        owner = try stage.makeKey(of: stage.makeMember(.owner)).text
    }

    @Test("a new plan is an event that says what was before, an audit entry, and the limit of the next request")
    func plan() throws {
        let workers = try stage.twoWorkers()
        for worker in workers { #expect(stage.ask(worker, .get, "/workspace", key: owner)[.xRateLimitLimit] == "6000") }
        let answer = stage.ask(.patch, "/workspace", #"{"plan": "pro"}"#, key: owner)
        #expect(answer.told.replacing(stage.workspace.slug, with: "acme") == """
            200 OK
            {
              "id": "ws_…",
              "slug": "acme",
              "name": "Acme",
              "plan": "pro",
              "requests_per_minute": 600,
              "audit_days": 180,
              "brand": {
                "name": null,
                "color": null,
                "logo_image": null
              },
              "created_at": "<time>",
              "quotas": {
                "links": {
                  "limit": 200000,
                  "used": 0
                },
                "domains": {
                  "limit": 25,
                  "used": 1
                },
                "bio_pages": {
                  "limit": 100,
                  "used": 0
                },
                "page_versions": {
                  "limit": 50,
                  "used": null
                },
                "images": {
                  "limit": 1000,
                  "used": 0
                },
                "qr_codes": {
                  "limit": 20000,
                  "used": 0
                },
                "api_keys": {
                  "limit": 100,
                  "used": 2
                },
                "members": {
                  "limit": 50,
                  "used": 1
                },
                "webhooks": {
                  "limit": 20,
                  "used": 0
                },
                "idempotency_bytes": {
                  "limit": 500000000,
                  "used": 0
                }
              },
              "test": false
            }
            """)
        for worker in workers { #expect(stage.ask(worker, .get, "/workspace", key: owner)[.xRateLimitLimit] == "600") }
        let event = try #require(try stage.events(.subscriptionUpdated).first)
        #expect(event["type"]?.stringValue == "subscription.updated")
        #expect(event["data"]?["plan"]?.stringValue == "pro" && event["data"]?["id"]?.stringValue == stage.workspace.id.description)
        #expect(event["previous"]?.text == #"{"plan":"enterprise","requests_per_minute":6000,"audit_days":730}"#)
        #expect(try stage.lastChange("workspace.updated") == """
            {"before":{"plan":"enterprise","requests_per_minute":6000,"audit_days":730},\
            "after":{"plan":"pro","requests_per_minute":600,"audit_days":180}}
            """)
    }

    @Test("a request that meets a new limit counts once")
    func countsOnce() throws {
        let remaining = { stage.ask(.get, "/workspace", key: owner)[.xRateLimitRemaining] }
        try RateLimitWindow.begin(stage)
        #expect(remaining() == "5999")
        try stage.sysadmin.setPlan(.pro, of: stage.workspace)
        #expect(remaining() == "598")
        try stage.sysadmin.setPlan(.enterprise, of: stage.workspace)
        #expect(remaining() == "5997")
    }

    @Test("a smaller plan refuses at once what goes beyond it")
    func smaller() throws {
        try RateLimitWindow.begin(stage)
        for _ in 0..<65 { #expect(stage.ask(.get, "/workspace", key: owner).status == 200) }
        try stage.sysadmin.setPlan(.hobby, of: stage.workspace)
        #expect(stage.ask(.get, "/workspace", key: owner).status == 429)
        try stage.sysadmin.setPlan(.pro, of: stage.workspace)
        #expect(stage.ask(.get, "/workspace", key: owner).status == 200)
    }

    @Test("a new name is an audit entry and no event; the same again is nothing")
    func name() throws {
        for _ in 0..<2 { #expect(stage.ask(.patch, "/workspace", #"{"name": "Ümlaut GmbH"}"#, key: owner).status == 200) }
        #expect(try stage.changes("workspace.updated").count == 1)
        #expect(try stage.lastChange("workspace.updated") == #"{"before":{"name":"Acme"},"after":{"name":"Ümlaut GmbH"}}"#)
        #expect(try stage.events(.subscriptionUpdated).isEmpty)
        #expect(stage.ask(.get, "/workspace").json["name"]?.stringValue == "Ümlaut GmbH")
    }

    @Test("only a key that an owner has made changes it")
    func roles() throws {
        for role in [Role.admin, .member, .viewer] {
            let key = try stage.makeKey(of: stage.makeMember(role)).text
            let answer = stage.ask(.patch, "/workspace", #"{"plan": "pro"}"#, key: key)
            #expect(answer.status == 403 && answer.code == (role == .admin ? "insufficient_role" : "insufficient_scope"))
        }
        let answer = stage.ask(.patch, "/workspace", #"{"plan": "pro"}"#, key: try stage.makeManager())
        #expect(answer.told == """
            403 Forbidden
            {
              "type": "https://api.mask.test/docs/errors#insufficient_role",
              "title": "Insufficient role",
              "status": 403,
              "detail": "Ask a member with the role owner, or use an API key that such a member has made.",
              "code": "insufficient_role",
              "request_id": "req_…",
              "doc_url": "https://api.mask.test/docs/errors#insufficient_role",
              "required_role": "owner"
            }
            """)
        #expect(try stage.changes("workspace.updated").isEmpty)
    }

    @Test("what is wrong is told by field", arguments: [
        (#"{"plan": "free"}"#, "/plan invalid_choice"), (#"{"plan": null}"#, "/plan required"), (#"{"name": null}"#, "/name required"),
        (#"{"name": ""}"#, "/name empty"),
        (#"{"brand": {"color": "red"}}"#, "/brand/color invalid_color"), (#"{"brand": {"name": " "}}"#, "/brand/name empty"),
        (#"{"brand": {"logo_image": "img_1"}}"#, "/brand/logo_image invalid_id"),
        (#"{"brand": {"logo_image": "img_01kac7w8v0e3s5q9x2b4m6n8p9"}}"#, "/brand/logo_image unknown_image"),
        (#"{"brand": {"font": "x"}}"#, "/brand/font unknown_field"), (#"{"brand": "Acme"}"#, "/brand invalid_type"), (#"{"requests_per_minute": 9}"#, "/requests_per_minute unknown_field"),
    ])
    func invalid(_ body: String, _ refusal: String) {
        #expect(stage.ask(.patch, "/workspace", body, key: owner).refusals == [refusal])
    }

    @Test("a change that others made meanwhile is not overwritten: If-Match")
    func ifMatch() throws {
        let tag = stage.ask(.get, "/workspace", key: owner)[.eTag]
        var request = stage.request(.patch, "/v1/workspace", body: #"{"name": "mine"}"#)
        request.fields.authorization = "Bearer " + owner
        request.fields.ifMatch = tag
        let answer = stage.application.respond(to: request)
        #expect(answer.status == 200 && answer[.eTag] == stage.ask(.get, "/workspace", key: owner)[.eTag])
        #expect(stage.application.respond(to: request).code == "precondition_failed")
    }

    @Test("parallel changes are all made, one after the other")
    func parallel() throws {
        let (stage, owner) = (stage, owner)
        let answers = try inParallel(4) { stage.ask(.patch, "/workspace", #"{"name": "n\#($0)"}"#, key: owner).status }
        #expect(answers.allSatisfy { $0 == 200 || $0 == 409 } && answers.contains(200))
        #expect(try stage.changes("workspace.updated").count == answers.count { $0 == 200 })
    }

    // MARK: maskctl

    @Test("maskctl makes the same event and the same audit entry")
    func maskctl() throws {
        try stage.sysadmin.setPlan(.hobby, of: stage.workspace)
        usleep(2000)  // two events of the same millisecond have no order
        try stage.sysadmin.setLimit(7, of: stage.workspace)
        usleep(2000)
        try stage.sysadmin.setLimit(nil, of: stage.workspace)
        #expect(try stage.changes("workspace.updated") == Array(
            repeating: "maskctl workspace.updated \(stage.workspace.id)", count: 3))
        let events = try stage.events(.subscriptionUpdated)
        #expect(events.map { $0["data"]?["requests_per_minute"]?.integerValue } == [60, 7, 60])
        #expect(events.map { $0["previous"]?["requests_per_minute"]?.integerValue } == [6000, 60, 7])
        #expect(try stage.lastChange("workspace.updated") == #"{"before":{"requests_per_minute":7},"after":{"requests_per_minute":60}}"#)
    }

    @Test("maskctl's changes of keys stand in the audit log, with what differed and without the key")
    func maskctlKeys() throws {
        let key = try stage.newKey([.teamRead])
        usleep(2000)
        try stage.sysadmin.updateKey(key.id) { $0.name = "renamed" }
        #expect(try stage.lastChange("key.updated") == #"{"before":{"name":"another"},"after":{"name":"renamed"}}"#)
        usleep(2000)
        let new = try stage.sysadmin.rotateKey(key.id, overlapSeconds: 60)
        #expect(throws: Refusal.alreadyRotated(successor: new.key.id)) {
            try stage.sysadmin.rotateKey(key.id, overlapSeconds: 60)
        }
        usleep(2000)
        try stage.sysadmin.revokeKey(key.id)
        #expect(throws: Refusal.unknownKey(key.id.description)) { try stage.sysadmin.revokeKey(key.id) }
        #expect(try stage.changes("key.%").filter { $0.hasSuffix(" \(key.id)") } == [
            "maskctl key.created \(key.id)", "maskctl key.updated \(key.id)", "maskctl key.rotated \(key.id)", "maskctl key.revoked \(key.id)",
        ])
    }
}

/// The beginning of a minute of Redis' clock, so that a test's requests are counted in one window.
enum RateLimitWindow {
    static func begin(_ stage: Stage) throws {
        let connection = try Redis.Connection(stage.redis)
        while let time = try connection.command("TIME").elements?[0].number, time % 60 > 50 { usleep(100_000) }
    }
}
