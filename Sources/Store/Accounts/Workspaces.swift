import MariaDB
import Model
import Text

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
        guard slug.isASCII else { return nil }
        return try connection.query("\(columns) WHERE slug = \(slug)").first.map(workspace)
    }

    /// The workspace with an id, or the sandbox of the one that it is of.
    public static func find(_ id: WorkspaceID, on connection: Connection) throws(MariaDBError) -> Workspace? {
        let found = try connection.query("\(columns) WHERE id = \(id.ofSandbox)").first.map(workspace)
        return id.isSandbox ? found?.sandbox : found
    }

    public static func list(on connection: Connection) throws(MariaDBError) -> [Workspace] {
        try connection.query("\(columns) ORDER BY slug").map(workspace)
    }

    /// Writes name, plan, limit, quotas and brand over the version that was read.
    public static func update(_ workspace: Workspace, on connection: Connection) throws {
        let matched = try connection.execute("""
            UPDATE workspaces
            SET name = \(workspace.name), plan = \(workspace.plan.rawValue), requests_per_minute = \(workspace.limitOverride),
                quotas = \(workspace.quotas.description), brand_name = \(workspace.brand.name),
                brand_color = \(workspace.brand.color?.description), brand_logo_id = \(workspace.brand.logo),
                version = version + 1
            WHERE id = \(workspace.id) AND version = \(workspace.version)
            """)
        guard matched == 1 else { throw ChangedMeanwhile() }
    }

    private static let columns: SQL = """
        SELECT id, slug, name, plan, requests_per_minute, version, created_at, \(brandColumns), quotas FROM workspaces
        """

    private static func workspace(_ row: Row) throws(MariaDBError) -> Workspace {
        var workspace = Workspace(
            id: try row.identifier(0), slug: try row.string(1), name: try row.string(2), plan: try row.plan(3),
            limitOverride: try row.optionalInteger(4), version: try row.integer(5), createdAt: try row.timestamp(6))
        workspace.brand = try brand(row, at: 7)
        workspace.quotas = QuotaOverrides(stored: try row.string(10))
        return workspace
    }

    static let brandColumns: SQL = "brand_name, brand_color, brand_logo_id"

    /// Of ``brandColumns``, the first of which is at `column`.
    package static func brand(_ row: Row, at column: Int) throws(MariaDBError) -> Brand {
        Brand(
            name: try row.optionalString(column), color: try row.optionalString(column + 1).flatMap { Color($0) },
            logo: row.isNull(column + 2) ? nil : try row.identifier(column + 2))
    }

    /// Whether a workspace shows the image on the pages that it gets from MASK.
    public static func showsAsLogo(
        _ image: ImageID, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> Bool {
        try !connection.query("SELECT 1 FROM workspaces WHERE id = \(workspace) AND brand_logo_id = \(image)").isEmpty
    }
}
