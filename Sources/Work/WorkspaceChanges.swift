import JSON
import MariaDB
import Model
import Store

/// What can be done to a workspace and its members, over the API and with `maskctl` alike. Each runs in the caller's
/// transaction, with its audit entry; ``Effect/access(_:)`` makes it hold everywhere once that is committed.
package enum WorkspaceChanges {
    /// Writes name, plan and limit. Another plan or limit is an event: `subscription.updated`.
    package static func update(
        _ before: Workspace, to after: Workspace, by author: Author, at now: Timestamp, on connection: Connection
    ) throws {
        try Workspaces.update(after, on: connection)
        let changes = JSON.changes(from: before.settings, to: after.settings)
        try connection.execute(AuditLog.insertion(of: author.entry(
            .workspaceUpdated, after.id.description, in: after.id, at: now, before: changes.before, after: changes.after)))
        guard (before.plan, before.requestsPerMinute) != (after.plan, after.requestsPerMinute) else { return }
        try connection.execute(Events.insertion(of: .about(
            .subscriptionUpdated, in: after.id, at: now, data: after.json, previous: JSON.changes(from: before.json, to: after.json).before)))
    }

    package static func add(_ member: Member, by author: Author, on connection: Connection) throws {
        try Members.create(member, on: connection)
        try connection.execute(AuditLog.insertion(of: author.entry(
            .memberAdded, member.id.description, in: member.workspace, at: member.createdAt, after: member.json)))
    }

    package static func setRole(_ role: Role, of member: Member, by author: Author, at now: Timestamp, on connection: Connection) throws {
        var after = member
        after.role = role
        try Members.setRole(role, of: member, on: connection)
        let changes = JSON.changes(from: member.json, to: after.json)
        try connection.execute(AuditLog.insertion(of: author.entry(
            .memberUpdated, member.id.description, in: member.workspace, at: now, before: changes.before, after: changes.after)))
    }

    /// Removes a member and ends the keys that they have made.
    /// - Returns: how many keys that were.
    package static func remove(_ member: Member, by author: Author, at now: Timestamp, on connection: Connection) throws -> Int {
        let keys = try APIKeys.revoke(madeBy: member.id, in: member.workspace, at: now, on: connection)
        try Members.remove(member, on: connection)
        for key in keys {
            try connection.execute(AuditLog.insertion(of: author.entry(
                .keyRevoked, key.description, in: member.workspace, at: now)))
        }
        try connection.execute(AuditLog.insertion(of: author.entry(
            .memberRemoved, member.id.description, in: member.workspace, at: now, before: member.json)))
        return keys.count
    }
}
