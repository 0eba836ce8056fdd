import MariaDB
import Model
import Store

/// The tables `links` and `link_tags`: one link at a time. Lists are in LinkList.swift.
public enum Links {
    /// Why a link could not be written; told by the unique key that refused it.
    public enum Refusal: Error, Equatable {
        case slugTaken
        case externalIDTaken
    }

    /// The statements that insert a link, its text and its tags, to stand in one transaction with the audit entry and the event.
    public static func creation(of link: Link) -> [SQL] {
        [insertion(of: link)] + [LinkTexts.insertion(of: link), insertion(ofTagsOf: [link])].compactMap(\.self)
    }

    /// Inserts the links whose slug and external id are free, and returns which those were. Of two in the list that want the
    /// same, the first gets it. (LOAD DATA LOCAL skips what a unique key refuses.)
    public static func insert(_ links: [Link], on connection: Connection) throws(MariaDBError) -> Set<LinkID> {
        var rows = LoadRows()
        for link in links {
            for column in LinkColumns.all { rows.append(column.value(link)) }
            rows.endRow()
        }
        let count = try connection.load(
            rows.bytes, "LOAD DATA LOCAL INFILE 'links' INTO TABLE links CHARACTER SET binary (\(LinkColumns.names))")
        let inserted = count == links.count ? Set(links.map(\.id)) : try present(links, on: connection)
        let new = links.filter { inserted.contains($0.id) }
        try LinkTexts.insert(new, on: connection)
        try insertTags(of: new, on: connection)
        return inserted
    }

    private static func present(_ links: [Link], on connection: Connection) throws(MariaDBError) -> Set<LinkID> {
        var present: Set<LinkID> = []
        for (workspace, links) in Dictionary(grouping: links, by: \.workspace) {
            for chunk in chunks(of: links.map(\.id)) {
                for row in try connection.query("""
                    SELECT id FROM links WHERE workspace_id = \(workspace) AND id IN (\(list: Array(chunk)))
                    """) { present.insert(try row.identifier(0)) }
            }
        }
        return present
    }

    /// Writes a changed link over the version that it was made from. In the caller's transaction.
    /// - Parameter link: as it should be, with the version that was read.
    public static func update(_ link: Link, on connection: Connection) throws {
        try refusing {
            guard try connection.execute(overwriting(link)) == 1 else { throw ChangedMeanwhile() }
        }
    }

    /// Writes which tags links have. In the caller's transaction.
    public static func replaceTags(of links: [Link], on connection: Connection) throws(MariaDBError) {
        for (workspace, links) in Dictionary(grouping: links, by: \.workspace) {
            for chunk in chunks(of: links.map(\.id)) {
                try connection.execute(deletion(from: "link_tags", of: chunk, in: workspace))
            }
        }
        try insertTags(of: links, on: connection)
    }

    /// Deletes links that still have the version that was read. Their clicks stay in the workspace's totals. In the caller's
    /// transaction.
    public static func delete(_ links: [Link], on connection: Connection) throws {
        for (workspace, links) in Dictionary(grouping: links, by: \.workspace) {
            for chunk in chunks(of: links) {
                let removed = try connection.execute("""
                    DELETE l FROM (\(versions(of: chunk))) r
                    STRAIGHT_JOIN links l FORCE INDEX (PRIMARY) ON l.workspace_id = \(workspace) AND l.id = r.id AND l.version = r.version
                    """)
                guard removed == chunk.count else { throw ChangedMeanwhile() }
                for table: SQL in ["link_texts", "link_tags", "link_totals", "link_budgets", "qr_codes", "qr_code_logos"] {
                    try connection.execute(deletion(from: table, of: chunk.map(\.id)[...], in: workspace))
                }
                // Those that were deleted before their link.
                for table: SQL in ["qr_codes", "qr_code_logos"] where !workspace.isBin {
                    try connection.execute(deletion(from: table, of: chunk.map(\.id)[...], in: workspace.bin))
                }
            }
        }
    }

    static func deletion(from name: SQL, of ids: ArraySlice<LinkID>, in workspace: WorkspaceID) -> SQL {
        """
        DELETE t FROM (\(table(of: ids))) r
        STRAIGHT_JOIN \(name) t ON t.workspace_id = \(workspace) AND t.link_id = r.id
        """
    }

    static func versions(of links: ArraySlice<Link>) -> SQL {
        var versions: SQL = ""
        for (index, link) in links.enumerated() {
            appendUnion(index, "SELECT \(cast: link.id) AS id, \(link.version) AS version", "(\(cast: link.id), \(link.version))", to: &versions)
        }
        return versions
    }

    /// Links by their ids, each locked until the transaction ends.
    public static func lock(
        _ ids: [LinkID], in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [LinkID: Link] {
        var found: [LinkID: Link] = [:]
        for chunk in chunks(of: ids.sorted()) {
            // Alone, in the order of the key: a join would lock totals too, which the journal's loader writes. By the key that has
            // the id: by any other the rows of the whole workspace would be waited for.
            try connection.execute("""
                SELECT l.id FROM (\(table(of: chunk))) r
                STRAIGHT_JOIN links l FORCE INDEX (PRIMARY) ON l.workspace_id = \(workspace) AND l.id = r.id
                FOR UPDATE
                """)
            for row in try connection.query("\(columns) WHERE l.workspace_id = \(workspace) AND l.id IN (\(list: Array(chunk)))") {
                let link = try link(row)
                found[link.id] = link
            }
        }
        return found
    }

    /// Those of the external ids that links have.
    public static func taken(
        _ externalIDs: [String], in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> Set<String> {
        var taken: Set<String> = []
        for chunk in chunks(of: externalIDs) {
            for row in try connection.query("""
                SELECT external_id FROM links WHERE workspace_id = \(workspace) AND external_id IN (\(list: Array(chunk)))
                """) { taken.insert(try row.string(0)) }
        }
        return taken
    }

    public static func find(
        externalID: String, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> Link? {
        try connection.query("\(columns) WHERE l.workspace_id = \(workspace) AND l.external_id = \(externalID)").first.map(link)
    }

    public static func find(_ id: LinkID, in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) -> Link? {
        try connection.query("\(columns) WHERE l.workspace_id = \(workspace) AND l.id = \(id)").first.map(link)
    }

    /// Some links that were made before one, newest first.
    public static func ids(
        before id: LinkID, in workspace: WorkspaceID, limit: Int, on connection: Connection
    ) throws(MariaDBError) -> [LinkID] {
        try connection.query("""
            SELECT id FROM links WHERE workspace_id = \(workspace) AND id < \(id) ORDER BY id DESC LIMIT \(limit)
            """).map { row throws(MariaDBError) in try row.identifier(0) }
    }

    /// Those of the links that are there.
    public static func find(
        _ ids: [LinkID], in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [LinkID: Link] {
        var found: [LinkID: Link] = [:]
        for chunk in chunks(of: ids) {
            for row in try connection.query("\(columns) WHERE l.workspace_id = \(workspace) AND l.id IN (\(list: Array(chunk)))") {
                let link = try link(row)
                found[link.id] = link
            }
        }
        return found
    }

    /// Where a link is, and what it is tagged with.
    public struct TaggedPlace: Sendable {
        public var place: Place
        public var tags: [String]
    }

    /// The places of links; those that have been deleted have none.
    public static func places(
        of ids: Set<LinkID>, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [LinkID: TaggedPlace] {
        var places: [LinkID: TaggedPlace] = [:]
        for chunk in chunks(of: ids.sorted()) {
            for row in try connection.query("""
                SELECT id, host, slug, tags FROM links WHERE workspace_id = \(workspace) AND id IN (\(list: Array(chunk)))
                """)
            {
                let place = Place(host: try row.string(1), slug: try row.string(2))
                places[try row.identifier(0)] = TaggedPlace(place: place, tags: try tags(row, 3))
            }
        }
        return places
    }

    // MARK: Reading

    /// Divides the tags of a link in their column; no tag can have it.
    static let tagSeparator: Character = "\u{1F}"

    static let columns: SQL = """
        \(fields)
        FROM links l
        LEFT JOIN link_totals t ON t.workspace_id = l.workspace_id AND t.link_id = l.id
        """

    /// Of `links` as l and `link_totals` as t.
    static let fields: SQL = """
        SELECT l.id, l.workspace_id, l.domain_id, l.host, l.slug, l.url, l.title,
               l.utm_source, l.utm_medium, l.utm_campaign, l.utm_term, l.utm_content,
               l.starts_at, l.expires_at, l.max_clicks, l.expired_url, l.password_hash, l.redirect_status, l.disabled,
               l.external_id, l.version, l.created_at, l.updated_at, CAST(COALESCE(t.clicks, 0) AS SIGNED), t.last_clicked_at,
               l.tags, l.indexable, CAST(COALESCE(t.humans, 0) AS SIGNED), l.archived, l.notes
        """

    static func link(_ row: Row) throws(MariaDBError) -> Link {
        var link = Link(
            id: try row.identifier(0), workspace: try row.identifier(1), domain: try row.identifier(2),
            host: try row.string(3), slug: try row.string(4), settings: try settings(row),
            tags: try tags(row, 25),
            version: try row.integer(20), createdAt: try row.timestamp(21), updatedAt: try row.timestamp(22),
            clicks: try row.integer(23), lastClickedAt: try row.optionalTimestamp(24))
        link.humanClicks = try row.integer(27)
        return link
    }

    private static func tags(_ row: Row, _ column: Int) throws(MariaDBError) -> [String] {
        try row.string(column).split(separator: tagSeparator).map(String.init)
    }

    private static func settings(_ row: Row) throws(MariaDBError) -> LinkSettings {
        var settings = LinkSettings(url: try row.string(5))
        settings.title = try row.optionalString(6)
        settings.utm = UTM(
            source: try row.optionalString(7), medium: try row.optionalString(8), campaign: try row.optionalString(9),
            term: try row.optionalString(10), content: try row.optionalString(11))
        settings.startsAt = try row.optionalTimestamp(12)
        settings.expiresAt = try row.optionalTimestamp(13)
        settings.maxClicks = try row.optionalInteger(14)
        settings.expiredURL = try row.optionalString(15)
        settings.passwordHash = try row.optionalString(16)
        settings.redirectStatus = try row.integer(17)
        settings.disabled = try row.bool(18)
        settings.externalID = try row.optionalString(19)
        settings.indexable = try row.bool(26)
        settings.archived = try row.bool(28)
        settings.notes = try row.optionalString(29)
        return settings
    }

    // MARK: Writing

    private static func insertion(of link: Link) -> SQL {
        SQL(text: insertion, binding: LinkColumns.all.map { $0.value(link) })
    }

    private static let insertion = "INSERT INTO links (\(LinkColumns.names)) VALUES (\(LinkColumns.all.map { _ in "?" }.joined(separator: ", ")))"

    private static func overwriting(_ link: Link) -> SQL {
        var changes: SQL = "version = version + 1"
        for column in LinkColumns.changeable { changes += ", \(unsafeText: column.name) = \(column.value(link))" }
        return "UPDATE links SET \(changes) WHERE workspace_id = \(link.workspace) AND id = \(link.id) AND version = \(link.version)"
    }

    private static func insertTags(of links: [Link], on connection: Connection) throws(MariaDBError) {
        for chunk in chunks(of: links) {
            if let tags = insertion(ofTagsOf: Array(chunk)) { try connection.execute(tags) }
        }
    }

    /// IGNORE: what the rows are filled up with is there already.
    private static func insertion(ofTagsOf links: [Link]) -> SQL? {
        let rows = links.flatMap { link in link.tags.map { (link, tag: $0) } }.filledUp
        guard !rows.isEmpty else { return nil }
        var insertion: SQL = "INSERT IGNORE INTO link_tags (workspace_id, link_id, tag) VALUES "
        appendRows(rows[...], to: &insertion) { "(\($0.workspace), \($0.id), \($1))" }
        return insertion
    }

    /// Turns the server's word about a unique key into ours.
    public static func refusing<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch { throw refusal(of: error) }
    }

    /// Our word for what the server says, else the same.
    public static func refusal(of error: any Error) -> any Error {
        guard let server = error as? MariaDBError else { return error }
        if server.isDuplicate(of: "domain_slug") { return Refusal.slugTaken }
        if server.isDuplicate(of: "external_id") { return Refusal.externalIDTaken }
        // The domain has just been deleted.
        return server.code == .noReferencedRow ? ChangedMeanwhile() : error
    }
}
