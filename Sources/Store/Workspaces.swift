import MariaDB
import Model

/// The table `workspaces`.
public enum Workspaces {
    public static func create(_ workspace: Workspace, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            INSERT INTO workspaces (id, slug, name, plan, requests_per_minute, created_at)
            VALUES (\(workspace.id), \(workspace.slug), \(workspace.name), \(workspace.plan.rawValue),
                    \(workspace.limitOverride), \(workspace.createdAt))
            """)
    }

    public static func find(slug: String, on connection: Connection) throws(MariaDBError) -> Workspace? {
        try connection.query("\(columns) WHERE slug = \(slug)").first.map(workspace)
    }

    public static func find(_ id: WorkspaceID, on connection: Connection) throws(MariaDBError) -> Workspace? {
        try connection.query("\(columns) WHERE id = \(id)").first.map(workspace)
    }

    public static func list(on connection: Connection) throws(MariaDBError) -> [Workspace] {
        try connection.query("\(columns) ORDER BY slug").map(workspace)
    }

    /// Writes name, plan, limit and quotas over the version that was read.
    public static func update(_ workspace: Workspace, on connection: Connection) throws {
        let matched = try connection.execute("""
            UPDATE workspaces
            SET name = \(workspace.name), plan = \(workspace.plan.rawValue), requests_per_minute = \(workspace.limitOverride),
                quotas = \(workspace.quotas.description), version = version + 1
            WHERE id = \(workspace.id) AND version = \(workspace.version)
            """)
        guard matched == 1 else { throw ChangedMeanwhile() }
    }

    private static let columns: SQL = """
        SELECT id, slug, name, plan, requests_per_minute, version, created_at, quotas FROM workspaces
        """

    private static func workspace(_ row: Row) throws(MariaDBError) -> Workspace {
        var workspace = Workspace(
            id: try row.identifier(0), slug: try row.string(1), name: try row.string(2), plan: try row.plan(3),
            limitOverride: try row.optionalInteger(4), version: try row.integer(5), createdAt: try row.timestamp(6))
        workspace.quotas = QuotaOverrides(stored: try row.string(7))
        return workspace
    }
}
