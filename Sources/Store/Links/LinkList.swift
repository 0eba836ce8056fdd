import MariaDB
import Model

/// Which links to list, and in which order.
public struct LinkFilter: Sendable, Equatable {
    public enum Order: String, Sendable {
        /// Newest first.
        case createdAt = "created_at"
        /// Most clicked first.
        case clicks
    }

    public var host: String?
    /// A link must have all of them.
    public var tags: [String] = []
    /// Part of the slug, the destination or the title; letters match in any case.
    public var search: SearchText?
    public var externalID: String?
    public var createdAfter: Timestamp?
    public var createdBefore: Timestamp?
    public var disabled: Bool?
    public var order = Order.createdAt

    public init() {}
}

/// The place after which a page of links begins: the last link of the page before.
public struct LinkPosition: Sendable, Equatable {
    public var id: LinkID
    /// Its clicks, when the list is sorted by clicks.
    public var clicks: Int

    public init(id: LinkID, clicks: Int) {
        self.id = id
        self.clicks = clicks
    }
}

extension Links {
    /// One page. Keyset pagination: stable while links are added and deleted.
    public static func list(
        _ filter: LinkFilter, in workspace: WorkspaceID, after position: LinkPosition?, limit: Int,
        on connection: Connection
    ) throws(MariaDBError) -> [Link] {
        var query: SQL = "\(columns) WHERE l.workspace_id = \(workspace)"
        conditions(filter, workspace).forEach { query += " AND "; query += $0 }
        switch (filter.order, position) {
        case (.createdAt, let last?):
            query += " AND l.id < \(last.id)"
        case (.clicks, let last?):
            query += """
                 AND (COALESCE(t.clicks, 0) < \(last.clicks)
                      OR COALESCE(t.clicks, 0) = \(last.clicks) AND l.id < \(last.id))
                """
        case (_, nil): break
        }
        query += filter.order == .clicks ? " ORDER BY COALESCE(t.clicks, 0) DESC, l.id DESC" : " ORDER BY l.id DESC"
        query += " LIMIT \(limit)"
        return try connection.query(query).map(link)
    }

    private static func conditions(_ filter: LinkFilter, _ workspace: WorkspaceID) -> [SQL] {
        var conditions: [SQL] = []
        if let host = filter.host { conditions.append(Domains.isHost(host) ? "l.host = \(host)" : "FALSE") }
        if let id = filter.externalID { conditions.append("l.external_id = \(id)") }
        if let time = filter.createdAfter { conditions.append("l.created_at > \(time)") }
        if let time = filter.createdBefore { conditions.append("l.created_at < \(time)") }
        if let disabled = filter.disabled { conditions.append("l.disabled = \(disabled)") }
        if let search = filter.search { conditions.append(condition(search)) }
        for tag in filter.tags.filledUp {
            conditions.append("""
                EXISTS (SELECT 1 FROM link_tags g
                        WHERE g.workspace_id = \(workspace) AND g.link_id = l.id AND g.tag = \(tag))
                """)
        }
        return conditions
    }

    /// utf8mb4_general_ci would take every emoji for every other. Destinations are ASCII, and so compared at the least cost.
    private static func condition(_ search: SearchText) -> SQL {
        var condition: SQL = """
            (l.slug LIKE \(pattern(search.slug)) COLLATE utf8mb4_unicode_520_ci
             OR l.title LIKE \(pattern(search.text)) COLLATE utf8mb4_unicode_520_ci
            """
        for text in search.destinations {
            condition += " OR l.url LIKE CONVERT(\(pattern(text)) USING ascii) COLLATE ascii_general_ci"
        }
        return condition + ")"
    }

    /// The wildcards of LIKE are taken literally. By code points: what is joined to one hides none.
    private static func pattern(_ text: String) -> String {
        var pattern = "%"
        for scalar in text.unicodeScalars {
            if scalar == "%" || scalar == "_" || scalar == "\\" { pattern.append("\\") }
            pattern.unicodeScalars.append(scalar)
        }
        return pattern + "%"
    }
}

// As a cursor has it.
extension LinkPosition {
    package static let length = 16 + 8

    package var bytes: [UInt8] { id.ulid.bytes + withUnsafeBytes(of: Int64(clicks).bigEndian, Array.init) }

    package init?(bytes: ArraySlice<UInt8>) {
        guard let id = ULID(bytes: bytes.prefix(16)) else { return nil }
        self.init(id: LinkID(id), clicks: Int(bytes.dropFirst(16).reduce(Int64(0)) { $0 << 8 | Int64($1) }))
    }
}
