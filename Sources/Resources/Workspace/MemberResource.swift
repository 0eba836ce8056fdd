import Access
import AccountStore
import API
import HTTP
import JSON
import Model
import Store
import Work

/// `/team/members`: who works in the workspace, and as what. Who is to come is invited: InvitationResource.swift.
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
        let member = try find(call)
        return try call.show(member.json, member.resourceVersion)
    }

    static func update(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let role: Field<Role> = fields.field("role", as: .choice())
        fields.refuseNull("role", role)
        try fields.finish()
        return try call.retrying("member") {
            let before = try find(call)
            try call.preconditions.requireMatch(before.resourceVersion)
            let wanted = role.value ?? before.role
            try call.requireRank(of: before.role, wanted)
            return try call.commit(call.members.setRole(wanted, of: before)) { .ok($0.json).tagged($0.resourceVersion) }
        }
    }

    /// Their keys end with them.
    static func remove(_ call: Call) throws -> Answer {
        try call.delete("member", .memberRemoved, find: { try Members.find($0, in: call.workspace, on: $1) }) { member in
            try call.requireRank(of: member.role)
            try call.preconditions.requireMatch(member.resourceVersion)
            return try call.members.remove(member).map { _ in }
        }
    }

    /// A link by which the member sets another password, to be handed over.
    static func reset(_ call: Call) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        try fields.finish()
        let member = try find(call)
        try call.requireRank(of: member.role)
        let origin = try call.services.office.dashboard()
        guard let user = try call.services.store.read({ try Users.find(behind: member, on: $0) }) else {
            throw Refusal.noAccount(member.email)
        }
        try requireReach(to: user, call)
        return try call.commit(call.oneTimeLinks.reset(user, behind: member, of: call.principal.workspace, by: call.principal.member)) { shown in
            var answer = Answer.created(
                ["url": .string(shown.url(at: origin)), "expires_at": .string(shown.link.endsAt.rfc3339)],
                at: "\(call.basePath)/team/members/\(member.id)")
            answer.isSecret = true
            return answer
        }
    }

    // MARK: Parts

    private static func find(_ call: Call) throws -> Member {
        let id: MemberID = try call.identifier()
        return try call.found { try Members.find(id, in: call.workspace, on: $0) }
    }

    /// A link opens the whole account, and so every workspace that the user is in. Who asks has to be as high in each: a key, which
    /// is of one workspace, never is.
    private static func requireReach(to user: User, _ call: Call) throws {
        func memberships(of user: UserID) throws -> [WorkspaceID: Role] {
            let all = try call.services.store.read { try Users.memberships(of: user, on: $0) }
            return Dictionary(uniqueKeysWithValues: all.map { ($0.workspace.id, $0.member.role) })
        }
        var theirs = try memberships(of: user.id)
        theirs[call.workspace] = nil
        if theirs.isEmpty { return }
        guard case .session(let session, _) = call.principal.credential else { throw Refusal.worksElsewhere(user.email) }
        let own = try memberships(of: session.user)
        for (workspace, role) in theirs {
            guard let rank = own[workspace], rank.scopes.contains(.membersWrite), !role.isAbove(rank) else {
                throw Refusal.worksElsewhere(user.email)
            }
        }
    }
}

extension Call {
    /// Refuses to give, change or take away a role above that of who asks. The sysadmin's keys have none, and may do all.
    func requireRank(of roles: Role...) throws(Problem) {
        guard let own = principal.role, let higher = roles.first(where: { $0.isAbove(own) }) else { return }
        throw .insufficientRole(higher.rawValue)
    }
}
