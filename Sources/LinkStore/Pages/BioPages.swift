import MariaDB
import Model
import Store
import Text

/// The table `bio_pages`, and the place that each page takes among the links.
public enum BioPages {
    // MARK: Reading

    public static func find(
        _ id: PageID, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> BioPage? {
        try connection.query("\(columns) WHERE p.workspace_id = \(workspace) AND p.id = \(id)").first.map(page)
    }

    /// The page of a host and slug, published or not.
    public static func find(host: String, slug: String, on connection: Connection) throws(MariaDBError) -> BioPage? {
        guard host.isASCII else { return nil }
        return try connection.query("\(columns) WHERE p.host = \(host) AND p.slug = \(slug) AND \(notDeleted)").first.map(page)
    }

    /// One page of the list, newest first.
    public static func list(
        in workspace: WorkspaceID, after last: PageID?, limit: Int, on connection: Connection
    ) throws(MariaDBError) -> [BioPage] {
        var query: SQL = "\(columns) WHERE p.workspace_id = \(workspace)"
        if let last { query += " AND p.id < \(last)" }
        query += " ORDER BY p.id DESC LIMIT \(limit)"
        return try connection.query(query).map(page)
    }

    /// Where visitors find a page, and which state of it.
    public struct Published: Sendable, Hashable {
        public var place: Place
        public var stamp: Int
    }

    /// All pages that visitors see, for the host that has to have their files.
    public static func published(on connection: Connection) throws(MariaDBError) -> [Published] {
        try connection.query(
            "SELECT host, slug, CAST(stamp AS SIGNED) FROM bio_pages p WHERE published_version IS NOT NULL AND \(notDeleted)"
        )
        .map { row throws(MariaDBError) in
            Published(place: Place(host: try row.string(0), slug: try row.string(1)), stamp: try row.integer(2))
        }
    }

    /// The slug of the page that visitors of a bare host see; nil where they see none.
    public static func root(ofHost host: String, on connection: Connection) throws(MariaDBError) -> String? {
        guard host.isASCII else { return nil }
        return try connection.query("\(rootPages) AND d.verified_host = \(host)").first?.string(1)
    }

    /// The slugs of all such pages by their hosts.
    public static func roots(on connection: Connection) throws(MariaDBError) -> [String: String] {
        var slugs: [String: String] = [:]
        for row in try connection.query(rootPages) { slugs[try row.string(0)] = try row.string(1) }
        return slugs
    }

    private static let rootPages: SQL = """
        SELECT p.host, p.slug
        FROM domains d
        JOIN bio_pages p ON p.workspace_id = d.workspace_id AND p.id = d.root_page_id AND p.host = d.verified_host
        WHERE p.published_version IS NOT NULL
        """

    /// Pages of which a block begins or ends to show.
    public static func due(at now: Timestamp, limit: Int, on connection: Connection) throws(MariaDBError) -> [BioPage] {
        try connection.query("\(columns) WHERE p.due_at <= \(now) AND \(notDeleted) ORDER BY p.due_at LIMIT \(limit)").map(page)
    }

    /// Whether a page of a workspace has an image in its draft or in a version that may be restored; a deleted one, too.
    public static func isShown(
        _ image: ImageID, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> Bool {
        let name = "%" + image.description + "%"
        return try !connection.query("""
            SELECT 1 FROM bio_pages p
            LEFT JOIN bio_page_versions v
              ON v.workspace_id = p.workspace_id AND v.page_id = p.id
            WHERE p.workspace_id IN (\(workspace), \(workspace.bin)) AND (p.draft LIKE \(name) OR v.content LIKE \(name)) LIMIT 1
            """
        ).isEmpty
    }

    // MARK: Writing

    /// Inserts a page and takes its slug. In the caller's transaction.
    public static func create(_ page: BioPage, on connection: Connection) throws {
        try connection.execute("""
            INSERT INTO bio_pages (workspace_id, id, domain_id, host, slug, draft, is_changed, created_at, updated_at)
            VALUES (\(page.workspace), \(page.id), \(page.domain), \(page.host), \(page.slug), \(page.draft),
                    \(page.isChanged), \(page.createdAt), \(page.updatedAt))
            """)
        try Links.refusing { try Links.creation(of: place(of: page)).forEach { try connection.execute($0) } }
    }

    /// Writes a changed page over the version that it was made from. In the caller's transaction.
    /// - Parameters:
    ///   - page: as it should be, with the version that was read.
    ///   - stamp: the one that was read. It moves without the version where a link of the page or its schedule moves.
    public static func update(_ page: BioPage, from stamp: Int, on connection: Connection) throws {
        let changed = try connection.execute("""
            UPDATE bio_pages SET
              domain_id = \(page.domain), host = \(page.host), slug = \(page.slug), draft = \(page.draft),
              is_changed = \(page.isChanged), versions = \(page.versions), published_version = \(page.publishedVersion),
              published_at = \(page.publishedAt), stamp = \(page.stamp), due_at = \(page.dueAt), version = version + 1,
              updated_at = \(page.updatedAt)
            WHERE workspace_id = \(page.workspace) AND id = \(page.id) AND version = \(page.version) AND stamp = \(stamp)
            """)
        guard changed == 1 else { throw ChangedMeanwhile() }
        let place = place(of: page)
        try Links.refusing {
            _ = try connection.execute("""
                UPDATE links SET domain_id = \(place.domain), host = \(place.host), slug = \(place.slug),
                  disabled = \(place.settings.disabled)
                WHERE workspace_id = \(place.workspace) AND id = \(place.id)
                """)
        }
    }

    /// Deletes a page with its history, and gives its slug back. In the caller's transaction.
    public static func delete(_ page: BioPage, on connection: Connection) throws {
        let deleted = try connection.execute("""
            DELETE FROM bio_pages WHERE workspace_id = \(page.workspace) AND id = \(page.id) AND version = \(page.version)
            """)
        guard deleted == 1 else { throw ChangedMeanwhile() }
        for table: SQL in ["bio_page_versions", "bio_page_links"] {
            try connection.execute(
                "DELETE FROM \(table) WHERE workspace_id = \(page.workspace) AND page_id = \(page.id)")
        }
        try connection.execute("DELETE FROM links WHERE workspace_id = \(WorkspaceID.ofPages) AND id = \(page.id)")
        try connection.execute(
            "DELETE FROM link_totals WHERE workspace_id = \(page.workspace) AND link_id = \(page.id)")
    }

    /// Moves what the schedule of a page's blocks says on, unless another host has done so.
    /// - Parameter page: as it was read, with the new `dueAt` and `stamp`.
    public static func reschedule(_ page: BioPage, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            UPDATE bio_pages SET stamp = \(page.stamp), due_at = \(page.dueAt)
            WHERE workspace_id = \(page.workspace) AND id = \(page.id) AND stamp < \(page.stamp) AND version = \(page.version)
            """)
    }

    /// Makes every host render every page anew.
    public static func moveStamps(at now: Timestamp, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            UPDATE bio_pages SET stamp = GREATEST(stamp + 1, \(Int(now.milliseconds / 1000)))
            WHERE published_version IS NOT NULL
            """)
    }

    /// Makes every host render the pages anew that show any of these links. In the transaction that changes them.
    public static func moveStamps(
        ofPagesWith links: [LinkID], in workspace: WorkspaceID, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) {
        for chunk in chunks(of: links) {
            try connection.execute("""
                UPDATE bio_pages p SET p.stamp = GREATEST(p.stamp + 1, \(Int(now.milliseconds / 1000)))
                WHERE p.workspace_id = \(workspace) AND p.published_version IS NOT NULL AND p.id IN (
                  SELECT l.page_id FROM bio_page_links l
                  WHERE l.workspace_id = \(workspace) AND l.link_id IN (\(list: Array(chunk))))
                """)
        }
    }

    /// What stands for a page among the links: a row of the workspace ``WorkspaceID/ofPages``, whose destination says whose page
    /// it is. So one unique key keeps the slugs of links and pages apart, and a visit finds either of them with one look.
    static func place(of page: BioPage) -> Link {
        var settings = LinkSettings(url: page.workspace.description)
        settings.disabled = page.publishedVersion == nil
        return Link(
            id: LinkID(page.id.ulid), workspace: .ofPages, domain: page.domain, host: page.host, slug: page.slug,
            settings: settings, createdAt: page.createdAt, updatedAt: page.updatedAt)
    }

    private static let notDeleted: SQL = "p.workspace_id < \(WorkspaceID.firstBin)"

    private static let columns: SQL = """
        SELECT p.id, p.workspace_id, p.domain_id, p.host, p.slug, p.draft, p.is_changed, p.versions, p.published_version,
               p.published_at, CAST(p.stamp AS SIGNED), p.due_at, p.version, p.created_at, p.updated_at,
               CAST(COALESCE(t.clicks, 0) AS SIGNED), t.last_clicked_at
        FROM bio_pages p
        LEFT JOIN link_totals t ON t.workspace_id = p.workspace_id AND t.link_id = p.id
        """

    private static func page(_ row: Row) throws(MariaDBError) -> BioPage {
        BioPage(
            id: try row.identifier(0), workspace: try row.identifier(1), domain: try row.identifier(2),
            host: try row.string(3), slug: try row.string(4), draft: try row.string(5), isChanged: try row.bool(6),
            versions: try row.integer(7), publishedVersion: try row.optionalInteger(8),
            publishedAt: try row.optionalTimestamp(9), stamp: try row.integer(10), dueAt: try row.optionalTimestamp(11),
            version: try row.integer(12), createdAt: try row.timestamp(13), updatedAt: try row.timestamp(14),
            views: try row.integer(15), lastViewedAt: try row.optionalTimestamp(16))
    }
}
