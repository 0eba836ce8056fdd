@testable import Access
import Text
import Crypto
import Foundation
import HTTP
import Model
import Testing

@testable import API
@testable import Resources

/// Every route, in both dialects, against everyone who may not. Between workspaces: IsolationTests.
@Suite("Every route")
struct RouteTests {
    let stage: Stage
    /// All scopes, made by an owner.
    let key: String

    init() throws {
        stage = try Stage()
        key = try stage.newKey(of: .owner).text
    }

    private func responses(
        _ route: Route, key: String? = nil, naming things: Things = .own, scopes: [Scope]? = nil,
        _ change: (inout Request) -> Void = { _ in }
    ) throws -> [Response] {
        try Stage.bases.map { base in
            var request = try stage.request(route, base: base, key: key ?? self.key, naming: things, scopes: scopes)
            change(&request)
            return stage.respond(to: request)
        }
    }

    private func expectProblem(_ response: Response, _ status: Int, _ code: String, _ route: Route) {
        #expect(response.status == status, "\(route.name): \(response.text)")
        #expect(response.code == code, "\(route.name)")
        #expect(response[.contentType] == "application/problem+json")
        #expect(response[.requestID]?.hasPrefix("req_") == true)
        #expect(response.json["request_id"]?.stringValue == response[.requestID])
        #expect(response.json["status"]?.integerValue == Int64(status))
        #expect(response[.cacheControl] == "private, no-store")
    }

    @Test("can be called: there are samples for its path and an example of its body", arguments: Route.all)
    func samples(route: Route) {
        for path in route.samplePaths { #expect(Sample.byPath[path] != nil, "add \(path) to Sample.byPath") }
        guard let body = route.operation.body else { return }
        let example = route.example
        #expect(example != nil, "add \(body) to Schemas.examples")
        for prefix in example?.idPrefixes ?? [] {
            #expect(Sample.byPrefix[prefix] != nil, "add \(prefix) to Sample.byPrefix")
        }
    }

    // MARK: Who may not

    @Test("refuses a caller without a valid key, and tells nobody what is wrong with it", arguments: Route.scoped)
    func unauthorized(route: Route) throws {
        let keys = [nil, "mk_live_short", APIKeyText.random().text, String(key.dropLast())] + (try endedKeys())
        let answers = try keys.flatMap { key in
            try responses(route) {
                $0.fields.authorization = key.map { "Bearer " + $0 }
                $0.id = String(repeating: "0", count: 32)
            }
        }
        for answer in answers { expectProblem(answer, 401, "unauthorized", route) }
        #expect(Set(answers.map(\.withoutRate)).count == 1)
    }

    /// Revoked, replaced and expired, all seen by the worker when they were good.
    private func endedKeys() throws -> [String] {
        let keys = try (0..<3).map { _ in try stage.newKey(Scope.allCases) }
        for key in keys { #expect(stage.ask(.get, "/workspace", key: key.text).status == 200) }
        try stage.sysadmin.revokeKey(keys[0].id)
        _ = try stage.sysadmin.rotateKey(keys[1].id, overlapSeconds: 0)
        try stage.sysadmin.updateKey(keys[2].id) { $0.expiresAt = .now() }
        return keys.map(\.text)
    }

    @Test("refuses a key that has every scope but the one that is needed, and names it", arguments: Route.scoped)
    func scope(route: Route) throws {
        let scope = try #require(route.scope)
        let key = try stage.newKey(of: .owner, Scope.allCases.filter { $0 != scope }).text
        for response in try responsesWithoutEffect(route, key: key) {
            expectProblem(response, 403, "insufficient_scope", route)
            #expect(response.json["required_scope"]?.stringValue == scope.rawValue)
        }
    }

    @Test("lets in a key that has just the one scope", arguments: Route.scoped)
    func enough(route: Route) throws {
        let scopes = [try #require(route.scope)]
        for response in try responses(route, key: stage.newKey(of: .owner, scopes).text, scopes: scopes) {
            #expect((200..<300).contains(response.status), "\(route.name): \(response.text)")
        }
    }

    @Test("refuses a key from an address that is not among its own", arguments: Route.scoped)
    func address(route: Route) throws {
        let ranges = try [AddressRange(validating: "192.0.2.0/24"), AddressRange(validating: "2001:db9::/32")]
        let key = try stage.sysadmin.createKey(
            in: stage.workspace, name: "elsewhere", scopes: Scope.allCases, allowedAddresses: ranges).text.text
        for response in try responsesWithoutEffect(route, key: key) {
            expectProblem(response, 403, "address_not_allowed", route)
        }
    }

    @Test("lets a key change nothing once its maker is a viewer", arguments: Route.scoped)
    func viewer(route: Route) throws {
        let (member, key) = try stage.newKey(of: .owner)
        #expect(stage.ask(.get, "/api-keys", key: key).status == 200)
        try stage.sysadmin.setRole(.viewer, of: member)
        let isOpen = try Role.viewer.scopes.contains(#require(route.scope))
        #expect(route.method == .get || !isOpen, "\(route.name) changes something under a scope that viewers have")
        for response in try responsesWithoutEffect(route, key: key) {
            if isOpen { #expect(response.status == 200) } else { expectProblem(response, 403, "insufficient_scope", route) }
        }
    }

    /// The answers to requests that must leave all that is stored as it was.
    private func responsesWithoutEffect(_ route: Route, key: String) throws -> [Response] {
        let requests = try Stage.bases.map { try stage.request(route, base: $0, key: key) }
        let before = try stage.stored()
        let responses = requests.map { stage.respond(to: $0) }
        #expect(try stage.stored() == before)
        return responses
    }

    @Test("refuses plain HTTP, and sends nobody elsewhere", arguments: Route.all)
    func plainHTTP(route: Route) throws {
        for response in try responses(route, { $0.isSecure = false }) {
            expectProblem(response, 403, "https_required", route)
            #expect(response[.location] == nil)
        }
    }

    // MARK: Paths and methods

    @Test("takes what is no id for one that nobody has", arguments: Route.scoped.filter { $0.path.contains("{id}") })
    func noID(route: Route) throws {
        let request = try stage.request(route, key: key)
        for id in [
            "1", "lnk_", "lnk_" + String(repeating: "z", count: 26), "ws_01hzxxxxxxxxxxxxxxxxxxxxxx", "%00",
            "%27%20OR%201=1", "LNK_01HZX",
        ] {
            for base in Stage.bases {
                var request = request
                request.path = base + route.path.replacingOccurrences(of: "{id}", with: id)
                request.host = base == "/v1" ? Stage.apiHost : Stage.linkHost
                expectProblem(stage.respond(to: request), 404, "not_found", route)
            }
        }
    }

    @Test("answers another method with 405 and those that it has", arguments: Set(Route.all.map(\.path)).sorted())
    func methods(path: String) {
        let allowed = Route.all.filter { $0.path == path }.map(\.method.rawValue)
        let others = [Method.get, .head, .post, .put, .patch, .delete, .options, .other].filter {
            // HEAD is GET without the body (RFC 9110 section 9.3.2).
            !allowed.contains($0 == .head ? "GET" : $0.rawValue)
        }
        for method in others {
            let response = stage.ask(method, path.replacingOccurrences(of: "{id}", with: LinkID.new().description))
            #expect(response.status == 405, "\(method) \(path)")
            #expect(Set((response[.allow] ?? "").components(separatedBy: ", ")) == Set(allowed))
        }
    }

    @Test(
        "is at its own path only",
        arguments: [
            "", "/", "/link", "/links/", "//links", "/Links", "/links/a/b", "/links;x", "/%6Cinks", "/links%2F",
            "/../v1/links", "/openapi.json/",
        ])
    func paths(path: String) {
        let response = stage.ask(.get, path)
        #expect(response.status == 404)
        #expect(response.code == "not_found")
    }

    @Test(
        "the API host serves nothing but the API",
        arguments: ["/", "/abc", "/v2/links", "/v1", "/api/v1/links", "/index.html"])
    func apiHost(path: String) {
        var request = stage.request(.get, path)
        request.host = Stage.apiHost
        #expect(stage.application.respond(to: request).status == 404)
    }

    @Test("a request is journaled under its route's name, status and key", arguments: Route.scoped)
    func journaled(route: Route) throws {
        let key = try stage.newKey(of: .owner)
        let request = try stage.request(route, key: key.text)
        let answer = stage.respond(to: request)
        let status = answer.status
        // What is made while it is sent is journaled when it has been sent.
        if let stream = answer.stream { try stream { _ in } }
        try stage.load()
        let rows = try stage.query("""
            SELECT endpoint, status, LOWER(HEX(r.id)), LOWER(HEX(k.creator_id)) FROM api_requests r
            JOIN api_keys k ON k.workspace_id = r.workspace_id AND k.id = r.key_id WHERE r.workspace_id = \(stage.workspace.id)
            """
        ).filter { try $0.string(2) == request.id }
        #expect(try rows.map { try $0.string(0) } == [route.name])
        #expect(try rows.map { try $0.integer(1) } == [status])
        #expect(try rows.map { try $0.string(3) } == [hexadecimal(key.member.id.ulid.bytes)])
    }
}

extension Response {
    /// All of it but what is left of a limit.
    fileprivate var withoutRate: String {
        let fields = fields.filter { !$0.name.rawValue.contains("RateLimit") }.map { "\($0.name.rawValue): \($0.value)" }
        return ([statusLine] + fields + [text]).joined(separator: "\n")
    }
}

extension Route: CustomTestStringConvertible {
    public var testDescription: String { name }
}
