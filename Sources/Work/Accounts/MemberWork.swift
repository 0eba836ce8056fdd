import AccountStore
import MariaDB
import Model
import Store

/// What is done to the members of a workspace.
package struct MemberWork {
    let assignment: Assignment
    /// Whether the workspace keeps an owner, whatever is done. Only the sysadmin may leave it without.
    let keepsOwner: Bool

    package init(_ assignment: Assignment, keepsOwner: Bool = false) {
        (self.assignment, self.keepsOwner) = (assignment, keepsOwner)
    }

    package func add(_ email: String, name: String, role: Role) throws -> Change<Member> {
        try assignment.admit(of: .members)
        let member = Member(
            id: .new(), workspace: assignment.workspace.id, email: email.lowercased(), name: name, role: role,
            createdAt: assignment.now)
        return Change(assignment) { connection in
            try Members.create(member, on: connection)
            try OneTimeLinks.endInvitations(of: member.email, to: member.workspace, on: connection)
            try assignment.record(.memberAdded, member.id.description, after: member.json, on: connection)
            return .init(member)
        }.otherwise { error in
            throw (error as? MariaDBError)?.code == .duplicateKey ? Refusal.memberTaken(member.email) : error
        }
    }

    /// - Throws: when it is made, ``Refusal/lastOwner`` where nobody else is one.
    package func setRole(_ role: Role, of member: Member) -> Change<Member> {
        guard role != member.role else { return .nothing(assignment, member, since: nil, [.access(member.workspace)]) }
        var changed = member
        changed.role = role
        let after = changed
        return Change(assignment) { connection in
            try requireOwner(without: member, on: connection)
            try Members.setRole(role, of: member, on: connection)
            try withdrawInvitations(of: member, whoIs: role, on: connection)
            try OneTimeLinks.endInvitations(of: member.email, to: member.workspace, on: connection)
            // Who has made a link for their password may be below them now.
            if role.isAbove(member.role), let user = try Users.find(behind: member, on: connection) {
                try OneTimeLinks.endResets(of: user, on: connection)
            }
            try assignment.record(.memberUpdated, member.id.description, from: member.json, to: after.json, on: connection)
            var made = after
            made.version += 1
            return .init(made, followedBy: [.access(member.workspace)])
        }
    }

    /// Removes a member and ends the keys that they have made; it comes to how many keys that were.
    /// - Throws: when it is made, ``Refusal/lastOwner`` where nobody else is one.
    package func remove(_ member: Member) -> Change<Int> {
        Change(assignment) { connection in
            try requireOwner(without: member, on: connection)
            let keys = try APIKeys.revoke(madeBy: member.id, in: member.workspace, at: assignment.now, on: connection)
            try Members.remove(member, on: connection)
            try withdrawInvitations(of: member, whoIs: nil, on: connection)
            for key in keys { try assignment.record(.keyRevoked, key.description, on: connection) }
            try assignment.record(.memberRemoved, member.id.description, before: member.json, on: connection)
            return .init(keys.count, followedBy: [.access(member.workspace)])
        }
    }

    /// The owners are held, so that two who each leave the other cannot both go.
    private func requireOwner(without member: Member, on connection: Connection) throws {
        guard keepsOwner, member.role == .owner else { return }
        let owners = try Members.holdOwners(of: member.workspace, on: connection)
        guard owners.contains(where: { $0 != member.id }) else { throw Refusal.lastOwner }
    }

    /// Ends what a member has sent and could not send any more: else who is to go would come again by it.
    /// - Parameter role: of the member from now on; nil of who goes.
    private func withdrawInvitations(of member: Member, whoIs role: Role?, on connection: Connection) throws {
        let sent = try OneTimeLinks.links(by: member.id, to: member.workspace, at: assignment.now, on: connection)
        for invitation in sent {
            if let role, role.scopes.contains(.membersWrite), invitation.role?.isAbove(role) == false { continue }
            guard try OneTimeLinks.use(invitation, on: connection), invitation.purpose != .reset else { continue }
            try assignment.record(.invitationWithdrawn, invitation.id.description, before: invitation.json, on: connection)
        }
    }
}
