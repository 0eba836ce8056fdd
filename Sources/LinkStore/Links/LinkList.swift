import MariaDB
import Model
import Store
import Text

/// Which links to list, and in which order.
public struct LinkFilter: Sendable, Equatable {
    public enum Order: String, Sendable, CaseIterable {
        /// Newest first.
        case createdAt = "created_at"
        /// Most clicked first.
        case clicks
    }

    /// What becomes of a link's visitors now; of several that hold the last one. What is used up is told by no list.
    public enum State: String, Sendable, CaseIterable {
        case active
        case scheduled
        case expired
        case disabled
        case archived
        /// In the bin: such links are listed of ``WorkspaceID/bin``.
        case deleted
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
    /// Nil: all but archived ones.
    public var state: State?
    public var order = Order.createdAt

    public init() {}

    /// Whose links are meant: those of a workspace, or those in its bin.
    public func owner(in workspace: WorkspaceID) -> WorkspaceID { state == .deleted ? workspace.bin : workspace }
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

    /// By clicks.
    fileprivate func isAfter(_ other: LinkPosition) -> Bool {
        clicks == other.clicks ? id < other.id : clicks < other.clicks
    }
}

extension Links {
    /// One page. Keyset pagination: stable while links are added and deleted.
    public static func list(
        _ filter: LinkFilter, in workspace: WorkspaceID, after position: LinkPosition?, limit: Int,
        on connection: Connection
    ) throws(MariaDBError) -> [Link] {
        let question = try question(filter, in: workspace, limit: limit, on: connection)
        switch filter.order {
        case .createdAt where [.scheduled, .expired].contains(filter.state):
            if let ids = try few(question, on: connection) { return try newest(of: ids, question, position, connection) }
            fallthrough
        case .createdAt:
            return try newest(question, position.map { " AND l.id < \($0.id)" } ?? "", limit, connection)
        case .clicks:
            let ids = question.isFiltered ? try few(question, on: connection) : nil
            if let ids { return try sorted(ids, question, position, connection) }
            return try walked(question, position, connection)
        }
    }

    /// How many links a list would have.
    public static func count(
        _ filter: LinkFilter, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> Int {
        let question = try question(filter, in: workspace, limit: 0, on: connection)
        return try connection.query("""
            SELECT CAST(COUNT(*) AS SIGNED) FROM \(question.tables) WHERE \(question.allConditions)
            """).first?.integer(0) ?? 0
    }

    /// Those of some links that a list would have. Asked in the transaction that has locked them, it says what holds now.
    public static func matching(
        _ filter: LinkFilter, among ids: [LinkID], in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> Set<LinkID> {
        var question = try question(filter, in: workspace, limit: 0, on: connection)
        question.isNarrow = true
        var found: Set<LinkID> = []
        for chunk in chunks(of: ids) {
            for row in try connection.query("""
                SELECT l.id FROM \(question.tables) WHERE \(question.allConditions) AND l.id IN (\(list: Array(chunk)))
                """) { found.insert(try row.identifier(0)) }
        }
        return found
    }

    private static func question(
        _ filter: LinkFilter, in workspace: WorkspaceID, limit: Int, on connection: Connection
    ) throws(MariaDBError) -> Question {
        var question = Question(
            workspace: workspace, conditions: conditions(filter, workspace), isArchived: isArchived(filter.state), limit: limit)
        if let search = filter.search { question.search = try LinkSearch(search, in: workspace, on: connection) }
        if question.search?.isOfTexts == true, !question.conditions.text.isEmpty {
            question.isNarrow = try few(question.withoutSearch, on: connection) != nil
        }
        return question
    }

    /// What a list is asked for.
    private struct Question {
        var workspace: WorkspaceID
        /// But for the search; each with AND in front.
        var conditions: SQL
        /// Nil: archived and others.
        var isArchived: Bool?
        var limit: Int
        var search: LinkSearch?
        /// So few links are left by the other conditions that their texts are looked up, in place of looking through all texts.
        var isNarrow = false

        var isFiltered: Bool { search != nil || !conditions.text.isEmpty || isArchived == true }

        var withoutSearch: Question { Question(workspace: workspace, conditions: conditions, isArchived: isArchived, limit: limit) }

        /// `links` as l, with `link_texts` as s where these are searched. Texts are looked through first: they are narrow.
        var tables: SQL {
            guard search?.isOfTexts == true else { return "links l" }
            return isNarrow
                ? "links l STRAIGHT_JOIN link_texts s ON s.workspace_id = l.workspace_id AND s.link_id = l.id"
                : "link_texts s STRAIGHT_JOIN links l ON l.workspace_id = s.workspace_id AND l.id = s.link_id"
        }

        var allConditions: SQL {
            let archived: SQL = isArchived.map { " AND l.archived = \($0)" } ?? ""
            guard let search else { return "l.workspace_id = \(workspace)\(archived)\(conditions)" }
            return "l.workspace_id = \(workspace)\(archived)\(conditions) AND \(search.condition)\(isNarrow ? "" : search.stretches)"
        }
    }

    private static func newest(
        _ question: Question, _ next: SQL, _ limit: Int, _ connection: Connection
    ) throws(MariaDBError) -> [Link] {
        try connection.query("""
            \(fields)
            FROM \(question.tables)
            LEFT JOIN link_totals t ON t.workspace_id = l.workspace_id AND t.link_id = l.id
            WHERE \(question.allConditions)\(next) ORDER BY l.id DESC LIMIT \(limit)
            """).map(link)
    }

    /// Of few.
    private static func newest(
        of ids: [LinkID], _ question: Question, _ position: LinkPosition?, _ connection: Connection
    ) throws(MariaDBError) -> [Link] {
        let page = ids.sorted(by: >).drop { id in position.map { id >= $0.id } ?? false }.prefix(question.limit)
        let links = try find(Array(page), in: question.workspace, on: connection)
        return page.compactMap { links[$0] }
    }

    // MARK: By clicks

    /// So many links are sorted; among more those with the most clicks are looked for.
    private static let fewLinks = 5000

    /// The links that a question is about; nil where they are many.
    private static func few(_ question: Question, on connection: Connection) throws(MariaDBError) -> [LinkID]? {
        let ids = try connection.query("""
            SELECT l.id FROM \(question.tables) WHERE \(question.allConditions) LIMIT \(fewLinks + 1)
            """).map { row throws(MariaDBError) -> LinkID in try row.identifier(0) }
        return ids.count <= fewLinks ? ids : nil
    }

    private static func sorted(
        _ ids: [LinkID], _ question: Question, _ position: LinkPosition?, _ connection: Connection
    ) throws(MariaDBError) -> [Link] {
        var clicks: [LinkID: Int] = [:]
        for chunk in chunks(of: ids) {
            for row in try connection.query("""
                SELECT link_id, CAST(clicks AS SIGNED) FROM link_totals
                WHERE workspace_id = \(question.workspace) AND link_id IN (\(list: Array(chunk)))
                """) { clicks[try row.identifier(0)] = try row.integer(1) }
        }
        let places = ids.map { LinkPosition(id: $0, clicks: clicks[$0] ?? 0) }.sorted { $1.isAfter($0) }
        let page = places.drop { place in position.map { !place.isAfter($0) } ?? false }.prefix(question.limit).map(\.id)
        let links = try find(page, in: question.workspace, on: connection)
        return page.compactMap { links[$0] }
    }

    /// Along the index of clicks, and then those that have none.
    private static func walked(
        _ question: Question, _ position: LinkPosition?, _ connection: Connection
    ) throws(MariaDBError) -> [Link] {
        var links: [Link] = []
        if position.map({ $0.clicks > 0 }) ?? true {
            let next: SQL = position.map {
                " AND (t.clicks < \($0.clicks) OR t.clicks = \($0.clicks) AND t.link_id < \($0.id))"
            } ?? ""
            let texts: SQL = question.search?.isOfTexts != true
                ? "" : "STRAIGHT_JOIN link_texts s ON s.workspace_id = t.workspace_id AND s.link_id = t.link_id"
            links = try connection.query("""
                \(fields) FROM link_totals t FORCE INDEX (clicks) \(texts)
                STRAIGHT_JOIN links l ON l.workspace_id = t.workspace_id AND l.id = t.link_id
                WHERE t.workspace_id = \(question.workspace) AND t.clicks > 0\(next) AND \(question.allConditions)
                ORDER BY t.clicks DESC, t.link_id DESC LIMIT \(question.limit)
                """).map(link)
        }
        guard links.count < question.limit else { return links }
        let next: SQL = position.flatMap { $0.clicks > 0 ? nil : " AND l.id < \($0.id)" } ?? ""
        return links + (try newest(question, " AND COALESCE(t.clicks, 0) = 0\(next)", question.limit - links.count, connection))
    }

    // MARK: Filters

    /// But for the search; each with AND in front.
    private static func conditions(_ filter: LinkFilter, _ workspace: WorkspaceID) -> SQL {
        var conditions: [SQL] = []
        if let host = filter.host { conditions.append(host.isASCII ? "l.host = \(host)" : "FALSE") }
        if let id = filter.externalID { conditions.append("l.external_id = \(id)") }
        if let time = filter.createdAfter {
            conditions.append("l.created_at > \(time) AND l.id >= \(ULID.first(at: time.adding(days: -idDays)))")
        }
        if let time = filter.createdBefore {
            conditions.append("l.created_at < \(time) AND l.id < \(ULID.first(at: time.adding(days: idDays)))")
        }
        if let disabled = filter.disabled { conditions.append("l.disabled = \(disabled)") }
        if let state = filter.state, let condition = condition(state) { conditions.append(condition) }
        for tag in filter.tags.filledUp {
            conditions.append("""
                EXISTS (SELECT 1 FROM link_tags g
                        WHERE g.workspace_id = \(workspace) AND g.link_id = l.id AND g.tag = \(tag))
                """)
        }
        return conditions.reduce(into: "") { $0 += " AND "; $0 += $1 }
    }

    private static func condition(_ state: LinkFilter.State) -> SQL? {
        let (isAhead, hasEnded): (SQL, SQL) = ("l.starts_at > UTC_TIMESTAMP(3)", "l.expires_at <= UTC_TIMESTAMP(3)")
        switch state {
        case .active: return "NOT l.disabled AND NOT COALESCE(\(isAhead), FALSE) AND NOT COALESCE(\(hasEnded), FALSE)"
        case .scheduled: return "NOT l.disabled AND \(isAhead)"
        case .expired: return "NOT l.disabled AND \(hasEnded)"
        case .disabled: return "l.disabled = TRUE"
        case .archived, .deleted: return nil
        }
    }

    /// Nil: archived and others.
    private static func isArchived(_ state: LinkFilter.State?) -> Bool? { state == .deleted ? nil : state == .archived }

    /// An id begins with the time at which it was made, which is that of the link to within a day: so a time leads to a place
    /// in the key.
    private static let idDays = 1
}

extension ULID {
    /// Before every other.
    static let lowest = ULID(value: 0)

    /// The lowest of a moment.
    static func first(at time: Timestamp) -> ULID { ULID(value: UInt128(max(0, time.milliseconds)) << 80) }
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
