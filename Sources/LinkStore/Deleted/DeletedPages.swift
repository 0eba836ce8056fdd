import MariaDB
import Model
import Store

// Pages in the bin of their workspace: with their drafts, versions and views, and with their slug. All of it in the caller's
// transaction.
extension BioPages {
    /// Puts a page of the version that was read into the bin.
    public static func discard(_ page: BioPage, at now: Timestamp, on connection: Connection) throws {
        try move(page, to: page.workspace.bin, isShown: false, on: connection)
        try DeletedObjects.note([page.id], .page, in: page.workspace.bin, at: now, on: connection)
    }

    /// Brings a page back from the bin, as its visitors saw it.
    /// - Parameters:
    ///   - page: as it lies there.
    ///   - workspace: whose bin it is.
    public static func restore(_ page: BioPage, to workspace: WorkspaceID, at now: Timestamp, on connection: Connection) throws {
        try move(page, to: workspace, isShown: page.publishedVersion != nil, on: connection)
        try connection.execute("""
            UPDATE bio_pages SET version = version + 1, updated_at = \(now), stamp = GREATEST(stamp + 1, \(Int(now.milliseconds / 1000)))
            WHERE workspace_id = \(workspace) AND id = \(page.id)
            """)
        try DeletedObjects.forget([page.id], in: workspace.bin, on: connection)
    }

    /// Deletes a page of a bin with its history for good, and gives its slug back.
    public static func purge(_ page: BioPage, on connection: Connection) throws {
        try delete(page, on: connection)
        try DeletedObjects.forget([page.id], in: page.workspace, on: connection)
    }

    /// Pages of a bin with when they were deleted.
    public static func dated(_ pages: [BioPage], in bin: WorkspaceID, on connection: Connection) throws(MariaDBError) -> [BioPage] {
        let times = try DeletedObjects.times(of: pages.map(\.id), in: bin, on: connection)
        return pages.map { page in
            var page = page
            page.deletedAt = times[page.id]
            return page
        }
    }

    /// The deleted link or page of the same workspace that has a page's slug.
    public static func discarded(at page: BioPage, on connection: Connection) throws(MariaDBError) -> Deleted? {
        var link = place(of: page)
        link.workspace = page.workspace
        return try Links.discarded(at: link, on: connection)
    }

    private static func move(_ page: BioPage, to new: WorkspaceID, isShown: Bool, on connection: Connection) throws {
        let moved = try connection.execute("""
            UPDATE bio_pages SET workspace_id = \(new)
            WHERE workspace_id = \(page.workspace) AND id = \(page.id) AND version = \(page.version)
            """)
        guard moved == 1 else { throw ChangedMeanwhile() }
        for table: SQL in ["bio_page_versions", "bio_page_links"] {
            try connection.execute("""
                UPDATE \(table) SET workspace_id = \(new) WHERE workspace_id = \(page.workspace) AND page_id = \(page.id)
                """)
        }
        try connection.execute("""
            UPDATE links SET url = \(new.description), disabled = \(!isShown)
            WHERE workspace_id = \(WorkspaceID.ofPages) AND id = \(page.id)
            """)
        try DeletedObjects.moveTotals(of: [LinkID(page.id.ulid)], from: page.workspace, to: new, on: connection)
    }
}
