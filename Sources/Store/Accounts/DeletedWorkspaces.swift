import MariaDB
import Model
import Text

/// The table `deleted_workspaces`: workspaces that are gone, and whose rows are going.
///
/// One short transaction ends a workspace and its sandbox: its row and its hosts go, and no link of it is found from then on. Then all that has
/// its id is deleted piece by piece, in whatever tables there are. Who is killed in between leaves the row here, by which the next
/// run or `maskctl maintain` goes on.
public enum DeletedWorkspaces {
    /// Of journals that are loaded late.
    private static let keepDays = 30
    /// Of one transaction, as far as the lengths of rows are known.
    private static let pieceBytes = 8 << 20
    private static let pieceRows = 2000
    private static let piecePages = 100

    /// Ends a workspace. In the caller's transaction.
    public static func begin(
        _ workspace: Workspace, by actor: AuditEntry.Actor, at now: Timestamp, on connection: Connection
    ) throws {
        let removed = try connection.execute("DELETE FROM workspaces WHERE id = \(workspace.id)")
        guard removed == 1 else { throw ChangedMeanwhile() }
        for id in [workspace.id, workspace.id.sandbox] {
            try connection.execute("""
                INSERT INTO deleted_workspaces (workspace_id, slug, actor, deleted_at)
                VALUES (\(id), \(workspace.slug), \(actor.name), \(now))
                """)
            // Links and pages refer to their domain, so its row stays until they have gone; the host is nobody's from now on.
            try connection.execute("UPDATE domains SET status = 'pending' WHERE workspace_id = \(id)")
        }
    }

    /// The workspace of this name that was deleted last.
    public static func find(slug: String, on connection: Connection) throws(MariaDBError) -> WorkspaceID? {
        guard slug.isASCII else { return nil }
        return try connection.query("""
            SELECT workspace_id FROM deleted_workspaces WHERE slug = \(slug) AND workspace_id < \(WorkspaceID.allSandboxes)
            ORDER BY deleted_at DESC LIMIT 1
            """).first.map { row throws(MariaDBError) in try row.identifier(0) }
    }

    /// The hosts that a workspace and its sandbox had, as far as they have not gone.
    public static func hosts(of workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) -> [String] {
        try connection.query("SELECT host FROM domains WHERE workspace_id IN (\(list: [workspace, workspace.sandbox]))")
            .map { row throws(MariaDBError) in try row.string(0) }
    }

    /// Deletes all that has the id of a workspace that was ended, or of a sandbox.
    /// - Parameter shown: told where pages were that are gone, so that their files go.
    /// - Returns: how many rows that were.
    @discardableResult
    public static func purge(_ workspace: WorkspaceID, in store: Store, shown: ([Place]) -> Void = { _ in }) throws -> Int {
        var total = 0, before: Int
        // Again until there is nothing: requests that had begun before the end, and the sender, may still write.
        repeat {
            before = total
            for workspace in [workspace.bin, workspace] {
                total += try purgePages(of: workspace, in: store, shown)
                for table in try store.read({ try tables(on: $0) }) { total += try purge(table, of: workspace, in: store) }
            }
        } while total > before
        return total
    }

    /// Goes on with what was begun, deletes what has come since, and forgets what nothing comes for any more.
    package static func settle(_ store: Store, at now: Timestamp) throws {
        let deleted = try store.read { connection in
            try connection.query("SELECT workspace_id, deleted_at FROM deleted_workspaces").map {
                row throws(MariaDBError) -> (WorkspaceID, Timestamp) in (try row.identifier(0), try row.timestamp(1))
            }
        }
        var steps = Steps()
        for (workspace, deletedAt) in deleted {
            steps.take {
                try purge(workspace, in: store)
                guard deletedAt < now.adding(days: -keepDays) else { return }
                try store.write { _ = try $0.execute("DELETE FROM deleted_workspaces WHERE workspace_id = \(workspace)") }
            }
        }
        try steps.finish()
    }

    // MARK: Pieces

    private struct Table {
        var name: String
        /// Rows of one transaction.
        var limit: Int
    }

    /// All that have rows of workspaces, also those that a later version makes. Domains last: links refer to them.
    private static func tables(on connection: Connection) throws(MariaDBError) -> [Table] {
        try connection.query("""
            SELECT t.TABLE_NAME, CAST(LEAST(\(pieceRows), GREATEST(1, \(pieceBytes) DIV GREATEST(t.AVG_ROW_LENGTH, 1))) AS SIGNED)
            FROM information_schema.TABLES t
            JOIN information_schema.COLUMNS c ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME
            WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE' AND c.COLUMN_NAME = 'workspace_id'
              AND t.TABLE_NAME <> 'deleted_workspaces'
            ORDER BY t.TABLE_NAME = 'domains', t.TABLE_NAME
            """).map { row throws(MariaDBError) in Table(name: try row.string(0), limit: try row.integer(1)) }
    }

    private static func purge(_ table: Table, of workspace: WorkspaceID, in store: Store) throws -> Int {
        let statement: SQL = """
            DELETE FROM \(unsafeText: table.name) WHERE workspace_id = \(workspace) LIMIT \(table.limit)
            """
        var (removed, total) = (0, 0)
        repeat {
            removed = try store.writeRepeatably { try $0.execute(statement) }
            total += removed
        } while removed == table.limit
        return total
    }

    /// A page has a place among the links, which has no workspace's id.
    private static func purgePages(of workspace: WorkspaceID, in store: Store, _ shown: ([Place]) -> Void) throws -> Int {
        var total = 0
        while true {
            let places = try store.write { try $0.transaction { try purgePages(of: workspace, on: $0) } }
            guard !places.isEmpty else { return total }
            total += places.count
            shown(places)
        }
    }

    private static func purgePages(of workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) -> [Place] {
        var (ids, places) = ([PageID](), [Place]())
        for row in try connection.query("""
            SELECT id, host, slug FROM bio_pages WHERE workspace_id = \(workspace) ORDER BY id LIMIT \(piecePages) FOR UPDATE
            """)
        {
            ids.append(try row.identifier(0))
            places.append(Place(host: try row.string(1), slug: try row.string(2)))
        }
        guard !ids.isEmpty else { return [] }
        for (name, owner) in [("links", WorkspaceID.ofPages), ("bio_pages", workspace)] {
            try connection.execute("""
                DELETE t FROM (\(table(of: ids.filledUp[...]))) r
                STRAIGHT_JOIN \(unsafeText: name) t ON t.workspace_id = \(owner) AND t.id = r.id
                """)
        }
        return places
    }
}
