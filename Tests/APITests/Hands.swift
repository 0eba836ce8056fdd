import Application
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

/// Who calls in the tests of keys, members and the audit log, and how their answers are told.
extension Stage {
    /// A key that may do everything, made by the sysadmin.
    func makeManager() throws -> String { try newKey(Scope.allCases).text }

    func makeMember(_ role: Role, name: String = "Ada") throws -> Member {
        try sysadmin.addMember("\(randomHex(4))@example.com", name: name, role: role, to: workspace)
    }

    func makeKey(of member: Member, _ scopes: [Scope] = Scope.allCases) throws -> (id: APIKeyID, text: String) {
        let made = try sysadmin.createKey(in: workspace, name: "theirs", scopes: scopes, creator: member.id)
        return (made.key.id, made.text.text)
    }

    /// This worker and another, as on another host.
    func twoWorkers() throws -> [Application] { [application, Application(try secondWorker())] }

    /// Asks one of several workers.
    func ask(
        _ worker: Application, _ method: HTTP.Method, _ path: String, _ body: String? = nil, key: String, idempotent: String? = nil
    ) -> Response {
        var request = request(method, "/v1" + path, body: body)
        request.fields.authorization = "Bearer " + key
        request.fields.idempotencyKey = idempotent
        return worker.respond(to: request)
    }

    /// What became of the API's changes: `<actor> <action> <resource>`, oldest first.
    func changes(_ action: String = "%") throws -> [String] {
        try query("""
            SELECT actor, action, resource FROM audit_log
            WHERE workspace_id = \(workspace.id) AND action LIKE \(action) ORDER BY at, id
            """).map { "\(try $0.string(0)) \(try $0.string(1)) \(try $0.string(2))" }
    }

    /// `before` and `after` of the last change of a kind.
    func lastChange(_ action: String) throws -> String {
        let row = try query("""
            SELECT changes FROM audit_log WHERE workspace_id = \(workspace.id) AND action = \(action)
            ORDER BY at DESC, id DESC LIMIT 1
            """).first
        return masked(try row?.optionalString(0) ?? "")
    }

    /// The bodies of a workspace's events of a type, oldest first.
    func events(_ type: EventType) throws -> [JSON] {
        try query("SELECT body FROM events WHERE workspace_id = \(workspace.id) AND type = \(type.rawValue) ORDER BY id")
            .compactMap { try JSON.parse(Array($0.string(0).utf8)) }
    }
}

extension Response {
    /// The answer's status and its body, laid out for reading; what is different each time is masked.
    var told: String {
        let body = (try? JSON.parse(self.body))?.serialized(pretty: true) ?? self.body
        return masked("\(statusLine)\n" + String(decoding: body, as: UTF8.self))
    }

    /// The strings under a name in the items of a list.
    func items(_ name: String) -> [String] { (json["data"]?.arrayValue ?? []).compactMap { $0[name]?.stringValue } }
}

func masked(_ text: String) -> String {
    text.replacing(/mk_(live|test)_[0-9A-Za-z]{38}/) { "mk_\($0.output.1)_<secret>" }
        .replacing(/mk_(live|test)_…[0-9A-Za-z]{4}/) { "mk_\($0.output.1)_…<last>" }
        .replacing(/\b(lnk|ws|key|req|usr|aud|evt)_[0-9a-z]{26,32}\b/) { "\($0.output.1)_…" }
        .replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, with: "<time>")
}
