import Text
import JSON
import Foundation
import HTTP
import Model
import Support
import Testing

@testable import API
@testable import Resources
@testable import Visits

@Suite("Links")
struct LinkTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    private func path(_ link: JSON) -> String { "/links/" + (link["id"]?.stringValue ?? "") }

    /// How often something was done to links, by the audit log and by the events.
    private func traces(of action: String) throws -> [Int] {
        let counts = try stage.query("""
            SELECT (SELECT COUNT(*) FROM audit_log WHERE workspace_id = \(stage.workspace.id) AND action = \(action)),
                   (SELECT COUNT(*) FROM events WHERE workspace_id = \(stage.workspace.id) AND type = \(action))
            """)[0]
        return try [0, 1].map(counts.integer)
    }

    // MARK: Slugs

    @Test(
        "of a thousand creates of one slug at the same time exactly one is made; all others are told that it is taken")
    func oneSlug() throws {
        let body = JSON.object(["url": "https://example.com/", "slug": "wanted", "domain": .string(stage.host)]).text
        let answers = try inParallel(32) { [stage] _ in (0..<32).map { _ in stage.ask(.post, "/links", body) } }.flatMap
        { $0 }
        #expect(answers.count { $0.status == 201 } == 1)
        #expect(answers.count { $0.status == 409 && $0.code == "slug_taken" } == 1023)
        let stored = try stage.query(
            """
            SELECT (SELECT COUNT(*) FROM links WHERE workspace_id = \(stage.workspace.id)),
                   (SELECT COUNT(*) FROM events WHERE workspace_id = \(stage.workspace.id)),
                   (SELECT COUNT(*) FROM audit_log WHERE workspace_id = \(stage.workspace.id) AND action = 'link.created')
            """)[0]
        #expect(try [0, 1, 2].map(stored.integer) == [1, 1, 1])
    }

    @Test("slugs that differ in a capital are two links")
    func capitals() throws {
        try stage.create(["slug": "abc", "url": "https://example.com/1"])
        try stage.create(["slug": "Abc", "url": "https://example.com/2"])
        #expect(stage.follow("/abc")[.location] == "https://example.com/1")
        #expect(stage.follow("/Abc")[.location] == "https://example.com/2")
        #expect(stage.follow("/ABC").status == 404)
    }

    @Test("one slug in two spellings of Unicode is one link")
    func spellings() throws {
        try stage.create(["slug": "caf\u{E9}"])
        let body = JSON.object(["url": "https://example.com/", "slug": "cafe\u{301}", "domain": .string(stage.host)])
            .text
        #expect(stage.ask(.post, "/links", body).code == "slug_taken")
        #expect(stage.follow("/cafe%CC%81").status == 302)
        #expect(stage.follow("/caf%C3%A9").status == 302)
    }

    @Test("when random slugs are all taken, a few are tried and then the answer is 503")
    func exhausted() throws {
        let stage = try Stage { $0.slugLength = 1 }
        let alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        for slug in alphabet { try stage.create(["slug": .string(String(slug))]) }
        let response = stage.ask(.post, "/links", #"{"url": "https://example.com/", "domain": "\#(stage.host)"}"#)
        #expect(response.status == 503)
        #expect(response.code == "slug_space_exhausted")
        #expect(response[.retryAfter] == "1")
    }

    @Test("the same slug can be on two domains")
    func twoDomains() throws {
        let other = try Stage()
        try stage.create(["slug": "same"])
        try other.create(["slug": "same"])
    }

    @Test("a domain that is cleared becomes the installation's link host")
    func clearedDomain() throws {
        let link = try stage.create(["max_clicks": 5.0])
        #expect(link["domain"] == .string(stage.host))
        #expect(link["max_clicks"] == 5)
        let response = stage.ask(.patch, path(link), #"{"domain": null, "slug": null}"#)
        #expect(response.json["domain"] == .string(Stage.linkHost))
    }

    // MARK: Values

    @Test(
        "what could mean something to SQL, LIKE, HTML or a terminal is stored and found as it is",
        arguments: [
            "'; DROP TABLE links; --", #"\' OR 1=1 /*"#, "100% _a_ \\%", "😀👩‍👩‍👧‍👦 𝕏", "<script>alert(1)</script>",
            "=HYPERLINK(1)", "ä ö ü ß ñ 漢字 ع",
            "a\u{301}\u{302}", "$(id) `id` ${HOME}", "\"quoted\" \\ back",
        ])
    func literally(text: String) throws {
        let value = JSON.string(text)
        let fields: JSONObject = [
            "title": value, "utm_source": value, "utm_medium": value, "utm_campaign": value, "utm_term": value,
            "utm_content": value, "external_id": value, "tags": [value],
        ]
        let link = stage.ask(.get, path(try stage.create(fields))).json
        for member in fields.members where member.name != "tags" {
            #expect(link[member.name] == value, "\(member.name)")
        }
        try stage.create(["title": "another", "tags": ["another"]])
        let encoded = PercentEncoding.encode(text)
        for parameter in ["search", "tag", "external_id"] {
            let found = stage.ask(.get, "/links?\(parameter)=\(encoded)").json["data"]?.arrayValue ?? []
            #expect(found.map { $0["id"] } == [link["id"]], "\(parameter)")
        }
    }

    @Test("a search for a wildcard of SQL finds only those who have it")
    func wildcards() throws {
        try stage.create(["title": "plain"])
        let percent = try stage.create(["title": "100%"])
        let found = stage.ask(.get, "/links?search=%25").json["data"]?.arrayValue ?? []
        #expect(found.map { $0["id"] } == [percent["id"]])
    }

    @Test("an external id in the words of the database is taken as any other", arguments: ["'domain_slug'", "'idempotency_key'", "x' for key 'domain_slug'", String(repeating: "ä'", count: 127)])
    func words(externalID: String) throws {
        try stage.create(["external_id": .string(externalID)])
        for slug: JSON in [nil, "chosen"] {
            let body = JSON.object(["url": "https://example.com/", "external_id": .string(externalID), "slug": slug]).text
            #expect(stage.ask(.post, "/links", body).code == "external_id_taken")
            #expect(stage.send(.post, "/links", body, idempotencyKey: randomHex(8)).code == "external_id_taken")
        }
    }

    // MARK: Changes

    @Test("a change sets what is sent, clears what is null and leaves the rest")
    func change() throws {
        let link = try stage.create([
            "slug": "kept", "title": "Title", "tags": ["a", "b"], "utm_source": "x", "max_clicks": 5,
            "redirect_status": 301,
            "expires_at": "2099-01-01T00:00:00Z", "password": "secret", "disabled": true,
        ])
        let changed = stage.ask(
            .patch, path(link),
            """
            {"title": null, "tags": ["b", "c"], "max_clicks": null, "redirect_status": null, "password": null, "disabled": null}
            """
        ).json
        #expect(changed["title"] == .null)
        #expect(changed["tags"] == ["b", "c"])
        #expect(changed["max_clicks"] == .null)
        #expect(changed["redirect_status"] == 302)
        #expect(changed["password_protected"] == false)
        #expect(changed["disabled"] == false)
        for name in ["id", "slug", "url", "utm_source", "expires_at", "created_at"] {
            #expect(changed[name] == link[name])
        }
        #expect(stage.ask(.get, path(link)).json == changed)
    }

    @Test("an empty change is a change of nothing")
    func emptyChange() throws {
        let link = try stage.create(["slug": "same"])
        let response = stage.ask(.patch, path(link), "{}")
        #expect(response.status == 200)
        #expect(response.json["slug"] == "same")
        #expect(try traces(of: "link.updated") == [0, 0])
    }

    @Test("a change to a slug or an external id that is taken is refused")
    func taken() throws {
        try stage.create(["slug": "first", "external_id": "e1"])
        let second = try stage.create(["slug": "second"])
        #expect(stage.ask(.patch, path(second), #"{"slug": "first"}"#).code == "slug_taken")
        #expect(stage.ask(.patch, path(second), #"{"external_id": "e1"}"#).code == "external_id_taken")
        #expect(stage.ask(.get, path(second)).json == second)
        #expect(try traces(of: "link.updated") == [0, 0])
    }

    @Test("changes that come at the same time are all made")
    func simultaneous() throws {
        let link = try stage.create([:])
        let names = ["title", "utm_source", "utm_medium", "utm_campaign"]
        let path = path(link)
        let statuses = try inParallel(names.count) { [stage] number in
            stage.ask(.patch, path, #"{"\#(names[number])": "set"}"#).status
        }
        #expect(statuses == [200, 200, 200, 200])
        let after = stage.ask(.get, path).json
        for name in names { #expect(after[name] == "set") }
        #expect(try traces(of: "link.updated") == [4, 4])
    }

    @Test("a deleted link is gone, and once it is purged its slug is free again")
    func delete() throws {
        let link = try stage.create(["slug": "gone"])
        #expect(stage.follow("/gone").status == 302)
        #expect(stage.ask(.delete, path(link)).status == 204)
        #expect(stage.follow("/gone").status == 404)
        #expect(stage.ask(.get, path(link)).status == 404)
        #expect(stage.ask(.delete, path(link)).status == 404)
        #expect(stage.ask(.delete, path(link) + "?purge=true").status == 204)
        try stage.create(["slug": "gone"])
    }

    @Test("a deletion that nginx repeats under the same request id is answered as the first time")
    func repeatedDelete() throws {
        let request = stage.request(.delete, "/v1" + path(try stage.create([:])))
        #expect(stage.respond(to: request).status == 204)
        #expect(stage.respond(to: request).status == 204)
        #expect(try traces(of: "link.deleted") == [1, 1])
    }

    @Test("every change leaves an audit entry and an event, and what is secret is in neither")
    func audit() throws {
        let link = try stage.create(["title": "before", "password": "first-secret"])
        _ = stage.ask(.patch, path(link), #"{"title": "after", "password": "second-secret"}"#)
        _ = stage.ask(.delete, path(link))
        let log = try stage.query(
            """
            SELECT action, actor, address, changes FROM audit_log
            WHERE workspace_id = \(stage.workspace.id) AND resource = \(link["id"]?.stringValue ?? "") ORDER BY id
            """)
        #expect(try Set(log.map { try $0.string(0) }) == ["link.created", "link.updated", "link.deleted"])
        for entry in log {
            #expect(try entry.string(1) == stage.keyID.description)
            #expect(try entry.string(2) == stage.address)
        }
        let changes = try log.map { try $0.string(3) }.joined()
        #expect(changes.contains("before") && changes.contains("after"))
        let events = try stage.query("SELECT type, body FROM events WHERE workspace_id = \(stage.workspace.id)")
        #expect(try Set(events.map { try $0.string(0) }) == ["link.created", "link.updated", "link.deleted"])
        for text in try events.map({ try $0.string(1) }) + [changes] {
            #expect(!text.contains("secret") && !text.contains("scrypt"))
        }
    }

    @Test("the password is never shown, only that there is one")
    func password() throws {
        let link = try stage.create(["password": "open sesame"])
        #expect(link["password_protected"] == true)
        #expect(link["password"] == nil)
        #expect(!stage.ask(.get, path(link)).text.contains("sesame"))
    }
}
