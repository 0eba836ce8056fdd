import MariaDB
import Model
import Store
import Text

/// The table `domains`.
public enum Domains {
    public static func create(_ domain: Domain, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            INSERT INTO domains (
              id, workspace_id, host, status, token, root_url, root_page_id, not_found_url, expired_url, verified_at, created_at)
            VALUES (
              \(domain.id), \(domain.workspace), \(domain.host), \(domain.status.rawValue), \(domain.token),
              \(domain.settings.rootURL), \(domain.settings.rootPage), \(domain.settings.notFoundURL),
              \(domain.settings.expiredURL), \(domain.verifiedAt), \(domain.createdAt))
            """)
    }

    /// Makes sure that the installation's own link host is there, which belongs to no workspace, and that of all sandboxes.
    public static func ensureShared(host: String, on connection: Connection) throws(MariaDBError) {
        for (host, workspace) in [(host, nil), (host + Sandbox.suffix, .allSandboxes)] as [(String, WorkspaceID?)] {
            guard try find(host: host, on: connection) == nil else { continue }
            try connection.execute("""
                INSERT IGNORE INTO domains (id, workspace_id, host, created_at)
                VALUES (\(DomainID.new()), \(workspace), \(host), \(Timestamp.now()))
                """)
        }
    }

    /// The domain that has this host for its own: pending ones are not found.
    public static func find(host: String, on connection: Connection) throws(MariaDBError) -> Domain? {
        guard host.isASCII else { return nil }
        return try connection.query("\(columns) WHERE verified_host = \(host)").first.map(domain)
    }

    /// The domains that have these hosts for their own, by their hosts: pending ones are not found.
    public static func find(hosts: Set<String>, on connection: Connection) throws(MariaDBError) -> [String: Domain] {
        var found: [String: Domain] = [:]
        for chunk in chunks(of: hosts.filter(\.isASCII).sorted().filledUp) {
            for row in try connection.query("\(columns) WHERE verified_host IN (\(list: Array(chunk)))") {
                let domain = try domain(row)
                found[domain.host] = domain
            }
        }
        return found
    }

    /// The domain of a workspace with this host, pending or not.
    public static func find(
        host: String, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> Domain? {
        guard host.isASCII else { return nil }
        return try connection.query("\(columns) WHERE workspace_id = \(workspace) AND host = \(host)").first.map(domain)
    }

    public static func find(
        _ id: DomainID, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> Domain? {
        try connection.query("\(columns) WHERE workspace_id = \(workspace) AND id = \(id)").first.map(domain)
    }

    /// The domains of one workspace, or of the whole installation: but for those of sandboxes, of which DNS and authorities know nothing.
    public static func list(workspace: WorkspaceID? = nil, on connection: Connection) throws(MariaDBError) -> [Domain] {
        let filter: SQL = workspace.map { "WHERE workspace_id = \($0)" } ?? "WHERE workspace_id IS NULL OR workspace_id < \(WorkspaceID.allSandboxes)"
        return try connection.query("\(columns) \(filter) ORDER BY host, id").map(domain)
    }

    /// The hosts that workspaces were given last.
    public static func newestHosts(limit: Int, on connection: Connection) throws(MariaDBError) -> [String] {
        try connection.query("""
            SELECT verified_host FROM domains WHERE workspace_id < \(WorkspaceID.allSandboxes) AND verified_host IS NOT NULL
            ORDER BY id DESC LIMIT \(limit)
            """).map { row throws(MariaDBError) in try row.string(0) }
    }

    /// One page, newest first.
    public static func list(
        in workspace: WorkspaceID, after last: DomainID?, limit: Int, on connection: Connection
    ) throws(MariaDBError) -> [Domain] {
        let start: SQL = last.map { "AND id < \($0)" } ?? ""
        return try connection.query("""
            \(columns) WHERE workspace_id = \(workspace) \(start) ORDER BY id DESC LIMIT \(limit)
            """).map(domain)
    }

    /// Writes a domain over the version that was read. The unique key refuses a host that is verified elsewhere.
    public static func update(_ domain: Domain, on connection: Connection) throws {
        let (settings, check) = (domain.settings, domain.check)
        let matched = try connection.execute("""
            UPDATE domains
            SET status = \(domain.status.rawValue), verified_at = \(domain.verifiedAt), root_url = \(settings.rootURL),
                root_page_id = \(settings.rootPage), not_found_url = \(settings.notFoundURL),
                expired_url = \(settings.expiredURL), ownership = \(check.ownership.rawValue),
                address = \(check.address.rawValue), check_error = \(check.error), checked_at = \(check.at),
                version = version + 1, updated_at = \(domain.updatedAt)
            WHERE id = \(domain.id) AND version = \(domain.version)
            """)
        guard matched == 1 else { throw ChangedMeanwhile() }
    }

    /// Whether links or pages of a workspace are on a domain, beside those that were deleted.
    public static func isUsed(_ domain: DomainID, by workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) -> Bool {
        try !connection.query("""
            (SELECT 1 FROM links WHERE domain_id = \(domain) AND workspace_id = \(workspace) LIMIT 1)
            UNION ALL (SELECT 1 FROM bio_pages WHERE domain_id = \(domain) AND workspace_id = \(workspace) LIMIT 1)
            """).isEmpty
    }

    /// Deletes a domain and frees its host. The database refuses while links or pages are on it.
    public static func delete(_ domain: Domain, on connection: Connection) throws {
        let removed = try connection.execute("DELETE FROM domains WHERE id = \(domain.id) AND version = \(domain.version)")
        guard removed == 1 else { throw ChangedMeanwhile() }
    }

    private static let columns: SQL = """
        SELECT id, workspace_id, host, status, token, root_url, root_page_id, not_found_url, expired_url, ownership, address,
               check_error, checked_at, COALESCE(verified_at, IF(status = 'verified', created_at, NULL)), version,
               created_at, COALESCE(updated_at, created_at)
        FROM domains
        """

    private static func domain(_ row: Row) throws(MariaDBError) -> Domain {
        guard let status = Domain.Status(rawValue: try row.string(3)) else { throw row.wrong(3, "a status") }
        var domain = Domain(
            id: try row.identifier(0), workspace: try row.optionalIdentifier(1), host: try row.string(2), status: status,
            token: try row.optionalString(4), createdAt: try row.timestamp(15))
        domain.settings.rootURL = try row.optionalString(5)
        domain.settings.rootPage = try row.optionalIdentifier(6)
        domain.settings.notFoundURL = try row.optionalString(7)
        domain.settings.expiredURL = try row.optionalString(8)
        domain.check.ownership = try recordState(row, 9)
        domain.check.address = try recordState(row, 10)
        domain.check.error = try row.optionalString(11)
        domain.check.at = try row.optionalTimestamp(12)
        domain.verifiedAt = try row.optionalTimestamp(13)
        domain.version = try row.integer(14)
        domain.updatedAt = try row.timestamp(16)
        return domain
    }

    private static func recordState(_ row: Row, _ column: Int) throws(MariaDBError) -> DomainCheck.RecordState {
        guard let state = DomainCheck.RecordState(rawValue: try row.string(column)) else {
            throw row.wrong(column, "the state of a record")
        }
        return state
    }
}
