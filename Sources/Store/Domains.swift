import MariaDB
import Model

/// The table `domains`.
public enum Domains {
    public static func create(_ domain: Domain, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            INSERT INTO domains (id, workspace_id, host, created_at)
            VALUES (\(domain.id), \(domain.workspace), \(domain.host), \(domain.createdAt))
            """)
    }

    /// Makes sure that the installation's own link host is there; it belongs to no workspace.
    public static func ensureShared(host: String, on connection: Connection) throws(MariaDBError) {
        guard try find(host: host, on: connection) == nil else { return }
        try connection.execute("""
            INSERT IGNORE INTO domains (id, workspace_id, host, created_at)
            VALUES (\(DomainID.new()), NULL, \(host), \(Timestamp.now()))
            """)
    }

    public static func find(host: String, on connection: Connection) throws(MariaDBError) -> Domain? {
        guard isHost(host) else { return nil }
        return try connection.query("\(columns) WHERE host = \(host)").first.map(domain)
    }

    /// Whether a text can be in the column, which is ASCII: MariaDB refuses to compare it with anything else.
    static func isHost(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }

    /// The domains of one workspace, or of the whole installation.
    public static func list(workspace: WorkspaceID? = nil, on connection: Connection) throws(MariaDBError) -> [Domain] {
        let filter: SQL = workspace.map { "WHERE workspace_id = \($0)" } ?? ""
        return try connection.query("\(columns) \(filter) ORDER BY host").map(domain)
    }

    private static let columns: SQL = "SELECT id, workspace_id, host, created_at FROM domains"

    private static func domain(_ row: Row) throws(MariaDBError) -> Domain {
        Domain(
            id: try row.identifier(0), workspace: try row.optionalIdentifier(1), host: try row.string(2),
            createdAt: try row.timestamp(3))
    }
}
