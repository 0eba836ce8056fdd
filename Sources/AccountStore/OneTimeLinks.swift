import MariaDB
import Model
import Store

/// A link that lets somebody in once.
public struct OneTimeLink: Sendable, Equatable {
    public var id: OneTimeLinkID
    public var purpose: Purpose
    /// Lower case.
    public var email: String
    /// Whose password is reset.
    public var user: UserID?
    /// Who is invited where, and as what. Nil of the first owner of a workspace that is yet to be made.
    public var workspace: WorkspaceID?
    public var role: Role?
    /// The member who invites; nil for the sysadmin.
    public var inviter: MemberID?
    public var endsAt: Timestamp
    public var createdAt: Timestamp

    public enum Purpose: String, Sendable, CaseIterable {
        /// Made by the sysadmin for an owner; good for an hour.
        case welcome
        /// Good for a week.
        case invitation
        /// Of a password; good for half an hour.
        case reset

        public var seconds: Int {
            switch self {
            case .welcome: 3600
            case .invitation: 7 * 86_400
            case .reset: 1800
            }
        }

        /// The screen of the dashboard that the link leads to.
        public var path: String {
            switch self {
            case .welcome: "/welcome"
            case .invitation: "/accept"
            case .reset: "/reset"
            }
        }
    }

    public init(_ purpose: Purpose, for email: String, at now: Timestamp) {
        (id, self.purpose, self.email, createdAt) = (.new(), purpose, email, now)
        endsAt = now.adding(seconds: purpose.seconds)
    }

    fileprivate init(_ row: Row) throws(MariaDBError) {
        guard let purpose = Purpose(rawValue: try row.string(1)) else { throw row.wrong(1, "a purpose") }
        (id, self.purpose, email) = (try row.identifier(0), purpose, try row.string(2))
        (user, workspace) = (try row.optionalIdentifier(3), try row.optionalIdentifier(4))
        role = row.isNull(5) ? nil : try row.role(5)
        (inviter, endsAt, createdAt) = (try row.optionalIdentifier(6), try row.timestamp(7), try row.timestamp(8))
    }
}

/// The table `one_time_links`.
public enum OneTimeLinks {
    /// The invitations of an address in whose place another one would be; held, and no other is made, until the transaction ends.
    public static func hold(
        _ purpose: OneTimeLink.Purpose, of email: String, to workspace: WorkspaceID, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> [OneTimeLink] {
        // Where there is none there would be nothing to hold.
        try connection.execute("SELECT id FROM workspaces WHERE id = \(workspace) FOR UPDATE")
        return try connection.query("""
            SELECT \(columns) FROM one_time_links
            WHERE email = \(email) AND purpose = \(purpose.rawValue) AND workspace_id = \(workspace) AND ends_at > \(now) FOR UPDATE
            """).map { row throws(MariaDBError) in try OneTimeLink(row) }
    }

    /// Makes a link, in place of an earlier one for the same.
    /// - Parameter digest: SHA-256 of what stands behind `#`.
    public static func create(_ link: OneTimeLink, digest: [UInt8], on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            DELETE FROM one_time_links
            WHERE email = \(link.email) AND purpose = \(link.purpose.rawValue) AND workspace_id <=> \(link.workspace)
            """)
        try connection.execute("""
            INSERT INTO one_time_links (
              id, digest, purpose, email, user_id, workspace_id, role, inviter_id, ends_at, created_at)
            VALUES (
              \(link.id), \(digest), \(link.purpose.rawValue), \(link.email), \(link.user), \(link.workspace),
              \(link.role?.rawValue), \(link.inviter), \(link.endsAt), \(link.createdAt))
            """)
    }

    /// One that has not ended.
    public static func find(digest: [UInt8], at now: Timestamp, on connection: Connection) throws(MariaDBError) -> OneTimeLink? {
        try connection.query("SELECT \(columns) FROM one_time_links WHERE digest = \(digest) AND ends_at > \(now)").first
            .map { row throws(MariaDBError) in try OneTimeLink(row) }
    }

    /// Uses a link up, in the transaction of what it is good for.
    /// - Returns: false where it was used or withdrawn meanwhile.
    public static func use(_ link: OneTimeLink, on connection: Connection) throws(MariaDBError) -> Bool {
        try connection.execute("DELETE FROM one_time_links WHERE id = \(link.id)") == 1
    }

    /// One page of those who are invited to a workspace and have not come, newest first.
    public static func invitations(
        to workspace: WorkspaceID, after last: OneTimeLinkID?, limit: Int, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> [OneTimeLink] {
        let start: SQL = last.map { "AND id < \($0)" } ?? ""
        return try connection.query("""
            SELECT \(columns) FROM one_time_links
            WHERE workspace_id = \(workspace) AND purpose <> 'reset' AND ends_at > \(now) \(start)
            ORDER BY id DESC LIMIT \(limit)
            """).map { row throws(MariaDBError) in try OneTimeLink(row) }
    }

    public static func invitation(
        _ id: OneTimeLinkID, to workspace: WorkspaceID, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> OneTimeLink? {
        try connection.query("""
            SELECT \(columns) FROM one_time_links
            WHERE id = \(id) AND workspace_id = \(workspace) AND purpose <> 'reset' AND ends_at > \(now)
            """).first.map { row throws(MariaDBError) in try OneTimeLink(row) }
    }

    /// What a member has made that nobody has come by yet: invitations, and links for passwords.
    public static func links(
        by inviter: MemberID, to workspace: WorkspaceID, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> [OneTimeLink] {
        try connection.query("""
            SELECT \(columns) FROM one_time_links
            WHERE workspace_id = \(workspace) AND inviter_id = \(inviter) AND ends_at > \(now) ORDER BY id
            """).map { row throws(MariaDBError) in try OneTimeLink(row) }
    }

    /// Whether an address has an invitation already, in whose place another one would be.
    public static func isInvited(
        _ email: String, to workspace: WorkspaceID, for purpose: OneTimeLink.Purpose, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> Bool {
        try connection.query("""
            SELECT 1 FROM one_time_links
            WHERE email = \(email) AND workspace_id = \(workspace) AND purpose = \(purpose.rawValue) AND ends_at > \(now)
            """).first != nil
    }

    /// Ends the invitations of an address to a workspace.
    public static func endInvitations(of email: String, to workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        try connection.execute(
            "DELETE FROM one_time_links WHERE email = \(email) AND workspace_id = \(workspace) AND purpose <> 'reset'")
    }

    /// Ends the links by which a user could set another password.
    public static func endResets(of user: User, on connection: Connection) throws(MariaDBError) {
        try connection.execute("DELETE FROM one_time_links WHERE email = \(user.email) AND purpose = 'reset'")
    }

    /// Forgets those that have ended.
    /// - Returns: how many that were.
    package static func forgetEnded(at now: Timestamp, on connection: Connection) throws(MariaDBError) -> Int {
        try connection.execute("DELETE FROM one_time_links WHERE ends_at < \(now) LIMIT 10000")
    }

    private static let columns: SQL = "id, purpose, email, user_id, workspace_id, role, inviter_id, ends_at, created_at"
}
