import AnalyticsStore
import LinkStore
import MariaDB
import Model
import Store
import Support
import Testing

@Suite("Lists of links", .database)
struct LinkListTests {
    let database = TestDatabase.current
    let tenant: Tenant

    init() throws { tenant = try database.makeTenant() }

    private func list(
        _ filter: LinkFilter = .init(), after position: LinkPosition? = nil, limit: Int = 100
    ) throws -> [Link] {
        try database.store.read { try Links.list(filter, in: tenant.workspace.id, after: position, limit: limit, on: $0) }
    }

    private func filter(_ change: (inout LinkFilter) -> Void) -> LinkFilter {
        var filter = LinkFilter()
        change(&filter)
        return filter
    }

    private func position(_ link: Link) -> LinkPosition { LinkPosition(id: link.id, clicks: link.clicks) }

    private func delete(_ link: Link) throws {
        try database.store.write {
            try $0.transaction { try Links.delete([link], on: $0) }
        }
    }

    private func addClicks(_ count: Int, to link: Link) throws {
        let clicks = (0..<count).map { number in
            Click(
                workspace: link.workspace, link: link.id, id: ULID(milliseconds: 0).value, at: .now(), visitor: UInt64(number),
                agent: UserAgent(device: .desktop, browser: "b", os: "o", isBot: false))
        }
        try database.store.write { try LinkTotals.add(clicks, on: $0) }
    }

    /// Five links, a minute apart, for the table of filters.
    private func makeFive() throws {
        let start = Timestamp("2026-01-01T00:00:00Z").milliseconds
        func at(_ minute: Int64) -> Timestamp { Timestamp(milliseconds: start + minute * 60_000) }
        let other = Domain(id: .new(), workspace: tenant.workspace.id, host: "other.example", createdAt: .now())
        try database.store.write { try Domains.create(other, on: $0) }
        var elsewhere = tenant
        elsewhere.domain = other
        try database.makeLink("Alpha", of: tenant, to: "https://example.com/50%25_off", tags: ["x"], createdAt: at(0))
        try database.makeLink("beta", of: tenant, tags: ["x", "y"], createdAt: at(1)) { $0.title = "100% Été_1 \\ back" }
        try database.makeLink("gamma", of: elsewhere, tags: ["y"], createdAt: at(2)) { $0.disabled = true }
        try database.makeLink("de_ta", of: elsewhere, tags: ["X"], createdAt: at(3)) { $0.externalID = "crm-4" }
        try database.makeLink("dexta", of: tenant, to: "https://example.org/ALPHAbet", createdAt: at(4))
        let stranger = try database.makeTenant(slug: "stranger")
        try database.makeLink("Alpha", of: stranger, tags: ["x", "y"], createdAt: at(2)) { $0.externalID = "crm-4" }
    }

    @Test("each filter keeps what it names, and all must hold")
    func filters() throws {
        try makeFive()
        let (one, three) = (Timestamp("2026-01-01T00:01:00Z"), Timestamp("2026-01-01T00:03:00Z"))
        let table: [((inout LinkFilter) -> Void, [String])] = [
            ({ _ in }, ["dexta", "de_ta", "gamma", "beta", "Alpha"]),
            ({ $0.host = "other.example" }, ["de_ta", "gamma"]),
            ({ $0.host = "nowhere.example" }, []),
            ({ $0.host = "go.stranger.example" }, []),
            ({ $0.tags = ["x"] }, ["beta", "Alpha"]),
            ({ $0.tags = ["x", "y"] }, ["beta"]),
            ({ $0.tags = ["X"] }, ["de_ta"]),
            ({ $0.tags = ["x", "none"] }, []),
            ({ $0.disabled = true }, ["gamma"]),
            ({ $0.disabled = false }, ["dexta", "de_ta", "beta", "Alpha"]),
            ({ $0.externalID = "crm-4" }, ["de_ta"]),
            ({ $0.createdAfter = one }, ["dexta", "de_ta", "gamma"]),
            ({ $0.createdBefore = three }, ["gamma", "beta", "Alpha"]),
            ({ $0.createdAfter = one; $0.createdBefore = three; $0.host = "other.example" }, ["gamma"]),
            ({ $0.search = SearchText("alpha") }, ["dexta", "Alpha"]),
            ({ $0.search = SearchText("ÉTÉ") }, ["beta"]),
            ({ $0.search = SearchText("example.org") }, ["dexta"]),
            ({ $0.search = SearchText("alpha"); $0.tags = ["x"] }, ["Alpha"]),
        ]
        for (change, slugs) in table {
            #expect(try list(filter(change)).map(\.slug) == slugs, "\(filter(change))")
        }
    }

    @Test("the wildcards and the escape of LIKE stand for themselves", arguments: [
        ("%", ["beta", "Alpha"]), ("_", ["de_ta", "beta", "Alpha"]), ("e_t", ["de_ta"]), ("\\", ["beta"]), ("100%", ["beta"]),
        ("%25_", ["Alpha"]), ("%%", []), ("' OR 1=1 -- ", []), ("\\%", []),
    ])
    func wildcards(_ search: String, _ slugs: [String]) throws {
        try makeFive()
        #expect(try list(filter { $0.search = SearchText(search) }).map(\.slug) == slugs)
    }

    @Test(
        "a search finds what one reads, and no other emoji",
        arguments: [
            ("🍺 x", ["beer"]), ("🍣", ["sushi"]), ("🦆 x", []), ("straße/x", ["street"]), ("STRASSE", []), ("Straße", ["street"]),
            ("stra%C3%9Fe", ["street"]), ("münchen.example", ["city"]), ("https://münchen.example/ä", ["city"]), ("münchen", ["city"]),
            ("ÜBER uns", ["city"]), ("two words", ["plus"]), ("❤\u{FE0F}x", ["❤x"]), ("cafe\u{301}", ["coffee"]),
        ])
    func readable(_ search: String, _ slugs: [String]) throws {
        for (slug, title) in [("sushi", "Sushi 🍣 x"), ("beer", "Beer 🍺 x"), ("❤x", "heart"), ("coffee", "Café")] {
            try database.makeLink(slug, of: tenant) { $0.title = title }
        }
        let urls = [
            ("street", "https://example.com/straße/x"), ("city", "https://münchen.example/ä?q=Über%20uns"),
            ("plus", "https://example.com/?q=two+words"),
        ]
        for (slug, url) in urls { try database.makeLink(slug, of: tenant, to: Destination(validating: url).text) }
        #expect(try list(filter { $0.search = SearchText(search) }).map(\.slug) == slugs)
    }

    @Test("pages follow one another without a gap or a repetition", arguments: [LinkFilter.Order.createdAt, .clicks])
    func pages(_ order: LinkFilter.Order) throws {
        for number in 0..<23 {
            let link = try database.makeLink("l\(number)", of: tenant, createdAt: Timestamp(milliseconds: Int64(number / 3)))
            if number % 4 > 0 { try addClicks(number % 4, to: link) }
        }
        let filter = filter { $0.order = order }
        var (paged, last) = ([Link](), LinkPosition?.none)
        while case let page = try list(filter, after: last, limit: 5), !page.isEmpty {
            paged += page
            last = page.last.map(position)
        }
        let whole = try list(filter)
        #expect(paged == whole && whole.count == 23)
        switch order {
        case .createdAt: #expect(whole.map(\.id) == whole.map(\.id).sorted(by: >))
        case .clicks: #expect(whole.map(\.clicks) == whole.map(\.clicks).sorted(by: >))
        }
    }

    @Test("links made and deleted between two pages neither repeat nor hide the others")
    func stablePages() throws {
        let links = try (0..<9).map { try database.makeLink("l\($0)", of: tenant, createdAt: Timestamp(milliseconds: 1000 + $0)) }
        let first = try list(limit: 3)
        #expect(first.map(\.slug) == ["l8", "l7", "l6"])
        try database.makeLink("newer", of: tenant, createdAt: Timestamp(milliseconds: 2000))
        for gone in [links[7], links[6], links[4]] { try delete(gone) }  // also the link that the cursor names
        let second = try list(after: position(try #require(first.last)), limit: 3)
        #expect(second.map(\.slug) == ["l5", "l3", "l2"])
        #expect(try list(after: position(try #require(second.last)), limit: 3).map(\.slug) == ["l1", "l0"])
    }

    @Test("a list sorted by clicks has the clicks and the time of the last")
    func clicks() throws {
        let (few, many) = (try database.makeLink("few", of: tenant), try database.makeLink("many", of: tenant))
        try addClicks(2, to: few)
        try addClicks(5, to: many)
        let never = try database.makeLink("never", of: tenant)
        let links = try list(filter { $0.order = .clicks })
        #expect(links.map(\.id) == [many.id, few.id, never.id])
        #expect(links.map(\.clicks) == [5, 2, 0])
        #expect(links.map { $0.lastClickedAt == nil } == [false, false, true])
    }
}
