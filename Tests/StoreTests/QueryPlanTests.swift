import AnalyticsStore
import LinkStore
import MariaDB
import Model
import Store
import Support
import Testing

/// How MariaDB goes about every query of analytics and of lists: along a key, never through a whole table.
@Suite("Query plans", .database)
struct QueryPlanTests {
    private let database = TestDatabase.current
    private let tenant: Tenant
    private let links: [Link]

    /// A workspace with clicks on three days (compacted, busy, and waiting), beside another of the same size and one with many links: of
    /// half a table MariaDB would rather read all of it.
    init() throws {
        tenant = try database.makeTenant()
        links = try Self.fill(tenant, in: database)
        _ = try Self.fill(try database.makeTenant(slug: "other"), in: database)
        try Self.makeLinks(4000, of: try database.makeTenant(slug: "large"), in: database)
        for table in [
            "links", "link_texts", "link_text_blocks", "link_tags", "link_totals", "click_values", "click_blocks", "click_moves", "click_facts", "click_sums",
            "click_parts", "recorded_clicks",
        ] {
            try database.connect().run("ANALYZE TABLE \(table)")
        }
    }

    private static func fill(_ tenant: Tenant, in database: TestDatabase) throws -> [Link] {
        let links = try (0..<400).map { number in
            try database.makeLink("l\(number)", of: tenant, tags: number % 40 == 0 ? ["rare"] : []) { $0.disabled = number % 50 == 0 }
        }
        var numbers = ClickNumbers()
        for batch in 0..<4 {
            let clicks = (0..<4000).map { number in
                Click(
                    workspace: tenant.workspace.id, link: links[number % 2 == 0 ? 0 : number % 400].id, id: ULID(milliseconds: 0).value,
                    at: Timestamp("2026-03-01T00:00:00Z").adding(seconds: batch * 60_000 + number * 15), visitor: UInt64(number),
                    agent: UserAgent(device: .desktop, browser: "Firefox", os: "Linux", isBot: false),
                    country: number % 3 == 0 ? "DE" : "FR", city: "City \(number % 700)", referrer: "r\(number % 90).example")
            }
            let numbered = try numbers.number(clicks, in: database.store)
            try database.store.write { connection in
                try connection.transaction { connection in
                    #expect(try Clicks.table.insert(numbered, on: connection))
                    try LinkTotals.add(clicks, on: connection)
                    _ = try ClickParts.append(numbered, on: connection)
                }
            }
            if batch < 3 { try ClickCompaction.run(tenant.workspace.id, in: database.store) }
        }
        return links
    }

    private static func makeLinks(_ count: Int, of tenant: Tenant, in database: TestDatabase) throws {
        let links = (0..<count).map { number in
            Link(
                id: .new(), workspace: tenant.workspace.id, domain: tenant.domain.id, host: tenant.domain.host, slug: "m\(number)",
                settings: LinkSettings(url: "https://example.com/"), tags: [], createdAt: .now(), updatedAt: .now())
        }
        try database.store.write { connection in
            try connection.transaction { _ = try Links.insert(links, on: $0) }
        }
    }

    private struct PlanRow {
        let table: String
        let type: String
        let key: String?
        let statement: SQL
    }

    /// Runs `body` and explains each of its statements.
    private func plan(_ body: (Connection) throws -> Void) throws -> [PlanRow] {
        let (connection, explainer) = (try database.connect(), try database.connect())
        var statements: [SQL] = []
        connection.trace = { statements.append($0) }
        try body(connection)
        #expect(!statements.isEmpty)
        return try statements.flatMap { statement in
            var explanation: SQL = "EXPLAIN "
            explanation += statement
            return try explainer.query(explanation).compactMap { row -> PlanRow? in
                guard let table = try row.optionalString(2), !table.hasPrefix("<") else { return nil }
                return PlanRow(
                    table: table, type: try row.optionalString(3) ?? "", key: try row.optionalString(5), statement: statement)
            }
        }
    }

    private func expectKeys(_ what: String, _ body: (Connection) throws -> Void) throws {
        for row in try plan(body) {
            #expect(
                row.key != nil && !["ALL", "index"].contains(row.type),
                "\(what): \(row.table) is read by \(row.type), key \(row.key ?? "none"): \(row.statement.text)")
        }
    }

    @Test("of counts: every group, of the workspace, a link, a tag and a domain, with filters and without")
    func counts() throws {
        for group in ClickQuestion.Group.allCases {
            for scope in 0..<6 {
                for filters in [[:], [ClickQuestion.Group.country: ["DE"], .referrer: ["r1.example"], .browser: ["Firefox"]]] {
                    var question = ClickQuestion(
                        workspace: tenant.workspace.id, start: Timestamp("2026-03-01T06:00:00Z"), end: Timestamp("2026-03-03T07:00:00Z"),
                        group: group)
                    if scope == 1 { question.links = [links[0].id] }
                    if scope == 5 { question.links = links.prefix(50).map(\.id) }
                    if scope == 2 || scope == 4 { question.tag = "rare" }
                    if scope == 3 || scope == 4 { question.domain = tenant.domain.host }
                    question.filters = filters
                    try expectKeys("\(group), scope \(scope)") { _ = try ClickAnalytics.answer(question, on: $0) }
                    if scope == 5 { try expectKeys("series") { _ = try ClickAnalytics.series(question, on: $0) } }
                }
            }
        }
    }

    @Test("of lists: every filter with either order, and their pages")
    func lists() throws {
        let filters: [(inout LinkFilter) -> Void] = [
            { _ in }, { $0.host = tenant.domain.host }, { $0.tags = ["rare"] }, { $0.disabled = true }, { $0.disabled = false },
            { $0.createdBefore = .now() }, { $0.createdAfter = Timestamp("2026-01-01T00:00:00Z") }, { $0.externalID = "x" },
            { $0.search = SearchText("l1") }, { $0.tags = ["rare"]; $0.disabled = true; $0.host = tenant.domain.host },
        ]
        for change in filters {
            for order in [LinkFilter.Order.createdAt, .clicks] {
                for position in [nil, LinkPosition(id: links[200].id, clicks: 3), LinkPosition(id: links[200].id, clicks: 0)] {
                    var filter = LinkFilter()
                    filter.order = order
                    change(&filter)
                    try expectKeys("\(filter)") {
                        _ = try Links.list(filter, in: tenant.workspace.id, after: position, limit: 25, on: $0)
                    }
                }
            }
        }
    }

    @Test("of searches: links are read one by one, where their texts or totals lead", arguments: [
        "nothing has this", "l1", "straße 100%",
    ])
    func searches(_ search: String) throws {
        for order in [LinkFilter.Order.createdAt, .clicks] {
            var filter = LinkFilter()
            (filter.search, filter.order) = (SearchText(search), order)
            for row in try plan({ _ = try Links.list(filter, in: tenant.workspace.id, after: nil, limit: 25, on: $0) }) {
                guard row.table == "l", row.statement.text.contains("link_texts") else { continue }
                #expect(row.type == "eq_ref", "\(filter): \(row.type): \(row.statement.text)")
            }
        }
    }

    @Test("of the export")
    func export() throws {
        var question = ClickQuestion(
            workspace: tenant.workspace.id, start: Timestamp("2026-03-01T06:00:00Z"), end: Timestamp("2026-03-03T07:00:00Z"))
        question.tag = "rare"
        try expectKeys("export") { connection in
            try ClickExport.write(.csv, question, reading: { try $0(connection) }) { _ in }
        }
    }
}
