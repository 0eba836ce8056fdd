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

    public static func setPlan(_ plan: Plan, of id: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        try connection.execute("UPDATE workspaces SET plan = \(plan.rawValue) WHERE id = \(id)")
    }

    /// Sets the limit apart from the plan's; nil goes back to the plan's.
    public static func setLimit(_ limit: Int?, of id: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        try connection.execute("UPDATE workspaces SET requests_per_minute = \(limit) WHERE id = \(id)")
    }

    private static let columns: SQL = """
        SELECT id, slug, name, plan, requests_per_minute, created_at FROM workspaces
        """

    private static func workspace(_ row: Row) throws(MariaDBError) -> Workspace {
        Workspace(
            id: try row.identifier(0), slug: try row.string(1), name: try row.string(2), plan: try row.plan(3),
            limitOverride: try row.optionalInteger(4), createdAt: try row.timestamp(5))
    }
}
