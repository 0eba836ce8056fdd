import MariaDB
import Model
import Store

// Links in the bin of their workspace. They keep their slug, their clicks and their QR codes; lists and searches of a bin are
// those of any workspace. All of it in the caller's transaction.
extension Links {
    // MARK: Reading

    /// Links of a bin as they were, with when they were deleted.
    public static func dated(_ links: [Link], in bin: WorkspaceID, on connection: Connection) throws(MariaDBError) -> [Link] {
        var (times, disabled): ([LinkID: Timestamp], Set<LinkID>) = ([:], [])
        for chunk in chunks(of: links.map(\.id)) {
            for row in try connection.query("""
                SELECT object_id, deleted_at, disabled FROM deleted_objects WHERE workspace_id = \(bin) AND object_id IN (\(list: Array(chunk)))
                """)
            {
                let id: LinkID = try row.identifier(0)
                times[id] = try row.timestamp(1)
                if try row.bool(2) { disabled.insert(id) }
            }
        }
        return links.map { link in
            var link = link
            (link.deletedAt, link.settings.disabled) = (times[link.id], disabled.contains(link.id))
            return link
        }
    }

    /// The external ids that links of a bin had, by their ids.
    public static func keptExternalIDs(
        of links: [LinkID], in bin: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [LinkID: String] {
        var kept: [LinkID: String] = [:]
        for chunk in chunks(of: links) {
            for row in try connection.query("""
                SELECT object_id, external_id FROM deleted_objects
                WHERE workspace_id = \(bin) AND object_id IN (\(list: Array(chunk))) AND external_id IS NOT NULL
                """) { kept[try row.identifier(0)] = try row.string(1) }
        }
        return kept
    }

    /// How many QR codes come back with links.
    public static func codes(of links: [LinkID], in bin: WorkspaceID, on connection: Connection) throws(MariaDBError) -> Int {
        var count = 0
        for chunk in chunks(of: links) {
            count += try connection.query("""
                SELECT CAST(COUNT(*) AS SIGNED) FROM qr_codes t
                WHERE t.workspace_id = \(bin) AND t.link_id IN (\(list: Array(chunk))) AND \(notDeletedAlone("t.id", in: bin))
                """).first?.integer(0) ?? 0
        }
        return count
    }

    /// The deleted link or page of the same workspace that has a link's slug.
    public static func discarded(at link: Link, on connection: Connection) throws(MariaDBError) -> Deleted? {
        let bin = link.workspace.bin
        return try connection.query("""
            SELECT id, workspace_id = \(bin) FROM links
            WHERE domain_id = \(link.domain) AND slug = \(link.slug)
              AND (workspace_id = \(bin) OR workspace_id = \(WorkspaceID.ofPages) AND url = \(bin.description))
            """).first.map { row throws(MariaDBError) in
                let id: LinkID = try row.identifier(0)
                return try row.bool(1) ? .link(id) : .page(PageID(id.ulid))
            }
    }

    // MARK: Writing

    /// Puts links that still have the version that was read into the bin. Their external ids are free from then on.
    public static func discard(_ links: [Link], at now: Timestamp, on connection: Connection) throws {
        for (workspace, links) in Dictionary(grouping: links, by: \.workspace) {
            for chunk in chunks(of: links) {
                var insertion: SQL = "INSERT INTO deleted_objects (workspace_id, object_id, kind, external_id, disabled, deleted_at) VALUES "
                appendRows(chunk, to: &insertion) {
                    "(\(workspace.bin), \($0.id), 'link', \($0.settings.externalID), \($0.settings.disabled), \(now))"
                }
                try connection.execute(insertion)
            }
            try move(links, to: workspace.bin, "l.external_id = NULL, l.disabled = TRUE", on: connection)
            try moveCodes(of: links.map(\.id), from: workspace, to: workspace.bin, on: connection)
        }
    }

    /// Brings links back from the bin, with a version of their own.
    /// - Parameters:
    ///   - links: as they lie there.
    ///   - workspace: whose bin it is.
    public static func restore(_ links: [Link], to workspace: WorkspaceID, at now: Timestamp, on connection: Connection) throws {
        let kept: SQL = "FROM deleted_objects d WHERE d.workspace_id = \(workspace.bin) AND d.object_id = r.id"
        try refusing {
            try move(
                links, to: workspace, """
                    l.version = l.version + 1, l.updated_at = \(now), l.external_id = (SELECT d.external_id \(kept)),
                    l.disabled = COALESCE((SELECT d.disabled \(kept)), l.disabled)
                    """, on: connection)
        }
        try moveCodes(of: links.map(\.id), from: workspace.bin, to: workspace, on: connection)
        try DeletedObjects.forget(links.map(\.id), in: workspace.bin, on: connection)
        try LinkTextBlocks.drop(links.map(\.id).sorted(), in: workspace, on: connection)
    }

    /// Deletes links of a bin, and all that is theirs, for good.
    public static func purge(_ links: [Link], on connection: Connection) throws {
        try delete(links, on: connection)
        for (bin, links) in Dictionary(grouping: links, by: \.workspace) {
            try DeletedObjects.forget(links.map(\.id), in: bin, on: connection)
        }
    }

    /// Of links of a bin whose external ids others have by now.
    public static func giveUpExternalIDs(of links: [LinkID], in bin: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        for chunk in chunks(of: links) {
            try connection.execute("""
                UPDATE deleted_objects SET external_id = NULL WHERE workspace_id = \(bin) AND object_id IN (\(list: Array(chunk)))
                """)
        }
    }

    /// Keeps a bin from having more QR codes than a workspace may have, where links have just brought some: others, the oldest, go
    /// for good.
    public static func forgetCodes(
        beside links: [LinkID], beyond limit: Int, in bin: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) {
        guard try codes(of: links, in: bin, on: connection) > 0 else { return }
        let count = try connection.query("SELECT CAST(COUNT(*) AS SIGNED) FROM qr_codes WHERE workspace_id = \(bin)").first?.integer(0) ?? 0
        guard count > limit else { return }
        let ids: [QRCodeID] = try connection.query("""
            SELECT id FROM qr_codes WHERE workspace_id = \(bin) AND link_id NOT IN (\(list: links)) ORDER BY id LIMIT \(count - limit)
            """).map { row throws(MariaDBError) in try row.identifier(0) }
        for chunk in chunks(of: ids) {
            for (name, column) in codeTables {
                try connection.execute("""
                    DELETE FROM \(unsafeText: name) WHERE workspace_id = \(bin) AND \(unsafeText: column) IN (\(list: Array(chunk)))
                    """)
            }
        }
        try DeletedObjects.forget(ids, in: bin, on: connection)
    }

    // MARK: Parts

    /// Those of QR codes, each with its column of their ids.
    private static let codeTables = [("qr_codes", "id"), ("qr_code_logos", "qr_code_id")]

    /// - Parameter changes: of `links` as l, where r has their ids.
    private static func move(_ links: [Link], to new: WorkspaceID, _ changes: SQL, on connection: Connection) throws {
        for (old, links) in Dictionary(grouping: links.sorted { $0.id < $1.id }, by: \.workspace) {
            for chunk in chunks(of: links) {
                let moved = try connection.execute("""
                    UPDATE (\(versions(of: chunk))) r
                    STRAIGHT_JOIN links l FORCE INDEX (PRIMARY) ON l.workspace_id = \(old) AND l.id = r.id AND l.version = r.version
                    SET l.workspace_id = \(new), \(changes)
                    """)
                guard moved == chunk.count else { throw ChangedMeanwhile() }
            }
            let ids = links.map(\.id)
            for table: SQL in ["link_texts", "link_tags"] { try move(rowsOf: ids, in: table, from: old, to: new, on: connection) }
            try moveBudgets(of: ids, from: old, to: new, on: connection)
            try DeletedObjects.moveTotals(of: ids, from: old, to: new, on: connection)
        }
    }

    /// What stands there already was left by who did not know yet that the link had gone.
    private static func move(
        rowsOf ids: [LinkID], in name: SQL, from old: WorkspaceID, to new: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) {
        for chunk in chunks(of: ids) {
            let rows: SQL = "(\(table(of: chunk))) r STRAIGHT_JOIN \(name) t ON t.link_id = r.id AND t.workspace_id ="
            try connection.execute("DELETE t FROM \(rows) \(new)")
            try connection.execute("UPDATE \(rows) \(old) SET t.workspace_id = \(new)")
        }
    }

    /// What was taken out of `max_clicks` by who did not know yet that the link had gone counts, too.
    private static func moveBudgets(
        of ids: [LinkID], from old: WorkspaceID, to new: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) {
        for chunk in chunks(of: ids) {
            let ids: SQL = "workspace_id = \(old) AND link_id IN (\(list: Array(chunk)))"
            try connection.execute("""
                INSERT INTO link_budgets (workspace_id, link_id, taken, requests)
                SELECT \(new), o.link_id, o.taken, o.requests FROM link_budgets o WHERE \(ids) FOR UPDATE
                ON DUPLICATE KEY UPDATE taken = link_budgets.taken + VALUE(taken)
                """)
            try connection.execute("DELETE FROM link_budgets WHERE \(ids)")
        }
    }

    /// QR codes go with their link, and come back with it but for those that were deleted alone.
    private static func moveCodes(
        of links: [LinkID], from old: WorkspaceID, to new: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) {
        for chunk in chunks(of: links) {
            for (name, column) in codeTables {
                let alone: SQL = old.isBin ? "WHERE \(notDeletedAlone("t.\(unsafeText: column)", in: old))" : ""
                try connection.execute("""
                    UPDATE (\(table(of: chunk))) r
                    STRAIGHT_JOIN \(unsafeText: name) t ON t.workspace_id = \(old) AND t.link_id = r.id
                    SET t.workspace_id = \(new) \(alone)
                    """)
            }
        }
    }

    private static func notDeletedAlone(_ id: SQL, in bin: WorkspaceID) -> SQL {
        "NOT EXISTS (SELECT 1 FROM deleted_objects d WHERE d.workspace_id = \(bin) AND d.object_id = \(id))"
    }
}
