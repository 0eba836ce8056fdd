import MariaDB
import Model
import Text

/// The table `members`.
public enum Members {
    public static func create(_ member: Member, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            INSERT INTO members (workspace_id, id, email, name, role, version, created_at)
            VALUES (\(member.workspace), \(member.id), \(member.email), \(member.name), \(member.role.rawValue),
                    \(member.version), \(member.createdAt))
            """)
    }

    public static func find(_ id: MemberID, in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) -> Member? {
        try connection.query("\(columns) WHERE workspace_id = \(workspace) AND id = \(id)").first.map(member)
    }

    public static func find(
        email: String, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> Member? {
        guard email.isASCII else { return nil }
        return try connection.query("\(columns) WHERE workspace_id = \(workspace) AND email = \(email)").first.map(member)
    }

    /// One page, oldest first.
    public static func list(
        in workspace: WorkspaceID, after last: MemberID? = nil, limit: Int = 1_000_000, on connection: Connection
    ) throws(MariaDBError) -> [Member] {
        let start: SQL = last.map { "AND id > \($0)" } ?? ""
        return try connection.query("\(columns) WHERE workspace_id = \(workspace) \(start) ORDER BY id LIMIT \(limit)").map(member)
    }

    /// The owners, who stay owners until the transaction ends.
    public static func holdOwners(of workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) -> [MemberID] {
        try connection.query("""
            SELECT id FROM members WHERE workspace_id = \(workspace) AND role = \(Role.owner.rawValue) ORDER BY id FOR UPDATE
            """).map { row throws(MariaDBError) in try row.identifier(0) }
    }

    /// Writes the role over the version that was read.
    public static func setRole(_ role: Role, of member: Member, on connection: Connection) throws {
        let matched = try connection.execute("""
            UPDATE members SET role = \(role.rawValue), version = version + 1
            WHERE workspace_id = \(member.workspace) AND id = \(member.id) AND version = \(member.version)
            """)
        guard matched == 1 else { throw ChangedMeanwhile() }
    }

    public static func remove(_ member: Member, on connection: Connection) throws {
        let removed = try connection.execute(
            "DELETE FROM members WHERE workspace_id = \(member.workspace) AND id = \(member.id) AND version = \(member.version)")
        guard removed == 1 else { throw ChangedMeanwhile() }
    }

    private static let columns: SQL = "SELECT workspace_id, id, email, name, role, version, created_at FROM members"

    private static func member(_ row: Row) throws(MariaDBError) -> Member {
        Member(
            id: try row.identifier(1), workspace: try row.identifier(0), email: try row.string(2), name: try row.string(3),
            role: try row.role(4), version: try row.integer(5), createdAt: try row.timestamp(6))
    }
}
