import MariaDB
import Model
import Store

/// The tables `bio_page_versions` and `bio_page_links`: what was published, and the links that pages made.
public enum BioPageVersions {
    public static func insert(
        _ version: BioPageVersion, of page: PageID, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) {
        try connection.execute("""
            INSERT INTO bio_page_versions (workspace_id, page_id, number, content, author, created_at)
            VALUES (\(workspace), \(page), \(version.number), \(version.content), \(version.author), \(version.createdAt))
            """)
    }

    /// Forgets the oldest versions of a page, so that the newest `kept` stay.
    public static func forget(
        allBut kept: Int, of page: PageID, newest: Int, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) {
        try connection.execute("""
            DELETE FROM bio_page_versions
            WHERE workspace_id = \(workspace) AND page_id = \(page) AND number <= \(newest - kept)
            """)
    }

    public static func find(
        _ number: Int, of page: PageID, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> BioPageVersion? {
        try connection.query(
            "\(columns) WHERE workspace_id = \(workspace) AND page_id = \(page) AND number = \(number)"
        )
        .first.map(version)
    }

    /// One page of the list, newest first.
    public static func list(
        of page: PageID, in workspace: WorkspaceID, before number: Int?, limit: Int, on connection: Connection
    ) throws(MariaDBError) -> [BioPageVersion] {
        var query: SQL = "\(columns) WHERE workspace_id = \(workspace) AND page_id = \(page)"
        if let number { query += " AND number < \(number)" }
        query += " ORDER BY number DESC LIMIT \(limit)"
        return try connection.query(query).map(version)
    }

    // MARK: Links of a page

    /// A link that a page has shown.
    public struct ShownLink: Sendable {
        /// SHA-256 of the URL that it was made for, or of its id.
        public var digest: [UInt8]
        public var link: LinkID
        /// The page has made it.
        public var isMade: Bool

        public init(digest: [UInt8], link: LinkID, isMade: Bool) {
            self.digest = digest
            self.link = link
            self.isMade = isMade
        }
    }

    public static func links(
        of page: PageID, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [ShownLink] {
        try connection.query("""
            SELECT digest, link_id, is_made FROM bio_page_links WHERE workspace_id = \(workspace) AND page_id = \(page)
            """
        )
        .map { row throws(MariaDBError) in
            ShownLink(digest: try row.bytes(0), link: try row.identifier(1), isMade: try row.bool(2))
        }
    }

    public static func note(
        _ links: [ShownLink], of page: PageID, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) {
        for chunk in chunks(of: links) {
            var statement: SQL = "INSERT INTO bio_page_links (workspace_id, page_id, digest, link_id, is_made) VALUES "
            appendRows(chunk, to: &statement) { "(\(workspace), \(page), \($0.digest), \($0.link), \($0.isMade))" }
            statement += " ON DUPLICATE KEY UPDATE link_id = VALUE(link_id)"
            try connection.execute(statement)
        }
    }

    private static let columns: SQL = "SELECT number, content, author, created_at FROM bio_page_versions"

    private static func version(_ row: Row) throws(MariaDBError) -> BioPageVersion {
        BioPageVersion(
            number: try row.integer(0), content: try row.string(1), author: try row.string(2),
            createdAt: try row.timestamp(3))
    }
}
