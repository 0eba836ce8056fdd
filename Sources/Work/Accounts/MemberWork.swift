import MariaDB
import Model
import Store

/// What is done to the members of a workspace.
package struct MemberWork {
    let assignment: Assignment

    package init(_ assignment: Assignment) { self.assignment = assignment }

    package func add(_ email: String, name: String, role: Role) throws -> Change<Member> {
        try assignment.admit(of: .members)
        let member = Member(
            id: .new(), workspace: assignment.workspace.id, email: email.lowercased(), name: name, role: role,
            createdAt: assignment.now)
        return Change(assignment) { connection in
            try Members.create(member, on: connection)
            try assignment.record(.memberAdded, member.id.description, after: member.json, on: connection)
            return .init(member)
        }.otherwise { error in
            throw (error as? MariaDBError)?.code == .duplicateKey ? Refusal.memberTaken(member.email) : error
        }
    }

    package func setRole(_ role: Role, of member: Member) -> Change<Member> {
        var changed = member
        changed.role = role
        let after = changed
        return Change(assignment) { connection in
            try Members.setRole(role, of: member, on: connection)
            try assignment.record(.memberUpdated, member.id.description, from: member.json, to: after.json, on: connection)
            return .init(after, followedBy: [.access(member.workspace)])
        }
    }

    /// Removes a member and ends the keys that they have made; it comes to how many keys that were.
    package func remove(_ member: Member) -> Change<Int> {
        Change(assignment) { connection in
            let keys = try APIKeys.revoke(madeBy: member.id, in: member.workspace, at: assignment.now, on: connection)
            try Members.remove(member, on: connection)
            for key in keys { try assignment.record(.keyRevoked, key.description, on: connection) }
            try assignment.record(.memberRemoved, member.id.description, before: member.json, on: connection)
            return .init(keys.count, followedBy: [.access(member.workspace)])
        }
    }
}
