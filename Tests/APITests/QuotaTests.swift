import JSON
import Foundation
import HTTP
import MariaDB
import Model
import Store
import Support
import Testing

@testable import API
@testable import Resources
@testable import Visits
import Work

/// How much a workspace may have, by its plan or as the sysadmin has set it.
@Suite("Quotas")
struct QuotaTests {
    let stage: Stage
    let key: String

    init() throws {
        stage = try Stage()
        key = try stage.newKey(of: .owner).text
    }

    private func set(_ quota: Quota, _ number: Int?) throws {
        try stage.sysadmin.setQuota(quota, to: number, of: stage.workspace)
    }

    private func ask(_ method: HTTP.Method, _ path: String, _ body: String? = nil) -> Response {
        stage.ask(method, path, body, key: key)
    }

    private func createWebhook() -> Response { ask(.post, "/webhooks", #"{"url": "https://example.com/hooks"}"#) }
    private func createLink(_ more: String = "") -> Response { ask(.post, "/links", #"{"url": "https://example.com/"\#(more)}"#) }

    @Test("a workspace with all that it may have is told the number and what to do; a place that gets free is taken")
    func full() throws {
        try set(.webhooks, 2)
        let first = createWebhook().json["id"]?.stringValue ?? ""
        #expect(createWebhook().status == 201)
        let refused = createWebhook()
        #expect(refused.status == 422 && refused.code == "quota_exceeded")
        #expect(refused.json["quota"] == "webhooks" && refused.json["limit"] == 2)
        #expect(refused.json["detail"]?.stringValue?.hasPrefix("This workspace may have 2 webhook endpoints. Delete what") == true)
        #expect(ask(.delete, "/webhooks/" + first).status == 204)
        #expect(createWebhook().status == 201 && createWebhook().status == 422)
        try set(.webhooks, 3)
        #expect(createWebhook().status == 201 && createWebhook().status == 422)
        try set(.webhooks, nil)
        #expect(createWebhook().status == 201)
    }

    static let creations: [(Quota, String, String)] = [
        (.links, "/links", #"{"url": "https://example.com/"}"#), (.domains, "/domains", #"{"host": "go.$R.example"}"#),
        (.bioPages, "/bio-pages", #"{"title": "Ada"}"#), (.qrCodes, "/qr-codes", #"{"link_id": "$L"}"#),
        (.apiKeys, "/api-keys", #"{"name": "CI", "scopes": ["links:read"]}"#),
        (.webhooks, "/webhooks", #"{"url": "https://example.com/hooks"}"#),
    ]

    @Test("what is made over the API has a quota each, and refuses nothing but that", arguments: creations)
    func each(quota: Quota, path: String, body: String) throws {
        let link = createLink().json["id"]?.stringValue ?? ""
        func create() -> Response { ask(.post, path, body.replacing("$L", with: link).replacing("$R", with: randomHex(6))) }
        #expect(create().status == 201)
        try set(quota, 0)
        let refused = create()
        #expect(refused.code == "quota_exceeded" && refused.json["quota"] == .string(quota.rawValue), "\(refused.text)")
        for (other, path, body) in Self.creations where other != quota {
            let body = body.replacing("$L", with: link).replacing("$R", with: randomHex(6))
            #expect(ask(.post, path, body).status == 201, "\(other) beside \(quota)")
        }
    }

    @Test("images have one, which is asked before a picture is read")
    func images() throws {
        try set(.images, 0)
        #expect(stage.upload([1, 2, 3]).code == "quota_exceeded")
        try set(.images, 1)
        #expect(stage.upload([1, 2, 3]).code != "quota_exceeded")
    }

    @Test("of a bulk request the first that there is room for are made, the others are refused each in its place")
    func bulk() throws {
        #expect(createLink().status == 201)
        try set(.links, 3)
        let good = #"{"url": "https://example.com/"}"#
        let answer = ask(.post, "/links/bulk", #"{"links": [\#(good), {"url": "x"}, \#(good), \#(good), \#(good)]}"#)
        #expect(answer.status == 200 && answer.json["succeeded"] == 2 && answer.json["failed"] == 3)
        let codes = answer.json["results"]?.arrayValue?.map { $0["error"]?["code"]?.stringValue ?? "" }
        #expect(codes == ["", "validation_failed", "", "quota_exceeded", "quota_exceeded"])
        #expect(createLink().code == "quota_exceeded")
        #expect(ask(.put, "/links/by-external-id/e1", good).code == "quota_exceeded")
    }

    @Test("a page that would make links beyond the quota is not published")
    func publishing() throws {
        let link: JSON = ["type": "link", "title": "Notes", "url": "https://example.com/notes"]
        let id = try stage.newPage(["blocks": [link]])["id"]?.stringValue ?? ""
        try set(.links, 0)
        #expect(ask(.post, "/bio-pages/\(id)/publish").code == "quota_exceeded")
        try set(.links, 1)
        #expect(ask(.post, "/bio-pages/\(id)/publish").status == 200)
        // The same link again is no new one.
        #expect(ask(.post, "/bio-pages/\(id)/publish").status == 200)
    }

    @Test("the newest versions of a page are kept, as many as the quota says; the oldest make room")
    func versions() throws {
        try set(.pageVersions, 2)
        let id = try stage.newPage()["id"]?.stringValue ?? ""
        for _ in 0..<4 { #expect(stage.publish(id).status == 200) }
        let numbers = ask(.get, "/bio-pages/\(id)/versions").json["data"]?.arrayValue?.map { $0["number"]?.integerValue }
        #expect(numbers == [4, 3])
        #expect(ask(.get, "/bio-pages/\(id)/versions/2").status == 404)
        #expect(ask(.post, "/bio-pages/\(id)/versions/3/restore").status == 200)
    }

    @Test("long answers that are kept for repeated requests have a quota; what is kept is still given")
    func idempotency() throws {
        func send(_ key: String?, _ count: Int = 40) -> Response {
            let links = Array(repeating: #"{"url": "https://example.com/"}"#, count: count).joined(separator: ",")
            return stage.send(.post, "/links/bulk", #"{"links": [\#(links)]}"#, idempotencyKey: key)
        }
        try set(.idempotencyBytes, 10_000)
        let first = send("one")
        #expect(first.status == 200 && first.body.count > 10_000)
        #expect(send("two").json["quota"] == "idempotency_bytes")
        #expect(send("one").text == first.text)
        #expect(send(nil).status == 200)
        try set(.idempotencyBytes, 100_000)
        #expect(send("two").status == 200)
    }

    @Test("short answers do not count")
    func shortAnswers() throws {
        try set(.idempotencyBytes, 1)
        for number in 0..<3 {
            #expect(stage.send(.post, "/links", #"{"url": "https://example.com/"}"#, idempotencyKey: "k\(number)").status == 201)
        }
    }

    @Test("the workspace tells its quotas and what it has; its entity tag changes with it, and still lets it be changed")
    func shown() throws {
        let before = ask(.get, "/workspace")
        let links = before.json["quotas"]?["links"]
        #expect(links == ["limit": 5_000_000, "used": 0])
        #expect(before.json["quotas"]?["page_versions"] == ["limit": 100, "used": nil])
        #expect(before.json["quotas"]?["webhooks"] == ["limit": 100, "used": 0])
        #expect(createWebhook().status == 201)
        try set(.webhooks, 7)
        let after = ask(.get, "/workspace")
        #expect(after.json["quotas"]?["webhooks"] == ["limit": 7, "used": 1] && after[.eTag] != before[.eTag])
        var request = stage.request(.patch, "/v1/workspace", body: #"{"name": "Acme Corporation"}"#)
        (request.fields.authorization, request.fields.ifMatch) = ("Bearer " + key, after[.eTag])
        #expect(stage.respond(to: request).status == 200)
    }

    @Test("another workspace's things do not count, and a smaller plan takes nothing away")
    func others() throws {
        let stranger = try Stage()
        for _ in 0..<3 { try stranger.newWebhook() }
        try set(.webhooks, 3)
        for _ in 0..<3 { #expect(createWebhook().status == 201) }
        try set(.webhooks, nil)
        for _ in 0..<3 { #expect(createWebhook().status == 201) }
        try stage.sysadmin.setPlan(.hobby, of: stage.workspace)
        #expect(createWebhook().json["limit"] == 5)
        #expect(ask(.get, "/webhooks").json["data"]?.arrayValue?.count == 6)
    }

    @Test("the sysadmin keeps to them too, and is told how to raise one; setting one is in the audit log and no event")
    func sysadmin() throws {
        try set(.members, 1)  // the owner of the key is one
        let workspace = try stage.sysadmin.office.workspace(stage.workspace.slug)
        #expect(throws: Refusal.quotaExceeded(.members, of: workspace)) { try stage.newMember(.viewer) }
        var acme = Workspace(id: .new(), slug: "acme", name: "Acme", plan: .pro, createdAt: .now())
        acme.quotas[.members] = 1
        let text = "\(Refusal.quotaExceeded(.members, of: acme))"
        #expect(text == "acme may have 1 member. Raise the quota with: maskctl workspace quota acme members NUMBER")
        try set(.domains, 1)
        #expect(throws: Refusal.self) {
            try stage.sysadmin.addDomain(HostName(validating: "go.two.example"), to: stage.sysadmin.office.workspace(stage.workspace.slug))
        }
        try set(.apiKeys, 2)
        #expect(throws: Refusal.self) { try stage.newKey([.linksRead]) }
        #expect(try stage.lastChange("workspace.updated") == """
            {"before":{"quotas":"domains=1 members=1"},"after":{"quotas":"domains=1 api_keys=2 members=1"}}
            """)
        #expect(try stage.events(.subscriptionUpdated).isEmpty)
    }

    @Test("keys that have ended do not count")
    func endedKeys() throws {
        let id = ask(.post, "/api-keys", #"{"name": "CI", "scopes": ["links:read"]}"#).json["id"]?.stringValue ?? ""
        try set(.apiKeys, 3)  // the stage's, the owner's, and this
        func create() -> Response { ask(.post, "/api-keys", #"{"name": "CI", "scopes": ["links:read"]}"#) }
        #expect(create().code == "quota_exceeded")
        #expect(ask(.delete, "/api-keys/" + id).status == 204)
        #expect(create().status == 201)
    }

    @Test("what is stored of quotas is read again, and what a newer program has added is passed over")
    func stored() {
        var quotas = QuotaOverrides(stored: "links=5 rainbows=7 webhooks=0 broken")
        #expect(quotas[.links] == 5 && quotas[.webhooks] == 0 && quotas[.domains] == nil)
        quotas[.links] = nil
        #expect(quotas.description == "webhooks=0" && QuotaOverrides(stored: quotas.description) == quotas)
    }

    @Test("a question that takes the database too long is no error of the service: the answer says how to narrow it")
    func timeout() {
        let error = MariaDBError(code: .statementTimeout, message: "Query execution was interrupted (max_statement_time exceeded)")
        let answer = ErrorResponse.of(error, stage.request(.get, "/v1/links?search=x"), stage.services, .reference)
        #expect(answer.status == 422 && answer.code == "query_timeout")
        #expect(answer.json["detail"]?.stringValue?.contains("a shorter window of time") == true)
    }

    @Test("a change that has waited too long for others may be sent again")
    func changeTimeout() {
        let error = MariaDBError(code: .statementTimeout, message: "Query execution was interrupted (max_statement_time exceeded)")
        for method in [HTTP.Method.post, .patch, .delete, .put] {
            let answer = ErrorResponse.of(error, stage.request(method, "/v1/links/x"), stage.services, .reference)
            #expect(answer.status == 503 && answer[.retryAfter] == "5")
        }
    }

    @Test("larger plans have more of everything")
    func plans() {
        for quota in Quota.allCases {
            let limits = [Plan.hobby, .pro, .enterprise].map { $0.limit(of: quota) }
            #expect(limits[0] > 0 && limits == limits.sorted() && Set(limits).count == 3, "\(quota)")
        }
        #expect([Plan.hobby, .pro, .enterprise].map { $0.limit(of: .webhooks) } == [5, 20, 100])
    }
}
