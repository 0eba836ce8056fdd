import Application
import JSON
import HTTP
import Model
import Store
import Support
import Testing

@testable import API
@testable import Resources

/// A workspace's own hosts: named, proved by DNS, used, given up.
@Suite("Domains")
struct DomainTests {
    let names: NameServer
    let stage: Stage
    let key: String

    init() throws {
        names = try NameServer()
        stage = try Stage(names: names)
        key = try stage.domainKey()
        names.set(Stage.linkHost, .a(Stage.linkHost, 192, 0, 2, 7), .aaaa(Stage.linkHost, 7))
    }

    private func ask(_ method: HTTP.Method, _ path: String, _ body: JSON? = nil) -> Response {
        stage.ask(method, "/domains" + path, body?.text, key: key)
    }

    private func verify(_ id: String) -> JSON { ask(.post, "/\(id)/verify").json }

    /// The states of TXT and CNAME.
    private func states(_ domain: JSON) -> [String] {
        domain["records"]?.arrayValue?.compactMap { $0["state"]?.stringValue } ?? []
    }

    private func prove(_ domain: (id: String, host: String, token: String)) {
        names.set("_mask." + domain.host, .txt("_mask." + domain.host, "mask-verification=" + domain.token))
        names.set(domain.host, .cname(domain.host, Stage.linkHost), .a(Stage.linkHost, 192, 0, 2, 7))
    }

    private func verified() throws -> (id: String, host: String) {
        let domain = try stage.newDomain()
        prove(domain)
        #expect(verify(domain.id)["status"] == "verified")
        return (domain.id, domain.host)
    }

    private func visit(_ host: String, _ path: String, _ method: HTTP.Method = .get) -> Response {
        var visit = stage.visit(path, method)
        visit.host = host
        return stage.application.respond(to: visit)
    }

    // MARK: Exchanges

    @Test("a host is named, and the answer says which records to make")
    func creation() throws {
        let answer = ask(.post, "", ["host": "GO.Example.ORG", "root_url": "https://www.example.org/"])
        let domain = answer.json
        #expect(answer.status == 201 && answer[.location] == "/v1/domains/\(domain["id"]?.stringValue ?? "")")
        #expect(domain["host"] == "go.example.org" && domain["status"] == "pending" && domain["verified_at"] == .null)
        let value = domain["records"]?[0]?["value"]?.stringValue ?? ""
        #expect(value.wholeMatch(of: /mask-verification=[0-9a-f]{32}/) != nil)
        #expect(domain["records"] == [
            ["type": "TXT", "name": "_mask.go.example.org", "value": .string(value), "state": "unchecked"],
            ["type": "CNAME", "name": "go.example.org", "value": .string(Stage.linkHost), "state": "unchecked"],
        ])
        #expect(domain["root_url"] == "https://www.example.org/" && domain["last_checked_at"] == .null)
        _ = ask(.delete, "/\(domain["id"]?.stringValue ?? "")")
    }

    @Test("the quick start's dialect has the same under its own names")
    func quickStart() throws {
        let host = "go-\(randomHex(6)).example"
        let body = #"{"host": "\#(host)", "notFoundUrl": "https://example.com/404"}"#
        var request = stage.request(.post, "/api/v1/domains", body: body)
        request.fields.authorization = "Bearer " + key
        let domain = stage.respond(to: request).json["data"]
        #expect(domain?["host"]?.stringValue == host && domain?["notFoundUrl"] == "https://example.com/404")
        #expect(domain?["lastCheckedAt"] == .null)
    }

    @Test("the TXT record proves the host, and links can be on it from then on")
    func proof() throws {
        let domain = try stage.newDomain()
        let link: JSON = ["url": "https://example.com/", "slug": "a", "domain": .string(domain.host)]
        #expect(stage.ask(.post, "/links", link.text).refusals == ["/domain unknown_domain"])
        #expect(visit(domain.host, "/a").status == 404)
        prove(domain)
        let verified = verify(domain.id)
        #expect(verified["status"] == "verified" && states(verified) == ["found", "found"])
        #expect(verified["last_check_error"] == .null && verified["verified_at"] != .null)
        #expect(stage.ask(.post, "/links", link.text).status == 201)
        #expect(visit(domain.host, "/a").status == 302)
    }

    // MARK: What DNS says

    @Test("a record that is missing, or another, is told apart, and leaves the host pending")
    func wrongRecords() throws {
        let domain = try stage.newDomain()
        var checked = verify(domain.id)
        #expect(checked["status"] == "pending" && states(checked) == ["missing", "missing"])
        let complaint = "_mask.\(domain.host) has no TXT record yet. \(domain.host) has no address yet."
        #expect(checked["last_check_error"]?.stringValue == complaint)
        let zeros = "mask-verification=" + String(repeating: "0", count: 32)
        names.set("_mask." + domain.host, .txt("_mask." + domain.host, zeros))
        names.set(domain.host, .a(domain.host, 198, 51, 100, 1))
        checked = verify(domain.id)
        #expect(checked["status"] == "pending" && states(checked) == ["wrong", "wrong"])
        #expect(checked["last_checked_at"] != .null)
    }

    @Test("the right TXT record counts among others and in pieces")
    func severalTexts() throws {
        let domain = try stage.newDomain()
        let name = "_mask." + domain.host
        names.set(name, .txt(name, "v=spf1 -all"), .txt(name, "mask-verification=", domain.token))
        let checked = verify(domain.id)
        #expect(checked["status"] == "verified" && states(checked) == ["found", "missing"])
    }

    @Test("the address may be a chain of CNAMEs, or the link host's own address")
    func addresses() throws {
        let domain = try stage.newDomain()
        names.set(domain.host, .cname(domain.host, "edge.example"), .cname("edge.example", Stage.linkHost))
        #expect(states(verify(domain.id))[1] == "found")
        names.set(domain.host, .aaaa(domain.host, 7))
        #expect(states(verify(domain.id))[1] == "found")
        names.set(domain.host, .aaaa(domain.host, 8))
        #expect(states(verify(domain.id))[1] == "wrong")
    }

    @Test("name servers that fail are no proof against the host", arguments: [NameServer.Answer.code(2), .silence, .garbage])
    func failures(answer: NameServer.Answer) throws {
        let domain = try stage.newDomain()
        names.answer("TXT", "_mask." + domain.host, answer)
        let checked = verify(domain.id)
        #expect(checked["status"] == "pending" && states(checked)[0] == "unknown")
        #expect(checked["last_check_error"]?.stringValue?.hasPrefix("_mask.\(domain.host): The name servers ") == true)
    }

    @Test("a host that is verified stays so when its records go")
    func staysVerified() throws {
        let domain = try verified()
        names.set("_mask." + domain.host)
        names.set(domain.host)
        let checked = verify(domain.id)
        #expect(checked["status"] == "verified" && states(checked) == ["missing", "missing"])
    }

    @Test("the domain that the sysadmin gives is verified, and needs no TXT record")
    func givenBySysadmin() throws {
        let domain = stage.ask(.get, "/domains").json["data"]?[0] ?? .null
        #expect(domain["host"]?.stringValue == stage.host && domain["status"] == "verified")
        #expect(domain["records"]?.arrayValue?.map { $0["type"] } == ["CNAME"])
    }

    // MARK: Whose it is

    @Test("a host may wait in two workspaces, is the one's that proves it, and is free again when given up")
    func oneOwner() throws {
        let other = try Stage(names: names)
        let mine = try stage.newDomain()
        let theirs = try other.newDomain(["host": .string(mine.host)])
        prove(theirs)
        let otherKey = try other.domainKey()
        #expect(verify(mine.id)["status"] == "pending")
        #expect(other.ask(.post, "/domains/\(theirs.id)/verify", key: otherKey).json["status"] == "verified")
        prove(mine)
        let refused = ask(.post, "/\(mine.id)/verify")
        #expect(refused.status == 409 && refused.code == "domain_taken", "\(refused.text)")
        #expect(other.ask(.delete, "/domains/\(theirs.id)", key: otherKey).status == 204)
        #expect(verify(mine.id)["status"] == "verified")
    }

    @Test("a host with links or pages is not given up")
    func inUse() throws {
        let domain = try verified()
        let link = try stage.create(["domain": .string(domain.host)])["id"]?.stringValue ?? ""
        #expect(ask(.delete, "/\(domain.id)").code == "domain_in_use")
        #expect(stage.ask(.delete, "/links/\(link)").status == 204)
        let page = try stage.newPage(["domain": .string(domain.host)])["id"]?.stringValue ?? ""
        #expect(ask(.delete, "/\(domain.id)").code == "domain_in_use")
        #expect(stage.ask(.delete, "/bio-pages/\(page)").status == 204)
        #expect(ask(.delete, "/\(domain.id)").status == 204)
        #expect(ask(.get, "/\(domain.id)").status == 404)
        let late: JSON = ["url": "https://example.com/", "domain": .string(domain.host)]
        let refused = stage.ask(.post, "/links", late.text)
        #expect(refused.refusals == ["/domain unknown_domain"])
    }

    // MARK: Bad input

    @Test(
        "a host that cannot be a workspace's own is refused, and why",
        arguments: [
            ("mask.test", "own_host"), ("api.mask.test", "own_host"), ("x.mask.test", "own_host"),
            ("192.0.2.1", "invalid_host"), ("[2001:db8::1]", "invalid_host"), ("intranet", "invalid_host"),
            ("a_b.example", "invalid_host"), ("https://example.com", "invalid_host"), ("", "invalid_host"),
            ("a\u{200D}b.example", "invalid_host"), ("localhost", "own_host"),
        ])
    func refusedHosts(host: String, code: String) {
        let answer = ask(.post, "", ["host": .string(host)])
        #expect(answer.status == 422 && answer.refusals == ["/host \(code)"], "\(answer.text)")
    }

    @Test("an international name is kept as DNS has it")
    func international() throws {
        let word = randomHex(4)
        var request = stage.request(.post, "/v1/domains", body: #"{"host": "bücher-\#(word).example"}"#)
        request.fields.authorization = "Bearer " + key
        let domain = stage.application.respond(to: request).json
        #expect(domain["host"]?.stringValue?.hasPrefix("xn--bcher-\(word)-") == true, "\(domain.text)")
    }

    @Test("a host that is there already is a conflict, whoever has it")
    func taken() throws {
        let domain = try stage.newDomain()
        #expect(ask(.post, "", ["host": .string(domain.host)]).code == "domain_exists")
        #expect(ask(.post, "", ["host": .string(stage.host)]).code == "domain_exists")
        let other = try Stage(names: names)
        #expect(ask(.post, "", ["host": .string(other.host)]).code == "domain_taken")
    }

    @Test("redirects lead out of the service, and a root page is on the host itself")
    func refusedSettings() throws {
        let domain = try verified()
        let elsewhere = try stage.publishedPage()
        let answer = ask(.patch, "/\(domain.id)", [
            "root_url": .string("https://\(stage.host)/x"), "not_found_url": "ftp://example.com/",
            "expired_url": .string("https://\(domain.host)/"), "root_page_id": .string(elsewhere.id), "host": "a.example",
        ])
        #expect(Set(answer.refusals) == [
            "/root_url own_host", "/not_found_url invalid_url", "/expired_url own_host", "/root_page_id unknown_page",
            "/host unknown_field",
        ])
    }

    // MARK: What visitors get

    @Test("visitors who follow no link get what the domain says, at once and on every worker")
    func fallbacks() throws {
        let domain = try verified()
        let second = Application(try stage.secondWorker())
        let ended: JSONObject = ["domain": .string(domain.host), "expires_at": "2020-01-01T00:00:00Z"]
        let (old, own) = (try stage.create(ended), try stage.create(ended.merging("expired_url", "https://example.com/own")))
        func slug(_ link: JSON) -> String { "/" + (link["slug"]?.stringValue ?? "") }
        #expect(visit(domain.host, "/").status == 404 && visit(domain.host, "/none").status == 404)
        #expect(visit(domain.host, slug(old)).status == 410)
        let changed = ask(.patch, "/\(domain.id)", [
            "root_url": "https://example.com/root", "not_found_url": "https://example.com/404",
            "expired_url": "https://example.com/over",
        ])
        #expect(changed.status == 200)
        for application in [stage.application, second] {
            func location(_ path: String) -> String? {
                var visit = stage.visit(path)
                visit.host = domain.host
                let answer = application.respond(to: visit)
                #expect(answer.status == 302 && answer[.cacheControl] == "private, no-store", "\(path)")
                return answer[.location]
            }
            #expect(location("/") == "https://example.com/root")
            #expect(location("/none") == "https://example.com/404" && location("/a/b") == "https://example.com/404")
            #expect(location(slug(old)) == "https://example.com/over" && location(slug(own)) == "https://example.com/own")
        }
        #expect(ask(.patch, "/\(domain.id)", ["root_url": nil, "not_found_url": nil, "expired_url": nil]).status == 200)
        #expect(visit(domain.host, "/").status == 404 && visit(domain.host, slug(old)).status == 410)
        #expect(visit(stage.host, "/none").status == 404)
    }

    @Test("a worker that hears of changes follows a PATCH that another made")
    func heard() throws {
        let domain = try verified()
        let services = try stage.secondWorker()
        try stage.listen(services)
        let second = Application(services)
        var visit = stage.visit("/")
        visit.host = domain.host
        #expect(second.respond(to: visit).status == 404)
        #expect(ask(.patch, "/\(domain.id)", ["root_url": "https://example.com/root"]).status == 200)
        #expect(eventually { second.respond(to: visit)[.location] == "https://example.com/root" })
    }

    @Test("a bio page is the root of its host while it is published")
    func rootPage() throws {
        let domain = try verified()
        let page = try stage.publishedPage(["title": "Ada at the root", "domain": .string(domain.host)])
        let body: JSON = ["root_page_id": .string(page.id), "root_url": "https://example.com/root"]
        #expect(ask(.patch, "/\(domain.id)", body).status == 200)
        let shown = visit(domain.host, "/")
        #expect(shown.status == 200 && shown.text.contains("Ada at the root") && shown[.contentSecurityPolicy] != nil)
        #expect(stage.ask(.post, "/bio-pages/\(page.id)/unpublish").status == 200)
        #expect(visit(domain.host, "/")[.location] == "https://example.com/root")
    }

    // MARK: Traces

    @Test("each change of a domain is in the audit log")
    func audited() throws {
        let domain = try stage.newDomain()
        _ = verify(domain.id)
        prove(domain)
        _ = verify(domain.id)
        #expect(ask(.patch, "/\(domain.id)", ["root_url": "https://example.com/"]).status == 200)
        #expect(ask(.delete, "/\(domain.id)").status == 204)
        let id = try #require(DomainID(domain.id))
        let rows = try stage.query("""
            SELECT action FROM audit_log
            WHERE workspace_id = \(stage.workspace.id) AND resource = \(id.description) ORDER BY id
            """)
        #expect(try rows.map { try $0.string(0) } == [
            "domain.created", "domain.checked", "domain.verified", "domain.updated", "domain.deleted",
        ])
    }

    @Test("a state that was seen before the change is refused")
    func preconditions() throws {
        let domain = try stage.newDomain()
        var request = stage.request(.patch, "/v1/domains/\(domain.id)", body: #"{"root_url": "https://example.com/"}"#)
        request.fields.authorization = "Bearer " + key
        request.fields.ifMatch = "\"1\""
        #expect(stage.respond(to: request)[.eTag] == "\"2\"")
        #expect(stage.respond(to: request).status == 412)
    }
}

extension JSONObject {
    fileprivate func merging(_ name: String, _ value: JSON) -> JSONObject {
        var object = self
        object[name] = value
        return object
    }
}
