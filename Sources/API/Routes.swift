import HTTP
import Model

/// A route of the API: what it takes, whom it lets in, who answers.
struct Route: Sendable {
    var method: Method
    /// Below the base path of either dialect.
    var path: String
    /// For OpenAPI.
    var operation: Operation
    var endpoint: Endpoint

    /// Who may call, and who answers.
    enum Endpoint: Sendable {
        case open(@Sendable (Services) throws -> Answer)
        case scoped(Scope, @Sendable (Call) throws -> Answer)
    }

    /// What a key needs to call it; nil where none is needed.
    var scope: Scope? { if case .scoped(let scope, _) = endpoint { scope } else { nil } }

    /// `GET /links/{id}`: how usage analytics call it.
    var name: String { method.rawValue + " " + path }

    init(
        _ method: Method, _ path: String, _ scope: Scope, _ operation: Operation,
        _ handler: @escaping @Sendable (Call) throws -> Answer
    ) {
        (self.method, self.path, self.operation, endpoint) = (method, path, operation, .scoped(scope, handler))
    }

    init(
        open method: Method, _ path: String, _ operation: Operation,
        _ handler: @escaping @Sendable (Services) throws -> Answer
    ) {
        (self.method, self.path, self.operation, endpoint) = (method, path, operation, .open(handler))
    }
}

extension Route {
    /// The table of contents of the API.
    static let all: [Route] = [
        Route(.post, "/links", .linksWrite, .createLink, LinkResource.create),
        Route(.get, "/links", .linksRead, .listLinks, LinkResource.list),
        Route(.get, "/links/{id}", .linksRead, .getLink, LinkResource.get),
        Route(.patch, "/links/{id}", .linksWrite, .updateLink, LinkResource.update),
        Route(.delete, "/links/{id}", .linksWrite, .deleteLink, LinkResource.delete),

        Route(.get, "/analytics/clicks", .analyticsRead, .getClicks, ClickResource.get),

        Route(.get, "/workspace", .teamRead, .getWorkspace, WorkspaceResource.get),

        Route(open: .get, "/openapi.json", .getOpenAPI, OpenAPI.get),
    ]

    static let router: Router<Route> = all.reduce(into: Router()) { $0.add($1.method, $1.path, $1) }
}
