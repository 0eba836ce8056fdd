import MariaDB
import Model
import Store

/// What a question is about: the whole workspace, one link or page, some links, or those of a domain.
enum ClickScope {
    case workspace
    case one(UInt32)
    /// Numbers of links; the query selects them, as `number`, and can select others.
    case some(Set<UInt32>, SQL)
    /// All links of a domain.
    case domain(LinkDomains)

    /// Nil where nothing that was asked for has ever been clicked.
    init?(_ question: ClickQuestion, on connection: Connection) throws(MariaDBError) {
        if let page = question.page {
            guard let number = try ClickNumbers.number(of: .page(page), in: question.workspace, on: connection) else { return nil }
            self = .one(number)
        } else {
            let domains = try question.domain.map { host throws(MariaDBError) in
                try LinkDomains(of: host, in: question.workspace, on: connection)
            }
            if case .some(nil) = domains { return nil }
            try self.init(question, of: domains ?? nil, on: connection)
        }
    }

    private init?(_ question: ClickQuestion, of domains: LinkDomains?, on connection: Connection) throws(MariaDBError) {
        if let tag = question.tag {
            try self.init(Self.numbers(tag: tag, question), of: domains, on: connection)
        } else if question.links.count > 1 {
            try self.init(Self.numbers(of: question.links, in: question.workspace), of: domains, on: connection)
        } else if let link = question.links.first {
            guard let number = try ClickNumbers.number(of: .link(link), in: question.workspace, on: connection), domains?[number] != 0
            else { return nil }
            self = .one(number)
        } else {
            self = domains.map(Self.domain) ?? .workspace
        }
    }

    /// Some links by their ids.
    init?(_ links: [LinkID], in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        guard !links.isEmpty else { return nil }
        try self.init(Self.numbers(of: links, in: workspace), on: connection)
    }

    private init?(_ query: SQL, of domains: LinkDomains? = nil, on connection: Connection) throws(MariaDBError) {
        var numbers: Set<UInt32> = []
        try connection.query(query) { row in
            guard case .integer(let link) = row[0] else { return }
            let number = UInt32(truncatingIfNeeded: link)
            if domains?[number] != 0 { numbers.insert(number) }
        }
        guard !numbers.isEmpty else { return nil }
        self = .some(numbers, query)
    }

    private static func numbers(of links: [LinkID], in workspace: WorkspaceID) -> SQL {
        "SELECT number FROM click_values WHERE workspace_id = \(workspace) AND kind = 'link' AND digest IN (\(list: links))"
    }

    /// Those of links that have the tag now.
    private static func numbers(tag: String, _ question: ClickQuestion) -> SQL {
        var query: SQL = "SELECT n.number FROM link_tags l "
        query += """
            STRAIGHT_JOIN click_values n ON n.workspace_id = l.workspace_id AND n.kind = 'link' AND n.digest = l.link_id
            WHERE l.workspace_id = \(question.workspace) AND l.tag = \(tag)
            """
        if !question.links.isEmpty { query += " AND l.link_id IN (\(list: question.links))" }
        return query
    }

    /// Of one link, or of some.
    var numbers: [UInt32] {
        switch self {
        case .one(let one): [one]
        case .some(let some, _): some.sorted()
        case .workspace, .domain: []
        }
    }

    func contains(_ number: UInt32) -> Bool {
        switch self {
        case .workspace: true
        case .one(let one): number == one
        case .some(let some, _): some.contains(number)
        case .domain(let domains): domains[number] != 0
        }
    }

    /// The rows `t` of a table of links that can be about them, those of their blocks among them: what follows FROM.
    func rows(of table: String) -> SQL {
        let table: SQL = "\(unsafeText: table) t"
        switch self {
        case .workspace, .domain: return table
        case .one(let one) where one >= ClickNumbers.firstPage:
            return "(SELECT \(Int(one)) AS number) n STRAIGHT_JOIN \(table) ON t.link = n.number"
        case .one(let one):
            let block = ClickBlocks.number(of: one)
            return "(SELECT \(Int(one)) AS number UNION SELECT \(Int(block))) n STRAIGHT_JOIN \(table) ON t.link = n.number"
        case .some(_, let numbers):
            return """
                (\(numbers) UNION SELECT \(ClickBlocks.number(of: "b.number")) FROM (\(numbers)) b) n STRAIGHT_JOIN \(table) ON t.link = n.number
                """
        }
    }

    /// What else such a row has to be, with AND in front.
    var condition: SQL {
        switch self {
        case .workspace: return " AND t.link < \(Int(ClickNumbers.firstPage))"
        case .one, .some: return ""
        case .domain(let domains):
            var ranges = domains.ranges
            if ranges.count > Self.rangeLimit, let first = ranges.first, let last = ranges.last {
                ranges = [first.lowerBound..<last.upperBound]
            }
            var condition: SQL = " AND (FALSE"
            for range in ranges.filledUp { condition += " OR t.link >= \(Int(range.lowerBound)) AND t.link < \(Int(range.upperBound))" }
            return condition + ")"
        }
    }

    /// Where many domains have grown side by side the rows of all are read, and those of one are kept.
    private static let rangeLimit = 500
}
