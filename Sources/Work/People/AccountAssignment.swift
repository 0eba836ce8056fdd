import AccountStore
import JSON
import MariaDB
import Model
import Store

/// Whose account is worked on, by whom, and when: what each use case of accounts is given.
package struct AccountAssignment: Sendable {
    package let office: Office
    package let user: User
    package let author: Author
    /// Whether the user does it themself: then each workspace knows them as the member that they are there.
    let isOwn: Bool
    package let now: Timestamp

    /// What the user does to their own account.
    /// - Parameter author: where the request came from; its actor counts for nothing.
    package static func own(_ office: Office, _ user: User, from author: Author, at now: Timestamp = .now()) -> AccountAssignment {
        AccountAssignment(office: office, user: user, author: author, isOwn: true, now: now)
    }

    /// What somebody else does to it.
    package static func other(_ office: Office, _ user: User, by author: Author, at now: Timestamp = .now()) -> AccountAssignment {
        AccountAssignment(office: office, user: user, author: author, isOwn: false, now: now)
    }

    /// Writes an entry into the audit log of each workspace that the user is a member of, in the transaction of what is done.
    func record(_ action: AuditAction, _ resource: String, after: JSON? = nil, on connection: Connection) throws(MariaDBError) {
        for membership in try Users.memberships(of: user.id, on: connection) {
            var author = author
            if isOwn { author.actor = .member(membership.member.id) }
            let assignment = Assignment(office, for: membership.workspace, by: author, at: now)
            try assignment.record(action, resource, after: after, on: connection)
        }
    }
}
