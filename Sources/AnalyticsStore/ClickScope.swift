import MariaDB
import Model
import Store

/// What a question is about: the whole workspace, one link or page, or some links.
enum ClickScope {
    case workspace
    case one(UInt32)
    /// Numbers of links; the query selects the same, as `number`.
    case some(Set<UInt32>, SQL)

    /// Nil where nothing that was asked for has ever been clicked.
    init?(_ question: ClickQuestion, on connection: Connection) throws(MariaDBError) {
        if let page = question.page {
            guard let number = try Self.number(of: page, .page, question, on: connection) else { return nil }
            self = .one(number)
        } else if question.domain == nil, question.tag == nil {
            guard let link = question.link else { self = .workspace; return }
            guard let number = try Self.number(of: link, .link, question, on: connection) else { return nil }
            self = .one(number)
        } else {
            try self.init(Self.numbers(question), on: connection)
        }
    }

    /// Some links by their ids.
    init?(_ links: [LinkID], in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        guard !links.isEmpty else { return nil }
        try self.init("""
            SELECT number FROM click_values WHERE workspace_id = \(workspace) AND kind = 'link' AND digest IN (\(list: links))
            """, on: connection)
    }

    private init?(_ query: SQL, on connection: Connection) throws(MariaDBError) {
        var numbers: Set<UInt32> = []
        try connection.query(query) { row in
            if case .integer(let number) = row[0] { numbers.insert(UInt32(truncatingIfNeeded: number)) }
        }
        guard !numbers.isEmpty else { return nil }
        self = .some(numbers, query)
    }

    private static func number(
        of id: LinkID, _ kind: ClickValue.Kind, _ question: ClickQuestion, on connection: Connection
    ) throws(MariaDBError) -> UInt32? {
        try connection.query("""
            SELECT number FROM click_values WHERE workspace_id = \(question.workspace) AND kind = \(kind.rawValue) AND digest = \(id)
            """).first.map { row throws(MariaDBError) in UInt32(try row.integer(0)) }
    }

    /// Those of links that have the tag and the domain now.
    private static func numbers(_ question: ClickQuestion) -> SQL {
        var query: SQL = "SELECT n.number FROM "
        var joins: SQL = ""
        if let tag = question.tag {
            query += "link_tags l "
            joins += " AND l.tag = \(tag)"
            if let domain = question.domain {
                query += "STRAIGHT_JOIN links d ON d.workspace_id = l.workspace_id AND d.id = l.link_id AND d.domain_id = \(domain) "
            }
            if let link = question.link { joins += " AND l.link_id = \(link)" }
            query += "STRAIGHT_JOIN click_values n ON n.workspace_id = l.workspace_id AND n.kind = 'link' AND n.digest = l.link_id "
            return query + "WHERE l.workspace_id = \(question.workspace)" + joins
        }
        query += """
            links l STRAIGHT_JOIN click_values n ON n.workspace_id = l.workspace_id AND n.kind = 'link' AND n.digest = l.id
            WHERE l.workspace_id = \(question.workspace) AND l.domain_id = \(question.domain)
            """
        if let link = question.link { query += " AND l.id = \(link)" }
        return query
    }

    func contains(_ number: UInt32) -> Bool {
        switch self {
        case .workspace: true
        case .one(let one): number == one
        case .some(let some, _): some.contains(number)
        }
    }
}
