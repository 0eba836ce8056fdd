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
        let conditions = conditions(filter, workspace)
        switch filter.order {
        case .createdAt:
            let next: SQL = position.map { " AND l.id < \($0.id)" } ?? ""
            return try connection.query("""
                \(columns) WHERE l.workspace_id = \(workspace)\(conditions)\(next) ORDER BY l.id DESC LIMIT \(limit)
                """).map(link)
        case .clicks:
            let areFew = conditions.text.isEmpty ? false : try areFew(conditions, in: workspace, on: connection)
            return areFew
                ? try sorted(conditions, workspace, position, limit, connection)
                : try walked(conditions, workspace, position, limit, connection)
        }
    }

    // MARK: By clicks

    /// So many links are sorted; among more those with the most clicks are looked for.
    private static let fewLinks = 5000

    private static func areFew(_ conditions: SQL, in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) -> Bool {
        let count = try connection.query("""
            SELECT COUNT(*) FROM (SELECT 1 FROM links l WHERE l.workspace_id = \(workspace)\(conditions) LIMIT \(fewLinks + 1)) l
            """).first?.integer(0) ?? 0
        return count <= fewLinks
    }

    private static func sorted(
        _ conditions: SQL, _ workspace: WorkspaceID, _ position: LinkPosition?, _ limit: Int, _ connection: Connection
    ) throws(MariaDBError) -> [Link] {
        let next: SQL = position.map {
            " AND (COALESCE(t.clicks, 0) < \($0.clicks) OR COALESCE(t.clicks, 0) = \($0.clicks) AND l.id < \($0.id))"
        } ?? ""
        return try connection.query("""
            \(columns) WHERE l.workspace_id = \(workspace)\(conditions)\(next)
            ORDER BY COALESCE(t.clicks, 0) DESC, l.id DESC LIMIT \(limit)
            """).map(link)
    }

    /// Along the index of clicks, and then those that have none.
    private static func walked(
        _ conditions: SQL, _ workspace: WorkspaceID, _ position: LinkPosition?, _ limit: Int, _ connection: Connection
    ) throws(MariaDBError) -> [Link] {
        var links: [Link] = []
        if position.map({ $0.clicks > 0 }) ?? true {
            let next: SQL = position.map {
                " AND (t.clicks < \($0.clicks) OR t.clicks = \($0.clicks) AND t.link_id < \($0.id))"
            } ?? ""
            links = try connection.query("""
                \(fields) FROM link_totals t FORCE INDEX (clicks)
                STRAIGHT_JOIN links l ON l.workspace_id = t.workspace_id AND l.id = t.link_id
                WHERE t.workspace_id = \(workspace) AND t.clicks > 0\(next)\(conditions)
                ORDER BY t.clicks DESC, t.link_id DESC LIMIT \(limit)
                """).map(link)
        }
        guard links.count < limit else { return links }
        let next: SQL = position.flatMap { $0.clicks > 0 ? nil : " AND l.id < \($0.id)" } ?? ""
        return links + (try connection.query("""
            \(columns) WHERE l.workspace_id = \(workspace) AND COALESCE(t.clicks, 0) = 0\(next)\(conditions)
            ORDER BY l.id DESC LIMIT \(limit - links.count)
            """).map(link))
    }

    // MARK: Filters

    /// Each with AND in front.
    private static func conditions(_ filter: LinkFilter, _ workspace: WorkspaceID) -> SQL {
        var conditions: [SQL] = []
        if let host = filter.host { conditions.append(Domains.isHost(host) ? "l.host = \(host)" : "FALSE") }
        if let id = filter.externalID { conditions.append("l.external_id = \(id)") }
        if let time = filter.createdAfter {
            conditions.append("l.created_at > \(time) AND l.id >= \(ULID.first(at: time.adding(days: -idDays)))")
        }
        if let time = filter.createdBefore {
            conditions.append("l.created_at < \(time) AND l.id < \(ULID.first(at: time.adding(days: idDays)))")
        }
        if let disabled = filter.disabled { conditions.append("l.disabled = \(disabled)") }
        if let search = filter.search { conditions.append(condition(search)) }
        for tag in filter.tags.filledUp {
            conditions.append("""
                EXISTS (SELECT 1 FROM link_tags g
                        WHERE g.workspace_id = \(workspace) AND g.link_id = l.id AND g.tag = \(tag))
                """)
        }
        return conditions.reduce(into: "") { $0 += " AND "; $0 += $1 }
    }

    /// An id begins with the time at which it was made, which is that of the link to within a day: so a time leads to a place
    /// in the key.
    private static let idDays = 1

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

extension ULID {
    /// The lowest of a moment.
    fileprivate static func first(at time: Timestamp) -> ULID { ULID(value: UInt128(max(0, time.milliseconds)) << 80) }
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
