import Access
import HTTP
import JSON
import Model
import Testing

@testable import API
@testable import Resources

/// What somebody was refused who is signed in stands in the audit log: who has taken a session tries things.
@Suite("Refusals to sessions")
struct SessionRefusalTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    /// Entries of the audit log, newest first; the journal is loaded before.
    private func entries(_ query: String) throws -> [JSON] {
        try stage.load()
        let auditor = try stage.newKey([.auditRead]).text
        return stage.ask(.get, "/audit-log?limit=100&" + query, key: auditor).json["data"]?.arrayValue ?? []
    }

    private func told(_ entry: JSON?) -> String {
        masked(String(decoding: entry?.serialized(pretty: true) ?? [], as: UTF8.self))
            .replacing(/"(ses)_[0-9a-z]{26}"/) { "\"\($0.output.1)_…\"" }.replacing(/"address": "[^"]*"/, with: "\"address\": \"<address>\"")
    }

    // MARK: Showing who one is

    @Test("a wrong password at a step-up is an entry in it")
    func password() throws {
        let browser = try stage.newPerson()
        #expect(browser.ask(.post, "/session/step-up", ["password": "wrong"]).refusal == "401 invalid_credentials")
        #expect(told(try entries("action=session.step_up_refused").first) == """
            {
              "id": "aud_…",
              "created_at": "<time>",
              "actor": "usr_…",
              "action": "session.step_up_refused",
              "resource": "ses_…",
              "outcome": "refused",
              "status": null,
              "address": "<address>",
              "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
              "request_id": "req_…",
              "changes": {
                "after": {
                  "method": "password"
                }
              }
            }
            """)
        #expect(browser.ask(.post, "/session/step-up", ["password": .string(Stage.password)]).status == 200)
        #expect(try entries("action=session.step_up_refused").count == 1, "a right one is none")
    }

    @Test("so is a wrong code, and a passkey's answer that is none", arguments: ["code", "passkey"])
    func others(_ method: String) throws {
        let browser = try stage.newBrowser(of: .member).browser
        let passkey: JSON = ["id": "AAAA", "client_data_json": "AAAA", "authenticator_data": "AAAA", "signature": "AAAA"]
        let body: JSON = method == "code" ? ["code": "123456"] : ["passkey": passkey]
        #expect(browser.ask(.post, "/session/step-up", body).status == 401)
        #expect(try entries("action=session.step_up_refused").map { $0["changes"]?["after"]?["method"] } == [.string(method)])
    }

    @Test("so is a wrong first code of an authenticator app")
    func firstCode() throws {
        let (member, browser) = try stage.newBrowser(of: .member)
        #expect(browser.ask(.post, "/account/totp", [:]).status == 201)
        #expect(browser.ask(.post, "/account/totp/confirm", ["code": "12345"]).refusal == "401 invalid_code")
        let entries = try entries("action=user.totp_refused")
        #expect(entries.map { $0["actor"] } == [.string(member.id.description)] && entries.first?["outcome"] == "refused")
    }

    @Test("what was refused is found by its outcome, and not among what was done")
    func outcomes() throws {
        let (member, browser) = try stage.newBrowser(of: .viewer)
        browser.ask(.post, "/session/step-up", ["code": "123456"])
        browser.ask(.post, "/links", ["url": "https://example.com/"])
        browser.ask(.get, "/links")
        func actions(_ outcome: String) throws -> Set<String> {
            Set(try entries("actor=\(member.id)&outcome=\(outcome)").compactMap { $0["action"]?.stringValue })
        }
        #expect(try actions("refused") == ["session.step_up_refused", "POST /links"])
        #expect(try actions("success") == ["session.created", "GET /links"])
        #expect(try actions("failed") == [])
    }

    @Test("who has a session fills no log with it: after ten tries in a quarter of an hour there are no more, whatever is tried")
    func boundOfTries() throws {
        let browser = try stage.newBrowser(of: .member).browser
        browser.ask(.post, "/account/totp", [:])
        let statuses = (0..<30).map { number in
            number % 2 == 0 ? browser.ask(.post, "/session/step-up", ["code": "123456"]).status
                : browser.ask(.post, "/account/totp/confirm", ["code": "12345"]).status
        }
        #expect(statuses == Array(repeating: 401, count: 10) + Array(repeating: 429, count: 20))
        #expect(try entries("action=session.step_up_refused").count + entries("action=user.totp_refused").count == 10)
    }

    // MARK: What a role may

    @Test("what a member's role does not reach, and what waits for a step-up, are entries as a key's refusals are")
    func roles() throws {
        let (member, browser) = try stage.newBrowser(of: .viewer)
        let refused = browser.ask(.post, "/links", ["url": "https://example.com/"])
        #expect(refused.refusal == "403 insufficient_scope")
        let entry = told(try entries("actor=\(member.id)&outcome=refused").first)
        #expect(entry == """
            {
              "id": "aud_…",
              "created_at": "<time>",
              "actor": "usr_…",
              "action": "POST /links",
              "resource": null,
              "outcome": "refused",
              "status": 403,
              "address": "<address>",
              "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
              "request_id": "req_…",
              "changes": null
            }
            """)
        let (owner, second) = try stage.newBrowser(of: .owner)
        try second.forgetStepUp()
        #expect(second.ask(.post, "/api-keys", ["name": "x", "scopes": ["links:read"]]).refusal == "403 step_up_required")
        #expect(try entries("actor=\(owner.id)&outcome=refused").map { $0["action"] } == ["POST /api-keys"])
    }

    @Test("who has a session fills no log with requests either: what is over the user's limit leaves no entry")
    func boundOfRequests() throws {
        let (member, browser) = try stage.newBrowser(of: .viewer)
        let request = browser.request(.delete, "/links/\(LinkID.new())")
        let statuses = (0..<Principal.sessionLimit + 100).map { _ in
            var again = request
            again.id = randomHex(16)
            return stage.application.respond(to: again).status
        }
        let (refused, limited) = (statuses.count { $0 == 403 }, statuses.count { $0 == 429 })
        #expect(refused + limited == statuses.count && limited > 50)
        try stage.load()
        let rows = try stage.query("SELECT COUNT(*) FROM api_requests WHERE workspace_id = \(stage.workspace.id)")
        #expect(try rows[0].integer(0) == refused)
        #expect(try entries("actor=\(member.id)&action=DELETE+/links/%7Bid%7D").count == 100, "a page of them")
    }
}
