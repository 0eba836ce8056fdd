import API
import HTTP
import JSON
import Model
import Store
import Work

/// `/team/members`: who works in the workspace. Members are added and changed with `maskctl member`.
enum MemberResource {
    static func list(_ call: Call) throws -> Answer {
        var query = try call.query()
        let pagination = try Pagination(&query, call.workspace)
        try query.finish()
        return try pagination.page(of: "members", id: \Member.id, json: \.json) { last, limit in
            try call.services.store.read { try Members.list(in: call.workspace, after: last, limit: limit, on: $0) }
        }
    }

    static func get(_ call: Call) throws -> Answer {
        let id: MemberID = try call.identifier()
        let member = try call.found { try Members.find(id, in: call.workspace, on: $0) }
        return try call.show(member.json, ResourceVersion(member.version))
    }
}
