import MariaDB
import Model

/// The tables `links` and `link_tags`: one link at a time. Lists are in LinkList.swift.
public enum Links {
    /// Why a link could not be written; told by the unique key that refused it.
    public enum Refusal: Error, Equatable {
        case slugTaken
        case externalIDTaken
        /// The link is not as it was when it was read: somebody else changed or deleted it meanwhile.
        case changedMeanwhile
    }

    /// Inserts a link, its tags, the audit entry and the event in one transaction and one round trip.
    public static func create(_ link: Link, audit: AuditEntry, event: Event, on connection: Connection) throws {
        var statements = [insertion(of: link)]
        if let tags = insertion(ofTagsOf: link) { statements.append(tags) }
        statements += [AuditLog.insertion(of: audit), Events.insertion(of: event)]
        try refusing { try connection.executeAtomically(statements) }
    }

    /// Writes a changed link over the version it was made from, with the audit entry and the event.
    /// - Parameter link: as it should be, with the version that was read.
    public static func update(_ link: Link, audit: AuditEntry, event: Event, on connection: Connection) throws {
        try refusing {
            try connection.transaction { connection in
                guard try connection.execute(overwriting(link)) == 1 else { throw Refusal.changedMeanwhile }
                try connection.execute(
                    "DELETE FROM link_tags WHERE workspace_id = \(link.workspace) AND link_id = \(link.id)")
                if let tags = insertion(ofTagsOf: link) { try connection.execute(tags) }
                try connection.execute(AuditLog.insertion(of: audit))
                try connection.execute(Events.insertion(of: event))
            }
        }
    }

    /// Deletes a link if it still has the version that was read. Its clicks stay in the workspace's totals.
    public static func delete(_ link: Link, audit: AuditEntry, event: Event, on connection: Connection) throws {
        try connection.transaction { connection in
            let removed = try connection.execute("""
                DELETE FROM links
                WHERE workspace_id = \(link.workspace) AND id = \(link.id) AND version = \(link.version)
                """)
            guard removed == 1 else { throw Refusal.changedMeanwhile }
            for table: SQL in ["link_tags", "link_totals", "link_budgets"] {
                try connection.execute(
                    "DELETE FROM \(table) WHERE workspace_id = \(link.workspace) AND link_id = \(link.id)")
            }
            try connection.execute(AuditLog.insertion(of: audit))
            try connection.execute(Events.insertion(of: event))
        }
    }

    public static func find(_ id: LinkID, in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) -> Link? {
        try connection.query("\(columns) WHERE l.workspace_id = \(workspace) AND l.id = \(id)").first.map(link)
    }

    /// Takes one redirect out of a link's budget. False when all have been given out.
    ///
    /// One statement decides, so that over all processes never one too many is given out.
    public static func takeClick(
        of id: LinkID, in workspace: WorkspaceID, maximum: Int, on connection: Connection
    ) throws(MariaDBError) -> Bool {
        guard maximum > 0 else { return false }
        while true {
            let taken = try connection.execute("""
                UPDATE link_budgets SET taken = taken + 1
                WHERE workspace_id = \(workspace) AND link_id = \(id) AND taken < \(maximum)
                """)
            if taken == 1 { return true }
            let opened = try connection.execute("""
                INSERT IGNORE INTO link_budgets (workspace_id, link_id, taken) VALUES (\(workspace), \(id), 1)
                """)
            if opened == 1 { return true }
            guard try hasClicksLeft(id, in: workspace, maximum: maximum, on: connection) else { return false }
        }
    }

    /// Whether a link's budget has not been given out yet. Whoever wants a redirect has to take it.
    public static func hasClicksLeft(
        _ id: LinkID, in workspace: WorkspaceID, maximum: Int, on connection: Connection
    ) throws(MariaDBError) -> Bool {
        try connection.query("""
            SELECT taken < \(maximum) FROM link_budgets WHERE workspace_id = \(workspace) AND link_id = \(id)
            """).first?.bool(0) ?? (maximum > 0)
    }

    // MARK: Reading

    /// Divides the tags of a link in their column; no tag can have it.
    private static let tagSeparator: Character = "\u{1F}"

    static let columns: SQL = """
        SELECT l.id, l.workspace_id, l.domain_id, l.host, l.slug, l.url, l.title,
               l.utm_source, l.utm_medium, l.utm_campaign, l.utm_term, l.utm_content,
               l.starts_at, l.expires_at, l.max_clicks, l.expired_url, l.password_hash, l.redirect_status, l.disabled,
               l.external_id, l.version, l.created_at, l.updated_at, CAST(COALESCE(t.clicks, 0) AS SIGNED), t.last_clicked_at,
               l.tags
        FROM links l
        LEFT JOIN link_totals t ON t.workspace_id = l.workspace_id AND t.link_id = l.id
        """

    static func link(_ row: Row) throws(MariaDBError) -> Link {
        Link(
            id: try row.identifier(0), workspace: try row.identifier(1), domain: try row.identifier(2),
            host: try row.string(3), slug: try row.string(4), settings: try settings(row),
            tags: try row.string(25).split(separator: tagSeparator).map(String.init),
            version: try row.integer(20), createdAt: try row.timestamp(21), updatedAt: try row.timestamp(22),
            clicks: try row.integer(23), lastClickedAt: try row.optionalTimestamp(24))
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
        return settings
    }

    // MARK: Writing

    private static func insertion(of link: Link) -> SQL {
        let settings = link.settings
        return """
            INSERT INTO links (
              workspace_id, id, domain_id, host, slug, url, title, utm_source, utm_medium, utm_campaign, utm_term, utm_content,
              starts_at, expires_at, max_clicks, expired_url, password_hash, redirect_status, disabled, external_id,
              tags, version, created_at, updated_at)
            VALUES (
              \(link.workspace), \(link.id), \(link.domain), \(link.host), \(link.slug), \(settings.url), \(settings.title),
              \(settings.utm.source), \(settings.utm.medium), \(settings.utm.campaign), \(settings.utm.term),
              \(settings.utm.content), \(settings.startsAt), \(settings.expiresAt), \(settings.maxClicks),
              \(settings.expiredURL), \(settings.passwordHash), \(settings.redirectStatus), \(settings.disabled),
              \(settings.externalID), \(tags(of: link)), \(link.version), \(link.createdAt), \(link.updatedAt))
            """
    }

    private static func overwriting(_ link: Link) -> SQL {
        let settings = link.settings
        return """
            UPDATE links SET
              domain_id = \(link.domain), host = \(link.host), slug = \(link.slug), url = \(settings.url), title = \(settings.title),
              utm_source = \(settings.utm.source), utm_medium = \(settings.utm.medium),
              utm_campaign = \(settings.utm.campaign), utm_term = \(settings.utm.term),
              utm_content = \(settings.utm.content), starts_at = \(settings.startsAt), expires_at = \(settings.expiresAt),
              max_clicks = \(settings.maxClicks), expired_url = \(settings.expiredURL),
              password_hash = \(settings.passwordHash), redirect_status = \(settings.redirectStatus),
              disabled = \(settings.disabled), external_id = \(settings.externalID),
              tags = \(tags(of: link)), version = version + 1, updated_at = \(link.updatedAt)
            WHERE workspace_id = \(link.workspace) AND id = \(link.id) AND version = \(link.version)
            """
    }

    private static func tags(of link: Link) -> String { link.tags.joined(separator: String(tagSeparator)) }

    private static func insertion(ofTagsOf link: Link) -> SQL? {
        guard !link.tags.isEmpty else { return nil }
        var insertion: SQL = "INSERT INTO link_tags (workspace_id, link_id, tag) VALUES "
        for (position, tag) in link.tags.enumerated() {
            insertion += position == 0 ? "" : ", "
            insertion += "(\(link.workspace), \(link.id), \(tag))"
        }
        return insertion
    }

    /// Turns the server's word about a unique key into ours.
    private static func refusing(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as MariaDBError where error.code == .duplicateKey {
            if error.message.contains("'domain_slug'") { throw Refusal.slugTaken }
            if error.message.contains("'external_id'") { throw Refusal.externalIDTaken }
            throw error
        }
    }
}
