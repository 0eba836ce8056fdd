import Foundation
import HTTP
import Model
import Testing

@testable import API

/// Every route, in both dialects, against everyone who may not.
@Suite("Every route")
struct RouteTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    private static let scoped = Route.all.filter { $0.scope != nil }
    private static let bases = ["/v1", "/api/v1"]

    /// A request for a route as its caller would make it, with an id in the path and a body where one is read.
    private func request(_ route: Route, base: String, id: String) -> Request {
        stage.request(
            route.method, base + route.path.replacingOccurrences(of: "{id}", with: id),
            body: route.operation.body == nil ? nil : #"{"url": "https://example.com/"}"#)
    }

    private func responses(_ route: Route, id: String = LinkID.new().description, _ change: (inout Request) -> Void)
        -> [Response]
    {
        Self.bases.map { base in
            var request = request(route, base: base, id: id)
            change(&request)
            return stage.application.respond(to: request)
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

    @Test("refuses a caller without a key, with one that is none, an unknown and a revoked one", arguments: scoped)
    func unauthorized(route: Route) throws {
        let revoked = try stage.newKey(Scope.allCases)
        #expect(stage.ask(.get, "/workspace", key: revoked.text).status == 200)
        try stage.administration.revokeKey(revoked.id)
        let authorizations = [
            nil, "Bearer mk_live_short", "Bearer " + APIKeyText.random().text, "Bearer " + revoked.text,
        ]
        for authorization in authorizations {
            for response in responses(route, { $0.fields.authorization = authorization }) {
                expectProblem(response, 401, "unauthorized", route)
            }
        }
    }

    @Test("refuses a key that has every scope but the one that is needed, and names it", arguments: scoped)
    func scope(route: Route) throws {
        let scope = try #require(route.scope)
        let key = try stage.newKey(Scope.allCases.filter { $0 != scope }).text
        for response in responses(route, { $0.fields.authorization = "Bearer " + key }) {
            expectProblem(response, 403, "insufficient_scope", route)
            #expect(response.json["required_scope"]?.stringValue == scope.rawValue)
        }
    }

    @Test("lets in a key that has just the one scope", arguments: scoped)
    func enough(route: Route) throws {
        let key = try stage.newKey([#require(route.scope)]).text
        for response in responses(route, { $0.fields.authorization = "Bearer " + key }) {
            #expect([200, 201, 404].contains(response.status), "\(route.name): \(response.text)")
        }
    }

    @Test("refuses plain HTTP, and sends nobody elsewhere", arguments: Route.all)
    func plainHTTP(route: Route) {
        for response in responses(route, { $0.isSecure = false }) {
            expectProblem(response, 403, "https_required", route)
            #expect(response[.location] == nil)
        }
    }

    @Test(
        "answers for an id of another workspace as for one that nobody has",
        arguments: scoped.filter { $0.path.contains("{id}") })
    func otherWorkspace(route: Route) throws {
        let other = try Stage()
        let theirs = try other.create(["slug": "theirs"])
        let id = try #require(theirs["id"]?.stringValue)
        let foreign = responses(route, id: id) { $0.id = "0" }
        let unknown = responses(route, id: LinkID.new().description) { $0.id = "0" }
        for (foreign, unknown) in zip(foreign, unknown) {
            expectProblem(foreign, 404, "not_found", route)
            #expect(foreign.text == unknown.text)
        }
        #expect(other.ask(.get, "/links/" + id).json == theirs)
    }

    @Test("takes what is no id for one that nobody has", arguments: scoped.filter { $0.path.contains("{id}") })
    func noID(route: Route) {
        for id in [
            "1", "lnk_", "lnk_" + String(repeating: "z", count: 26), "ws_01hzxxxxxxxxxxxxxxxxxxxxxx", "%00",
            "%27%20OR%201=1", "LNK_01HZX",
        ] {
            for response in responses(route, id: id, { _ in }) { expectProblem(response, 404, "not_found", route) }
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

    @Test("a request is journaled under its route's name, status and key", arguments: scoped)
    func journaled(route: Route) throws {
        let request = request(route, base: "/v1", id: LinkID.new().description)
        let status = stage.application.respond(to: request).status
        try stage.load()
        let rows = try stage.query(
            """
            SELECT endpoint, status, LOWER(HEX(id)) FROM api_requests WHERE workspace_id = \(stage.workspace.id)
            """
        ).filter { try $0.string(2) == request.id }
        #expect(try rows.map { try $0.string(0) } == [route.name])
        #expect(try rows.map { try $0.integer(1) } == [status])
    }
}

extension Route: CustomTestStringConvertible {
    public var testDescription: String { name }
}
