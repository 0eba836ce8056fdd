import HTTP
import JSON
import Model
import Store
import Testing

@testable import API
@testable import Resources

/// What people ask for on the app host counts as what keys ask for does: in usage, and in the audit log.
@Suite("Requests of members")
struct MemberUsageTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    /// What usage says of the last day, with all that was asked before.
    private func usage(_ query: String, _ browser: Browser) throws -> Response {
        try stage.load()
        return browser.ask(.get, "/analytics/usage?interval=24h&" + query)
    }

    /// The groups of an answer, with their requests.
    private func groups(_ answer: Response) -> [String: Int64] {
        Dictionary(uniqueKeysWithValues: (answer.json["groups"]?.arrayValue ?? []).compactMap { group in
            group["value"]?.stringValue.map { ($0, group["requests"]?.integerValue ?? 0) }
        })
    }

    @Test("each member's are counted beside the keys', which are together where members are told apart")
    func exchange() throws {
        let (member, browser) = try stage.newBrowser(of: .owner)
        for _ in 0..<2 { browser.ask(.get, "/links") }
        browser.ask(.get, "/links?bad=1")
        _ = stage.ask(.get, "/workspace")
        let answer = try usage("group_by=member", browser)
        #expect(answer.told.replacing(/"latency_ms": \{[^}]*\}/, with: "\"latency_ms\": {…}") == """
            200 OK
            {
              "start": "<time>",
              "end": "<time>",
              "as_of": "<time>",
              "timezone": "UTC",
              "granularity": "hour",
              "group_by": "member",
              "total": {
                "requests": 4,
                "client_errors": 1,
                "server_errors": 0,
                "rate_limited": 0,
                "latency_ms": {…}
              },
              "groups": [
                {
                  "value": "usr_…",
                  "requests": 3,
                  "client_errors": 1,
                  "server_errors": 0,
                  "rate_limited": 0,
                  "latency_ms": {…}
                },
                {
                  "value": "",
                  "requests": 1,
                  "client_errors": 0,
                  "server_errors": 0,
                  "rate_limited": 0,
                  "latency_ms": {…}
                }
              ]
            }
            """)
        #expect(groups(answer) == [member.id.description: 3, "": 1])
        #expect(groups(try usage("group_by=key", browser)) == [stage.keyID.description: 1, "": 4], "with the question before")
        #expect(groups(try usage("group_by=endpoint&member_id=\(member.id)", browser)) == ["GET /links": 3, "GET /analytics/usage": 2])
        #expect(groups(try usage("group_by=endpoint&key_id=\(stage.keyID)", browser)) == ["GET /workspace": 1])
        #expect(try usage("member_id=\(MemberID.new())", browser).json["total"]?["requests"] == 0)
        let series = try usage("group_by=member&series=true&granularity=hour&member_id=\(member.id)", browser)
        #expect(series.json["groups"]?[0]?["series"]?.arrayValue?.compactMap { $0["requests"]?.integerValue }.reduce(0, +) == 8)
    }

    @Test("a member's request is one of theirs alone: colleagues and other workspaces have their own")
    func apart() throws {
        let (first, second) = (try stage.newBrowser(of: .owner), try stage.newBrowser(of: .viewer))
        first.browser.ask(.get, "/links")
        for _ in 0..<2 { second.browser.ask(.get, "/links") }
        #expect(groups(try usage("group_by=member", first.browser)) == [first.member.id.description: 1, second.member.id.description: 2])
        let stranger = try Stage()
        try stage.load()
        let theirs = try stranger.newBrowser(of: .owner).browser.ask(.get, "/analytics/usage?interval=24h&member_id=\(second.member.id)")
        #expect(theirs.json["total"]?["requests"] == 0)
    }

    @Test("what is no workspace's is not counted: guests, accounts, strangers, and pages of other origins")
    func uncounted() throws {
        let browser = try stage.newBrowser(of: .owner).browser
        browser.ask(.get, "/app")
        browser.ask(.get, "/session")
        browser.ask(.get, "/account/sessions")
        #expect(browser.ask(.post, "/session/step-up", ["code": "123456"]).refusal == "401 invalid_code")
        let guest = Browser(stage)
        guest.workspace = stage.workspace.slug
        #expect(guest.ask(.get, "/links").refusal == "401 signed_out")
        let stranger = try Stage().newBrowser(of: .owner).browser
        stranger.workspace = stage.workspace.slug
        #expect(browser.stage.application.respond(to: stranger.request(.get, "/links")).code == "unknown_workspace")
        browser.change = { $0.fields.secFetchSite = "cross-site" }
        #expect(browser.ask(.get, "/links").status == 403)
        browser.change = { _ in }
        #expect(try usage("group_by=member", browser).json["total"]?["requests"] == 0)
    }

    @Test("a request is journaled under its route's name, status and member", arguments: Route.scoped)
    func journaled(route: Route) throws {
        let (member, browser) = try stage.newBrowser(of: .owner)
        let request = browser.request(like: try stage.request(route, key: ""))
        let answer = browser.send(request)
        if let stream = answer.stream { try stream { _ in } }
        try stage.load()
        let id = try #require(UInt128(request.id, radix: 16))
        let rows = try stage.query("""
            SELECT endpoint, status, key_id FROM api_requests WHERE workspace_id = \(stage.workspace.id) AND id = \(ULID(value: id))
            """)
        #expect(try rows.map { try $0.string(0) } == [route.name])
        #expect(try rows.map { try $0.integer(1) } == [answer.status])
        #expect(try rows.map { try $0.caller(2) } == [.member(member.id)])
    }

    @Test("what cannot be answered is refused", arguments: ["member_id=1", "member_id=key_01kb0000000000000000000000"])
    func refusals(_ query: String) {
        let answer = stage.ask(.get, "/analytics/usage?" + query)
        #expect(answer.refusal == "400 invalid_parameter" && answer.json["parameter"] == "member_id")
    }

    @Test("a request is a key's or a member's: who asks for both is told so")
    func both() {
        let answer = stage.ask(.get, "/analytics/usage?key_id=\(stage.keyID)&member_id=\(MemberID.new())")
        #expect(answer.refusal == "400 invalid_parameter")
        #expect(answer.json["detail"] == "Query parameter member_id: Use either key_id or member_id; a request is of one of them.")
    }
}
