import HTTP
import JSON
import Model
import Store
import Testing

@testable import API
@testable import Resources

/// A member of a stage's workspace, who asks by a key or by a session.
struct Caller {
    /// By which door somebody comes.
    enum Door: CaseIterable { case key, session }

    let member: Member
    private let send: (HTTP.Method, String, JSON?, (inout Request) -> Void) -> Response

    init(_ role: Role, by door: Door, on stage: Stage) throws {
        switch door {
        case .key:
            let (member, key) = try stage.newKey(of: role)
            self.member = member
            send = { method, path, body, change in
                var request = stage.request(method, "/v1" + path, body: body?.text)
                request.fields.authorization = "Bearer " + key
                change(&request)
                return stage.respond(to: request)
            }
        case .session:
            let (member, browser) = try stage.newBrowser(of: role)
            self.member = member
            send = { method, path, body, change in
                var request = browser.request(method, path, body)
                change(&request)
                return browser.send(request)
            }
        }
    }

    @discardableResult
    func ask(
        _ method: HTTP.Method, _ path: String, _ body: JSON? = nil, _ change: (inout Request) -> Void = { _ in }
    ) -> Response { send(method, path, body, change) }

    func path(of member: Member) -> String { "/team/members/\(member.id)" }
    func invite(_ email: String, as role: Role = .member, _ change: (inout Request) -> Void = { _ in }) -> Response {
        ask(.post, "/team/invitations", ["email": .string(email), "role": .string(role.rawValue)], change)
    }
}

extension Response {
    /// What stands behind `#` in the link that is shown once.
    var token: String { json["url"]?.stringValue?.split(separator: "#").last.map(String.init) ?? "" }

    func isRefused(_ status: Int, _ code: String) -> Bool { self.status == status && self.code == code }
}

extension Stage {
    /// Follows a link as somebody who has no account yet.
    func accept(_ token: String, as browser: Browser? = nil) -> Response {
        (browser ?? Browser(self)).ask(.post, "/one-time-links/use", [
            "token": .string(token), "name": "Grace", "password": .string(Self.password),
        ])
    }

    func members() throws -> [Member] { try store.read { try Members.list(in: workspace.id, on: $0) } }
}
