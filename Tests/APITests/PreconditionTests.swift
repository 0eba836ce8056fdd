@testable import Access
import Application
import JSON
import Foundation
import HTTP
import Model
import Support
import Testing

@testable import API
@testable import Resources

/// Every single resource has an entity tag. A client that sends it back is told that nothing is new, and never overwrites
/// what it has not seen.
@Suite("Preconditions")
struct PreconditionTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    private func path(_ link: JSON) -> String { "/links/" + (link["id"]?.stringValue ?? "") }

    /// One resource of each kind, and a key that reads and changes them.
    private func resources() throws -> (paths: [String: String], key: String) {
        let owner = try stage.sysadmin.addMember(
            "owner@example.com", name: "Owner", role: .owner, to: stage.workspace)
        let made = try stage.sysadmin.createKey(
            in: stage.workspace, name: "owner's", scopes: Scope.allCases, creator: owner.id)
        return (
            [
                "link": path(try stage.create([:])), "api-key": "/api-keys/\(stage.keyID)", "workspace": "/workspace",
                "member": "/team/members/\(owner.id)", "webhook": "/webhooks/\(try stage.newWebhook())",
            ], made.text.text
        )
    }

    // MARK: Reading

    @Test("who has read a resource and asks again is told that nothing has changed")
    func notModified() throws {
        let link = try stage.create(["slug": "known"])
        let id = try #require(link["id"]?.stringValue)
        stage.expect("""
            GET /v1/links/$ID HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY
            If-None-Match: "1-0"

            HTTP/1.1 304 Not Modified
            Cache-Control: private, no-store
            ETag: "1-0"
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5998;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5998
            X-RateLimit-Reset: <time>
            """, with: ["ID": id])
    }

    @Test("every single resource has a strong tag, in both dialects; the one that is known comes without a body")
    func tags() throws {
        let (paths, key) = try resources()
        for base in ["", "/api/v1"] {
            for (kind, path) in paths {
                let path = base + path
                let first = stage.send(.get, path, key: key)
                #expect(first.status == 200)
                let tag = try #require(first[.eTag], "\(kind)")
                #expect(tag.wholeMatch(of: /"[0-9-]+"/) != nil, "\(kind) \(tag)")
                for known in [tag, "W/" + tag, "\"other\", " + tag, "*"] {
                    let again = stage.send(.get, path, key: key, ifNoneMatch: known)
                    #expect(again.status == 304, "\(kind) \(known)")
                    #expect(again.body.isEmpty && again[.contentType] == nil && again[.eTag] == tag)
                }
                let other = stage.send(.get, path, key: key, ifNoneMatch: "\"other\"")
                #expect(other.status == 200 && other.body == first.body)
                #expect(stage.send(.get, path, key: key, ifMatch: tag).status == 200)
                #expect(stage.send(.get, path, key: key, ifMatch: "*").status == 200)
                #expect(stage.send(.get, path, key: key, ifMatch: "\"other\"").status == 412)
                #expect(stage.send(.head, path, key: key, ifNoneMatch: tag).status == 304)
            }
        }
    }

    @Test("another state has another tag: of a link, an API key, a workspace, a webhook and a member")
    func newTags() throws {
        let (paths, key) = try resources()
        func tags() -> [String: String] { paths.compactMapValues { stage.send(.get, $0, key: key)[.eTag] } }
        let before = tags()
        for (kind, body) in [
            ("link", #"{"title": "x"}"#), ("api-key", #"{"name": "x"}"#), ("workspace", #"{"name": "x"}"#),
            ("webhook", #"{"description": "x"}"#),
        ] {
            let changed = stage.send(.patch, paths[kind] ?? "", body, key: key, ifMatch: before[kind])
            #expect(changed.status == 200, "\(changed.text)")
            #expect(changed[.eTag] != before[kind])
            // The answer to a change has the tag that the next one needs.
            #expect(changed[.eTag] == stage.send(.get, paths[kind] ?? "", key: key)[.eTag])
        }
        let member = try stage.sysadmin.member("owner@example.com", of: stage.workspace)
        try stage.sysadmin.setRole(.admin, of: member)
        let after = tags()
        for kind in paths.keys { #expect(after[kind] != before[kind], "\(kind)") }
    }

    @Test("a use of an API key changes its tag, and does not keep its owner from changing it")
    func usedKey() throws {
        let (_, key) = try resources()
        let path = "/api-keys/\(stage.keyID)"
        let before = try #require(stage.send(.get, path, key: key)[.eTag])
        #expect(stage.ask(.get, "/links").status == 200)
        try stage.load()
        let used = stage.send(.get, path, key: key, ifNoneMatch: before)
        #expect(used.status == 200)
        #expect(used.json["last_used_at"] != .null)
        #expect(stage.send(.patch, path, #"{"name": "renamed"}"#, key: key, ifMatch: before).status == 200)
    }

    // MARK: Changing

    @Test("who changes what somebody else has changed meanwhile is refused, and nothing is overwritten")
    func stale() throws {
        let link = try stage.create(["title": "mine"])
        #expect(stage.ask(.patch, path(link), #"{"title": "theirs"}"#).status == 200)
        stage.expect("""
            PATCH /v1/links/$ID HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY
            Content-Type: application/json
            If-Match: "1-0"

            {"title": "mine again"}

            HTTP/1.1 412 Precondition Failed
            Cache-Control: private, no-store
            Content-Type: application/problem+json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5997;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5997
            X-RateLimit-Reset: <time>

            {
              "type": "https://api.mask.test/docs/errors#precondition_failed",
              "title": "Precondition failed",
              "status": 412,
              "detail": "Read the resource again and send its present ETag in If-Match; it has changed since.",
              "code": "precondition_failed",
              "request_id": "req_…",
              "doc_url": "https://api.mask.test/docs/errors#precondition_failed"
            }
            """, with: ["ID": link["id"]?.stringValue ?? ""])
        #expect(stage.ask(.get, path(link)).json["title"] == "theirs")
    }

    @Test(
        "If-Match by what it says",
        arguments: [
            (#""1-0""#, 200), ("*", 200), (#" "7", "1-0" "#, 200), (#""1""#, 200), (#""1-99""#, 200),
            (#"W/"1-0""#, 200), (#""2-0""#, 412), (#""11-0""#, 412), (#""""#, 412), (#""-0""#, 412), (#""1x""#, 412),
            ("1-0", 400), (#""1-0"#, 400), (#"w/"1-0""#, 400), (#"*, "1-0""#, 400), (#""1-0" "2-0""#, 400), ("'1-0'", 400),
        ])
    func ifMatch(field: String, status: Int) throws {
        let link = try stage.create(["title": "before"])
        let response = stage.send(.patch, path(link), #"{"title": "after"}"#, ifMatch: field)
        #expect(response.status == status, "\(response.text)")
        if status == 400 { #expect(response.code == "invalid_request") }
        #expect(stage.ask(.get, path(link)).json["title"] == (status == 200 ? "after" : "before"))
        let traces = status == 200 ? ["link.created": 1, "link.updated": 1] : ["link.created": 1]
        #expect(try stage.effects().audited == traces)
        #expect(try stage.effects().events == traces)
    }

    @Test("each change of a single resource heeds If-Match", arguments: ["PATCH", "DELETE", "PUT", "rotate", "revoke", "key", "workspace"])
    func everyChange(_ what: String) throws {
        let key = try resources().key
        let link = try stage.create(["external_id": "e1"])
        let target = try stage.newKey([.linksRead])
        let (method, path, body): (HTTP.Method, String, String?) = switch what {
        case "PATCH": (.patch, path(link), #"{"title": "x"}"#)
        case "DELETE": (.delete, path(link), nil)
        case "PUT": (.put, "/links/by-external-id/e1", #"{"url": "https://example.com/x"}"#)
        case "rotate": (.post, "/api-keys/\(target.id)/rotate", "{}")
        case "revoke": (.delete, "/api-keys/\(target.id)", nil)
        case "key": (.patch, "/api-keys/\(target.id)", #"{"name": "x"}"#)
        default: (.patch, "/workspace", #"{"name": "x"}"#)
        }
        let refused = stage.send(method, path, body, key: key, ifMatch: "\"77\"")
        #expect(refused.status == 412, "\(refused.text)")
        #expect(try stage.effects() == .created(2))
        #expect(stage.ask(.get, "/links", key: target.text).status == 200)
        let done = stage.send(method, path, body, key: key, ifMatch: "\"1\"")
        #expect([200, 201, 204].contains(done.status), "\(done.text)")
    }

    @Test("a click between reading and changing gives another tag, and does not keep the owner from changing")
    func clicked() throws {
        let link = try stage.create(["slug": "clicked"])
        let before = try #require(stage.ask(.get, path(link))[.eTag])
        #expect(stage.follow("/clicked").status == 302)
        try stage.load()
        let seen = stage.send(.get, path(link), ifNoneMatch: before)
        #expect(seen.status == 200)
        #expect(seen.json["clicks"] == 1)
        #expect(seen[.eTag] == #""1-1""#)
        // A change of nothing is answered as well.
        let nothing = stage.send(.patch, path(link), "{}", ifMatch: before)
        #expect(nothing.status == 200, "\(nothing.text)")
        let changed = stage.send(.patch, path(link), #"{"title": "x"}"#, ifMatch: before)
        #expect(changed.status == 200)
        #expect(changed[.eTag] == #""2-1""#)
        #expect(changed[.eTag] == stage.ask(.get, path(link))[.eTag])
        #expect(stage.send(.delete, path(link), ifMatch: before).status == 412)
        #expect(stage.send(.delete, path(link), ifMatch: changed[.eTag]).status == 204)
    }

    @Test("of two who change the same state at the same time, one is refused")
    func simultaneous() throws {
        let workers = [stage.application, Application(try stage.secondWorker())]
        for _ in 0..<10 {
            let link = path(try stage.create([:]))
            let answers = try inParallel(2) { [stage] number in
                stage.send(.patch, link, #"{"title": "\#(number)"}"#, ifMatch: #""1-0""#, to: workers[number])
            }
            #expect(answers.map(\.status).sorted() == [200, 412])
            let winner = try #require(answers.first { $0.status == 200 })
            #expect(stage.ask(.get, link).json == winner.json)
        }
        #expect(try stage.effects().audited == ["link.created": 10, "link.updated": 10])
    }

    // MARK: Creating

    @Test("PUT with If-None-Match: * creates a link and never changes one")
    func createsOnly() throws {
        stage.expect("""
            PUT /v1/links/by-external-id/order-42 HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY
            Content-Type: application/json
            If-None-Match: *

            {"url": "https://example.com/42", "domain": "$HOST", "slug": "o42"}

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
              "url": "https://example.com/42",
              "short_url": "https://$HOST/o42",
              "slug": "o42",
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
              "external_id": "order-42",
              "notes": null,
              "created_at": "<time>",
              "updated_at": "<time>",
              "last_clicked_at": null,
              "deleted_at": null
            }
            """)
        stage.expect("""
            PUT /v1/links/by-external-id/order-42 HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY
            Content-Type: application/json
            If-None-Match: *

            {"url": "https://example.com/another", "domain": "$HOST", "slug": "o42"}

            HTTP/1.1 412 Precondition Failed
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
              "type": "https://api.mask.test/docs/errors#precondition_failed",
              "title": "Precondition failed",
              "status": 412,
              "detail": "Send the request without If-None-Match, or for another resource; this one is there.",
              "code": "precondition_failed",
              "request_id": "req_…",
              "doc_url": "https://api.mask.test/docs/errors#precondition_failed"
            }
            """)
        #expect(try stage.effects() == .created(1))
    }

    @Test("PUT with If-Match changes a link and never creates one")
    func changesOnly() throws {
        let (path, body) = ("/links/by-external-id/e1", #"{"url": "https://example.com/"}"#)
        for field in ["*", "\"1\""] { #expect(stage.send(.put, path, body, ifMatch: field).status == 412) }
        #expect(try stage.effects() == .created(0))
        #expect(stage.send(.put, path, body).status == 201)
        let change = #"{"url": "https://example.com/2"}"#
        #expect(stage.send(.put, path, change, ifMatch: "*").status == 200)
        #expect(stage.send(.put, path, change, ifMatch: #""1-0""#).status == 412)
    }

    @Test("of 16 who create the same link with If-None-Match: * one does, and all others are told that it is there")
    func createdOnce() throws {
        let answers = try inParallel(16) { [stage] number in
            stage.send(
                .put, "/links/by-external-id/e1", #"{"url": "https://example.com/\#(number)"}"#, ifNoneMatch: "*"
            ).status
        }
        #expect(answers.sorted() == [201] + Array(repeating: 412, count: 15))
        #expect(try stage.effects() == .created(1))
    }
}
