import MariaDB
import Model

/// The table `api_keys`.
public enum APIKeys {
    /// - Parameter digest: SHA-256 of the key's text.
    public static func create(_ key: APIKey, digest: [UInt8], on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            INSERT INTO api_keys (workspace_id, id, name, digest, hint, scopes, requests_per_minute, expires_at, created_at)
            VALUES (\(key.workspace), \(key.id), \(key.name), \(digest), \(key.hint), \(Int(key.scopes.rawValue)),
                    \(key.requestsPerMinute), \(key.expiresAt), \(key.createdAt))
            """)
    }

    /// The key with this digest and its workspace, in one look-up.
    public static func authenticate(
        digest: [UInt8], on connection: Connection
    ) throws(MariaDBError) -> (key: APIKey, workspace: Workspace)? {
        guard let row = try connection.query("""
            SELECT k.id, k.workspace_id, k.name, k.hint, k.scopes, k.requests_per_minute, k.expires_at, k.revoked_at,
                   k.created_at, w.slug, w.name, w.plan, w.requests_per_minute, w.created_at
            FROM api_keys k JOIN workspaces w ON w.id = k.workspace_id
            WHERE k.digest = \(digest)
            """).first
        else { return nil }
        let key = try key(row)
        return (key, Workspace(
            id: key.workspace, slug: try row.string(9), name: try row.string(10), plan: try row.plan(11),
            limitOverride: try row.optionalInteger(12), createdAt: try row.timestamp(13)))
    }

    public static func list(workspace: WorkspaceID?, on connection: Connection) throws(MariaDBError) -> [APIKey] {
        let filter: SQL = workspace.map { "WHERE workspace_id = \($0)" } ?? ""
        return try connection.query("\(columns) \(filter) ORDER BY workspace_id, id").map(key)
    }

    public static func find(_ id: APIKeyID, on connection: Connection) throws(MariaDBError) -> APIKey? {
        try connection.query("\(columns) WHERE id = \(id)").first.map(key)
    }

    /// Ends a key. One that has already ended keeps its time.
    public static func revoke(_ key: APIKey, at time: Timestamp, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            UPDATE api_keys SET revoked_at = LEAST(COALESCE(revoked_at, \(time)), \(time))
            WHERE workspace_id = \(key.workspace) AND id = \(key.id)
            """)
    }

    private static let columns: SQL = """
        SELECT id, workspace_id, name, hint, scopes, requests_per_minute, expires_at, revoked_at, created_at FROM api_keys
        """

    private static func key(_ row: Row) throws(MariaDBError) -> APIKey {
        APIKey(
            id: try row.identifier(0), workspace: try row.identifier(1), name: try row.string(2), hint: try row.string(3),
            scopes: Scopes(rawValue: UInt16(truncatingIfNeeded: try row.integer(4))),
            requestsPerMinute: try row.optionalInteger(5), expiresAt: try row.optionalTimestamp(6),
            revokedAt: try row.optionalTimestamp(7), createdAt: try row.timestamp(8))
    }
}
