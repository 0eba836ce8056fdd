import Contract
import HTTP
import Model
import Work

/// A route of the API: what it takes, whom it lets in, who answers.
package struct Route: Sendable {
    package let method: Method
    /// Below the base path of either dialect.
    package let path: String
    /// `GET /links/{id}`: how usage analytics call it.
    package let name: String
    /// For OpenAPI.
    package var operation: Operation
    package var endpoint: Endpoint
    /// Which of its calls are reports.
    private var reports = Reports.none
    /// Whether what is known of the workspace's keys, limits and webhooks may change.
    private(set) var changesAccess = false

    /// Whether somebody who is signed in has to have shown lately who they are.
    package private(set) var needsStepUp = false

    /// Calls whose cost grows with what a workspace has stored, and which may so take seconds of a connection to the database.
    private enum Reports: Sendable {
        case none, all
        /// Those that ask by one of these parameters: no index leads to the answer.
        case filtered(by: Set<String>)
    }

    /// Who may call, and who answers.
    package enum Endpoint: Sendable {
        /// By anybody, through either door.
        case open(@Sendable (Services, API.Door) throws -> Answer)
        /// On the app host, without a session.
        case guest(@Sendable (GuestCall) throws -> Answer)
        /// On the app host, whoever is signed in.
        case person(@Sendable (PersonCall) throws -> Answer)
        case scoped(Scope, @Sendable (Call) throws -> Answer)
    }

    /// What a key needs to call it; nil where none is needed.
    package var scope: Scope? { if case .scoped(let scope, _) = endpoint { scope } else { nil } }

    /// Whether only who is signed in may call it, for no workspace.
    package var needsSession: Bool { if case .person = endpoint { true } else { false } }

    package init(
        _ method: Method, _ path: String, _ scope: Scope, _ operation: Operation,
        _ handler: @escaping @Sendable (Call) throws -> Answer
    ) {
        self.init(method, path, operation, .scoped(scope, handler))
    }

    private init(_ method: Method, _ path: String, _ operation: Operation, _ endpoint: Endpoint) {
        (self.method, self.path, self.operation, self.endpoint) = (method, path, operation, endpoint)
        name = method.rawValue + " " + path
    }

    /// The route with all of its calls marked as reports.
    package var report: Route {
        var route = self
        route.reports = .all
        return route
    }

    /// The route with those calls marked that ask by one of the parameters.
    package func report(by parameters: String...) -> Route {
        var route = self
        route.reports = .filtered(by: Set(parameters))
        return route
    }

    /// The route, marked as one whose answers are followed by ``Effect/access(_:)``.
    package var accessChange: Route {
        var route = self
        route.changesAccess = true
        return route
    }

    /// The route, marked as one that a session may call only for some minutes after its user has shown who they are.
    package var afterStepUp: Route {
        var route = self
        route.needsStepUp = true
        return route
    }

    package func isReport(_ call: Call) -> Bool {
        switch reports {
        case .none: false
        case .all: true
        // A query that cannot be read is refused by whoever reads it.
        case .filtered(let names): (try? call.query())?.parameters.contains { names.contains($0.name) } ?? false
        }
    }

    package init(
        open method: Method, _ path: String, _ operation: Operation,
        _ handler: @escaping @Sendable (Services, API.Door) throws -> Answer
    ) {
        self.init(method, path, operation, .open(handler))
    }

    package init(
        guest method: Method, _ path: String, _ operation: Operation,
        _ handler: @escaping @Sendable (GuestCall) throws -> Answer
    ) {
        self.init(method, path, operation, .guest(handler))
    }

    package init(
        person method: Method, _ path: String, _ operation: Operation,
        _ handler: @escaping @Sendable (PersonCall) throws -> Answer
    ) {
        self.init(method, path, operation, .person(handler))
    }
}

/// The table of contents of the API, and what finds a route in it.
package struct Routes: Sendable {
    /// On the API's host and, with what is of people, on the app host.
    package let all: [Route]
    /// On the app host alone.
    package let ofPeople: [Route]
    package let router: Router<Route>
    package let appRouter: Router<Route>

    package init(_ routes: [Route], ofPeople people: [Route]) {
        (all, ofPeople) = (routes, people)
        router = Self.router(routes)
        appRouter = Self.router(routes + people)
    }

    private static func router(_ routes: [Route]) -> Router<Route> {
        routes.reduce(into: Router()) { $0.add($1.method, $1.path, $1) }
    }

    /// For OpenAPI: what is answered behind a door.
    package func described(_ door: API.Door) -> [DescribedRoute] {
        (door == .keys ? all : all + ofPeople).map { DescribedRoute($0.method, $0.path, $0.scope, $0.operation, $0.needsSession) }
    }
}
