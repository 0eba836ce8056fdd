import AnalyticsStore
import LinkStore
import MariaDB
import Model
import Store
import Support
import Testing

/// Links have their numbers in blocks of 256, each of one domain; in a block's rows those stand together that are clicked seldom.
@Suite("Blocks of links", .database)
struct ClickBlocksTests {
    private let database = TestDatabase.current
    private let tenant: Tenant
    private let start = Timestamp("2026-03-01T00:00:00Z")

    init() throws { tenant = try database.makeTenant() }

    /// One click on each link, in this order; loaded and compacted.
    private func click(_ links: [Link], every seconds: Int = 1) throws {
        var numbers = ClickNumbers()
        let clicks = links.enumerated().map { number, link in
            Click(
                workspace: tenant.workspace.id, link: link.id, id: ULID(milliseconds: 0).value, at: start.adding(seconds: number * seconds),
                visitor: UInt64(number), agent: UserAgent(device: .desktop, browser: "Firefox", os: "Linux", isBot: false))
        }
        let numbered = try numbers.number(clicks, in: database.store)
        _ = try database.store.write { connection in try connection.transaction { try ClickParts.append(numbered, on: $0) } }
        try ClickCompaction.run(tenant.workspace.id, in: database.store)
    }

    private func ask(_ group: ClickQuestion.Group, _ change: (inout ClickQuestion) -> Void = { _ in }) throws -> [String: Int] {
        var question = ClickQuestion(workspace: tenant.workspace.id, start: start, end: start.adding(days: 1), group: group)
        change(&question)
        let answer = try ClickAnalytics.answer(question, on: database.connect())
        return Dictionary(uniqueKeysWithValues: answer.groups.map { ($0.value, $0.clicks) })
    }

    @Test("are of one domain each; a full one is followed by another, and no link has the number of its block")
    func oneDomain() throws {
        var elsewhere = tenant
        elsewhere.domain = Domain(id: .new(), workspace: tenant.workspace.id, host: "other.example", createdAt: .now())
        try database.store.write { try Domains.create(elsewhere.domain, on: $0) }
        let many = try (0..<300).map { try database.makeLink("l\($0)", of: tenant) }
        let others = try (0..<3).map { try database.makeLink("o\($0)", of: elsewhere) }
        try click(Array(many[..<200]))
        try click(others)
        try click(Array(many[200...]))
        let blocks = try database.connect().query("SELECT block, links FROM click_blocks ORDER BY block").map { try [$0.integer(0), $0.integer(1)] }
        #expect(blocks == [[1, 255], [2, 3], [3, 45]])
        #expect(try database.number("SELECT COUNT(*) FROM click_values WHERE kind = 'link' AND number % 256 = 0") == 0)
        #expect(try database.number("SELECT COUNT(*) FROM click_facts") == 3, "a row for each block")
        let host = tenant.domain.host
        #expect(try ask(.domain) == [host: 300, "other.example": 3])
        #expect(try ask(.domain) { $0.domain = host } == [host: 300])
        #expect(try ask(.domain) { $0.filters = [.browser: ["Firefox"]] } == [host: 300, "other.example": 3])
        #expect(try ask(.link) { $0.domain = "other.example" } == Dictionary(uniqueKeysWithValues: others.map { ($0.id.description, 1) }))
        #expect(try ask(.browser) { $0.links = [many[299].id] } == ["Firefox": 1])
        #expect(try ask(.browser) { ($0.links, $0.domain) = ([many[299].id], "other.example") } == [:])
    }

    @Test("are not left by a link that moves to another domain: its clicks follow it there, and back")
    func moved() throws {
        let elsewhere = Domain(id: .new(), workspace: tenant.workspace.id, host: "other.example", createdAt: .now())
        try database.store.write { try Domains.create(elsewhere, on: $0) }
        var links = try (0..<3).map { try database.makeLink("l\($0)", of: tenant) }
        let host = tenant.domain.host
        func move(_ index: Int, to domain: Domain) throws {
            (links[index].domain, links[index].host) = (domain.id, domain.host)
            try database.store.write { connection in
                try connection.transaction { connection in
                    try Links.update(links[index], on: connection)
                    try ClickBlocks.noteMoved([links[index]], on: connection)
                }
            }
            links[index].version += 1
        }
        try move(2, to: elsewhere)  // before its first click
        try click(links + links + links + links + links, every: 900)  // enough for rows of their own
        try click([links[0], links[1]])
        try move(0, to: elsewhere)
        #expect(try ask(.domain) == [host: 6, "other.example": 11])
        #expect(try ask(.domain) { $0.filters = [.browser: ["Firefox"]] } == [host: 6, "other.example": 11])
        #expect(try ask(.link) { $0.domain = "other.example" } == [links[0].id.description: 6, links[2].id.description: 5])
        #expect(try ask(.link) { $0.domain = host } == [links[1].id.description: 6])
        #expect(try ask(.browser) { ($0.links, $0.domain) = ([links[0].id], host) } == [:])
        try move(0, to: tenant.domain)
        #expect(try ask(.domain) == [host: 12, "other.example": 5])
        #expect(try ask(.browser) { ($0.links, $0.domain) = ([links[0].id], host) } == ["Firefox": 6])
    }

    @Test("keep the domain of a link that is deleted; one that was before its first click was loaded has none")
    func deleted() throws {
        let links = try (0..<2).map { try database.makeLink("l\($0)", of: tenant) }
        try click([links[0]])
        try database.store.write { connection in try connection.transaction { try Links.delete(links, on: $0) } }
        try click(links)
        #expect(try ask(.domain) == [tenant.domain.host: 2, "": 1])
        #expect(try ask(.link) == [links[0].id.description: 2, links[1].id.description: 1])
    }
}
