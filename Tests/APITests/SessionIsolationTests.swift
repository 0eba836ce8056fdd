import HTTP
import JSON
import Model
import Testing

@testable import API
@testable import Resources

/// What IsolationTests and RouteTests ask with keys, asked by somebody who is signed in. Made from the route table, so that a route
/// that is added is tested too.
@Suite("Between workspaces, by session")
struct SessionIsolationTests {
    let stage: Stage
    let other: Stage

    init() throws { (stage, other) = (try Stage(), try Stage()) }

    private static let writing = Route.scoped.filter { $0.method != .get }

    /// The answers to the same request about a thing of the other workspace and about one that nobody has.
    private func answers(_ route: Route) throws -> (theirs: Response, nobodys: Response) {
        let browser = try stage.newBrowser(of: .owner).browser
        var requests = try [Things.of(other), .nobodys].map { browser.request(like: try stage.request(route, key: "", naming: $0)) }
        for index in requests.indices { requests[index].id = String(repeating: "0", count: 32) }
        let before = try other.stored()
        let responses = requests.map { browser.send($0) }
        #expect(try other.stored() == before)
        return (responses[0], responses[1])
    }

    @Test(
        "an id of another workspace is answered like one that nobody has, and nothing is changed",
        arguments: Route.scoped.filter { !$0.samplePaths.isEmpty && $0.method != .put })
    func paths(route: Route) throws {
        let (theirs, nobodys) = try answers(route)
        #expect(theirs.status == 404 && theirs.code == "not_found", "\(theirs.text)")
        #expect(theirs.text == nobodys.text)
    }

    @Test(
        "an id of another workspace in a body is answered like one that nobody has, and nothing is changed",
        arguments: Route.scoped.filter { $0.example?.idPrefixes.isEmpty == false })
    func bodies(route: Route) throws {
        let (theirs, nobodys) = try answers(route)
        #expect(theirs.text == nobodys.text)
        let statuses = theirs.json["results"]?.arrayValue?.map { $0["status"] }
        #expect(statuses.map { $0.allSatisfy { $0 == 404 } } ?? (theirs.status >= 400), "\(theirs.text)")
    }

    @Test("what is read has nothing of another workspace in it", arguments: Route.scoped.filter { $0.method == .get })
    func reading(route: Route) throws {
        let marks = try Sample.byPrefix.values.map { try $0.make(other) } + [other.workspace.slug, other.workspace.id.description, other.host]
        let browser = try stage.newBrowser(of: .owner).browser
        let answer = browser.send(browser.request(like: try stage.request(route, key: "")))
        #expect(answer.status == 200)
        let text = answer.whole
        for mark in marks { #expect(!text.contains(mark), "\(route.name) shows \(mark)") }
    }

    @Test("a workspace that one is no member of is closed, also with the ids of what is in it", arguments: Route.scoped)
    func closed(route: Route) throws {
        let browser = try stage.newBrowser(of: .owner).browser
        browser.workspace = other.workspace.slug
        let request = browser.request(like: try stage.request(route, key: "", naming: .of(other)))
        let before = try other.stored()
        #expect(browser.send(request).code == "unknown_workspace")
        #expect(try other.stored() == before)
    }

    @Test("a viewer calls nothing that changes something", arguments: writing)
    func viewer(route: Route) throws {
        let browser = try stage.newBrowser(of: .viewer).browser
        let request = browser.request(like: try stage.request(route, key: ""))
        let before = try stage.stored()
        let answer = browser.send(request)
        #expect(answer.status == 403 && answer.code == "insufficient_scope", "\(answer.text)")
        #expect(try stage.stored() == before)
    }

    @Test("an owner calls everything", arguments: writing)
    func owner(route: Route) throws {
        let browser = try stage.newBrowser(of: .owner).browser
        let answer = browser.send(browser.request(like: try stage.request(route, key: "", scopes: [try #require(route.scope)])))
        #expect((200..<300).contains(answer.status), "\(answer.text)")
    }

    @Test("who has not shown lately who they are has no effect on a route that asks for it", arguments: Route.scoped.filter(\.needsStepUp))
    func stepUp(route: Route) throws {
        let (member, browser) = try stage.newBrowser(of: .owner)
        try stage.tamper("""
            UPDATE sessions SET stepped_up_at = UTC_TIMESTAMP(3) - INTERVAL 20 MINUTE
            WHERE user_id = (SELECT user_id FROM members WHERE id = \(member.id))
            """)
        let request = browser.request(like: try stage.request(route, key: ""))
        let before = try stage.stored()
        #expect(browser.send(request).code == "step_up_required")
        #expect(try stage.stored() == before)
    }
}
