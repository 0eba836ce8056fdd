import MariaDB
import Model

/// The tables `api_keys` and `api_key_uses`.
public enum APIKeys {
    /// - Parameter digest: SHA-256 of the key's text.
    public static func create(_ key: APIKey, digest: [UInt8], on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            INSERT INTO api_keys (
              workspace_id, id, name, test, digest, hint, scopes, requests_per_minute, allowed_addresses, creator_id, expires_at,
              version, created_at)
            VALUES (
              \(key.workspace), \(key.id), \(key.name), \(key.isTest), \(digest), \(key.hint), \(Int(key.scopes.rawValue)),
              \(key.requestsPerMinute), \(addresses(of: key)), \(key.creator), \(key.expiresAt), \(key.version),
              \(key.createdAt))
            """)
    }

    /// The key with this digest, the workspace in which it works, the role of the member who made it, and whether anybody is
    /// told of events; of a sandbox nobody asks, so somebody may be.
    public static func authenticate(
        digest: [UInt8], on connection: Connection
    ) throws(MariaDBError) -> (key: APIKey, workspace: Workspace, role: Role?, hasWebhooks: Bool)? {
        guard let row = try connection.query("""
            SELECT \(columns), w.slug, w.name, w.plan, w.requests_per_minute, w.version, w.created_at, m.role,
                   w.brand_name, w.brand_color, w.brand_logo_id,
                   k.test OR EXISTS (SELECT 1 FROM webhooks h WHERE h.workspace_id = k.workspace_id AND h.enabled),
                   w.quotas
            FROM \(tables) JOIN workspaces w ON w.id = k.workspace_id
            LEFT JOIN members m ON m.workspace_id = k.workspace_id AND m.id = k.creator_id
            WHERE k.digest = \(digest)
            """).first
        else { return nil }
        let key = try key(row)
        var workspace = Workspace(
            id: key.workspace, slug: try row.string(17), name: try row.string(18), plan: try row.plan(19),
            limitOverride: try row.optionalInteger(20), version: try row.integer(21), createdAt: try row.timestamp(22))
        workspace.brand = try Workspaces.brand(row, at: 24)
        workspace.quotas = QuotaOverrides(stored: try row.string(28))
        return (key, key.isTest ? workspace.sandbox : workspace, row.isNull(23) ? nil : try row.role(23), try row.bool(27))
    }

    /// All keys that there have ever been, of one workspace or of all.
    public static func list(workspace: WorkspaceID?, on connection: Connection) throws(MariaDBError) -> [APIKey] {
        let filter: SQL = workspace.map { "WHERE k.workspace_id = \($0)" } ?? ""
        return try connection.query("SELECT \(columns) FROM \(tables) \(filter) ORDER BY k.workspace_id, k.id").map(key)
    }

    /// One page of the keys that are not revoked, newest first.
    public static func list(
        in workspace: WorkspaceID, after last: APIKeyID?, limit: Int, on connection: Connection
    ) throws(MariaDBError) -> [APIKey] {
        let start: SQL = last.map { "AND k.id < \($0)" } ?? ""
        return try connection.query("""
            SELECT \(columns) FROM \(tables)
            WHERE k.workspace_id = \(workspace) AND k.revoked_at IS NULL \(start)
            ORDER BY k.id DESC LIMIT \(limit)
            """).map(key)
    }

    /// The sandboxes in which there may be something: those of workspaces that have had a test key.
    /// - Parameter workspaces: of which they are to be; nil of all.
    public static func sandboxes(of workspaces: [WorkspaceID]? = nil, on connection: Connection) throws(MariaDBError) -> [WorkspaceID] {
        if workspaces?.isEmpty == true { return [] }
        let filter: SQL = workspaces.map { "AND workspace_id IN (\(list: $0))" } ?? ""
        return try connection.query("SELECT DISTINCT workspace_id FROM api_keys WHERE test \(filter)").map { row throws(MariaDBError) -> WorkspaceID in
            (try row.identifier(0) as WorkspaceID).sandbox
        }
    }

    public static func find(_ id: APIKeyID, on connection: Connection) throws(MariaDBError) -> APIKey? {
        try connection.query("SELECT \(columns) FROM \(tables) WHERE k.id = \(id)").first.map(key)
    }

    /// A key that is not revoked.
    public static func find(_ id: APIKeyID, in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) -> APIKey? {
        try connection.query("""
            SELECT \(columns) FROM \(tables)
            WHERE k.workspace_id = \(workspace) AND k.id = \(id) AND k.revoked_at IS NULL
            """).first.map(key)
    }

    /// Writes what can change about a key over the version that was read.
    public static func update(_ key: APIKey, on connection: Connection) throws {
        let matched = try connection.execute("""
            UPDATE api_keys
            SET name = \(key.name), scopes = \(Int(key.scopes.rawValue)), requests_per_minute = \(key.requestsPerMinute),
                allowed_addresses = \(addresses(of: key)), expires_at = \(key.expiresAt), rotated_at = \(key.rotatedAt),
                successor_id = \(key.successor), revoked_at = \(key.revokedAt), version = version + 1
            WHERE workspace_id = \(key.workspace) AND id = \(key.id) AND version = \(key.version) AND revoked_at IS NULL
            """)
        guard matched == 1 else { throw ChangedMeanwhile() }
    }

    /// Ends the keys that a member has made, and returns how many that were.
    public static func revoke(
        madeBy member: MemberID, in workspace: WorkspaceID, at time: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> [APIKeyID] {
        let keys = try connection.query("""
            SELECT id FROM api_keys
            WHERE workspace_id = \(workspace) AND creator_id = \(member) AND revoked_at IS NULL
            FOR UPDATE
            """).map { row throws(MariaDBError) -> APIKeyID in try row.identifier(0) }
        try connection.execute("""
            UPDATE api_keys SET revoked_at = \(time), version = version + 1
            WHERE workspace_id = \(workspace) AND creator_id = \(member) AND revoked_at IS NULL
            """)
        return keys
    }

    /// Notes uses, forward only, sorted so that two loaders never wait for each other in a circle.
    /// - Parameter uses: with the workspaces in which the keys have worked.
    public static func note(_ uses: [APIKeyID: (workspace: WorkspaceID, use: APIKey.Use)], on connection: Connection) throws(MariaDBError) {
        let uses = uses.mapValues { (workspace: $0.workspace.ofSandbox, use: $0.use) }
        for chunk in chunks(of: uses.sorted { ($0.value.workspace, $0.key) < ($1.value.workspace, $1.key) }) {
            var statement: SQL = "INSERT INTO api_key_uses (workspace_id, key_id, used_at, address) VALUES "
            appendRows(chunk, to: &statement) { "(\($0.value.workspace), \($0.key), \($0.value.use.at), \($0.value.use.address))" }
            // The address first: an assignment sees what the one before it has set.
            statement += """
                 ON DUPLICATE KEY UPDATE
                  address = IF(VALUE(used_at) > used_at, VALUE(address), address), used_at = GREATEST(used_at, VALUE(used_at))
                """
            try connection.execute(statement)
        }
    }

    private static let columns: SQL = """
        k.id, k.workspace_id, k.name, k.hint, k.scopes, k.requests_per_minute, k.allowed_addresses, k.creator_id, k.expires_at,
        k.rotated_at, k.successor_id, k.revoked_at, k.version, k.created_at, u.used_at, u.address, k.test
        """

    private static let tables: SQL = """
        api_keys k LEFT JOIN api_key_uses u ON u.workspace_id = k.workspace_id AND u.key_id = k.id
        """

    private static func addresses(of key: APIKey) -> String? {
        key.allowedAddresses.isEmpty ? nil : key.allowedAddresses.map(\.description).joined(separator: " ")
    }

    /// One that cannot be read must not be left out: a key without ranges is good from everywhere.
    private static func addresses(_ text: String) throws(MariaDBError) -> [AddressRange] {
        var ranges: [AddressRange] = []
        for word in text.split(separator: " ") {
            do throws(AddressRangeError) {
                ranges.append(try AddressRange(validating: String(word)))
            } catch {
                throw MariaDBError(
                    code: .unexpectedResult, message: "an API key has an address range that cannot be read: \(word)")
            }
        }
        return ranges
    }

    private static func key(_ row: Row) throws(MariaDBError) -> APIKey {
        let addresses = try addresses(try row.optionalString(6) ?? "")
        var key = APIKey(
            id: try row.identifier(0), workspace: try row.identifier(1), name: try row.string(2), hint: try row.string(3),
            scopes: Scopes(rawValue: UInt16(truncatingIfNeeded: try row.integer(4))),
            requestsPerMinute: try row.optionalInteger(5), allowedAddresses: addresses,
            creator: try row.optionalIdentifier(7), expiresAt: try row.optionalTimestamp(8),
            rotatedAt: try row.optionalTimestamp(9), successor: try row.optionalIdentifier(10),
            revokedAt: try row.optionalTimestamp(11), version: try row.integer(12), createdAt: try row.timestamp(13))
        if let at = try row.optionalTimestamp(14) { key.lastUse = APIKey.Use(at: at, address: try row.string(15)) }
        key.isTest = try row.bool(16)
        return key
    }
}
