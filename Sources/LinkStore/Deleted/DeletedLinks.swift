import MariaDB
import Model
import Store

// Links in the bin of their workspace. They keep their slug, their clicks and their QR codes; lists and searches of a bin are
// those of any workspace. All of it in the caller's transaction.
extension Links {
    /// Puts links that still have the version that was read into the bin. Their external ids are free from then on.
    public static func discard(_ links: [Link], at now: Timestamp, on connection: Connection) throws {
        for (workspace, links) in Dictionary(grouping: links, by: \.workspace) {
            try move(links, to: workspace.bin, "l.external_id = NULL", on: connection)
            try DeletedObjects.note(
                links.map { ($0.id, $0.settings.externalID) }, .link, in: workspace.bin, at: now, on: connection)
            try moveCodes(of: links.map(\.id), from: workspace, to: workspace.bin, on: connection)
        }
    }

    /// Brings links back from the bin, with a version of their own.
    /// - Parameters:
    ///   - links: as they lie there.
    ///   - workspace: whose bin it is.
    public static func restore(_ links: [Link], to workspace: WorkspaceID, at now: Timestamp, on connection: Connection) throws {
        try refusing {
            try move(
                links, to: workspace, """
                    l.version = l.version + 1, l.updated_at = \(now), l.external_id = (
                      SELECT d.external_id FROM deleted_objects d WHERE d.workspace_id = \(workspace.bin) AND d.object_id = r.id)
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

    /// The QR codes that come back with a link.
    public static func codes(
        of links: [LinkID], in bin: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> Int {
        var count = 0
        for chunk in chunks(of: links) {
            count += try connection.query("""
                SELECT CAST(COUNT(*) AS SIGNED) FROM qr_codes t
                WHERE t.workspace_id = \(bin) AND t.link_id IN (\(list: Array(chunk))) AND \(notDeletedAlone("t.id", in: bin))
                """).first?.integer(0) ?? 0
        }
        return count
    }

    /// Links of a bin with when they were deleted.
    public static func dated(_ links: [Link], in bin: WorkspaceID, on connection: Connection) throws(MariaDBError) -> [Link] {
        let times = try DeletedObjects.times(of: links.map(\.id), in: bin, on: connection)
        return links.map { link in
            var link = link
            link.deletedAt = times[link.id]
            return link
        }
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

    // MARK: Parts

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
            for table: SQL in ["link_texts", "link_tags", "link_budgets"] {
                try DeletedObjects.move(rowsOf: ids, in: table, from: old, to: new, on: connection)
            }
            try DeletedObjects.moveTotals(of: ids, from: old, to: new, on: connection)
        }
    }

    /// QR codes go with their link, and come back with it but for those that were deleted alone.
    private static func moveCodes(
        of links: [LinkID], from old: WorkspaceID, to new: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) {
        for chunk in chunks(of: links) {
            for (name, column) in [("qr_codes", "id"), ("qr_code_logos", "qr_code_id")] {
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
