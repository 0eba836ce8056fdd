import Foundation
import LinkStore
import MariaDB
import Model
import Store
import Support
import Testing

@Suite("Links in the database", .database)
struct LinksTests {
    let database = TestDatabase.current

    private func find(_ link: Link) throws -> Link? {
        try database.store.read { try Links.find(link.id, in: link.workspace, on: $0) }
    }

    private func update(_ link: Link) throws {
        try database.store.write {
            try $0.transaction { connection in
                try Links.update(link, on: connection)
                try Links.replaceTags(of: [link], on: connection)
            }
        }
    }

    private func delete(_ link: Link) throws {
        try database.store.write {
            try $0.transaction { try Links.delete([link], on: $0) }
        }
    }

    private func rows(of table: String) throws -> Int {
        try database.connect().query("SELECT COUNT(*) FROM \(unsafeText: table)")[0].integer(0)
    }

    @Test("links with any number of tags are made by seven statements, and have just these tags")
    func statementsOfTags() throws {
        let tenant = try database.makeTenant()
        var texts: Set<String> = []
        for count in 0...20 {
            let tags = (0..<count).map { "tag-\($0)" }
            let link = try database.makeLink("s\(count)", of: tenant, tags: tags)
            texts.insert(Links.creation(of: link).map(\.text).joined(separator: ";"))
            let stored = try database.connect().query("SELECT tag FROM link_tags WHERE link_id = \(link.id)").map { try $0.string(0) }
            #expect(stored.sorted() == tags.sorted())
            #expect(try find(link)?.tags == tags)
        }
        #expect(texts.count == 7)
    }

    @Test("a tag that was stored with the mark of colour is found by its letters once the schema is up to date")
    func spellingOfTags() throws {
        let tenant = try database.makeTenant()
        let link = try database.makeLink("cup", of: tenant, tags: ["\u{2615}\u{FE0F}", "\u{2708}\u{FE0F}", "\u{2708}", "plain"])
        let migration = try #require(try Migrations.all().first { $0.name == "0053_tags_spelling" })
        for _ in 1...2 { try database.connect().runScript(migration.sql) }
        let stored = try database.connect().query("SELECT tag FROM link_tags WHERE link_id = \(link.id)").map { try $0.string(0) }
        #expect(stored.sorted() == ["plain", "\u{2615}", "\u{2708}"].sorted())
        #expect(try find(link)?.tags.first == "\u{2615}")
    }

    @Test("a link comes back as it was stored, to the byte")
    func roundTrip() throws {
        let tenant = try database.makeTenant()
        let created = Timestamp("2026-01-31T23:59:59Z")
        let link = try database.makeLink(
            "Ünï-🦊", of: tenant, to: "https://example.com/a%20b?c=%F0#d\\'\"", tags: ["zebra", "apple", "été"], createdAt: created
        ) {
            $0.title = "It's 100% \\ \u{1F98A}\n"
            $0.utm = UTM(source: "a", medium: "b", campaign: "c", term: "d", content: "e")
            $0.startsAt = Timestamp("2026-02-01T00:00:00Z")
            $0.expiresAt = Timestamp("2099-02-01T00:00:00Z")
            $0.maxClicks = 4_000_000_000
            $0.expiredURL = "https://example.com/over"
            $0.passwordHash = "scrypt$…".replacingOccurrences(of: "…", with: "abc")
            $0.redirectStatus = 308
            $0.disabled = true
            $0.externalID = "crm-1"
        }
        #expect(try find(link) == link)
    }

    @Test("a link that says nothing comes back with nothing")
    func bareLink() throws {
        let link = try database.makeLink("bare", of: try database.makeTenant())
        #expect(try find(link) == link)
    }

    @Test("the longest destination is kept whole")
    func longDestination() throws {
        let url = "https://example.com/" + String(repeating: "x", count: 8192 - 20)
        let link = try database.makeLink("long", of: try database.makeTenant(), to: url)
        #expect(try find(link)?.settings.url == url)
    }

    @Test("a change replaces what it says, raises the version and keeps the rest")
    func change() throws {
        var link = try database.makeLink("a", of: try database.makeTenant(), tags: ["one", "two"]) { $0.title = "before" }
        link.settings.title = nil
        link.settings.externalID = "x"
        link.tags = ["two", "three"]
        try update(link)
        let stored = try #require(try find(link))
        link.version = 2
        #expect(stored == link)
    }

    @Test("a change of a version that is no longer there is refused and leaves nothing behind")
    func staleChange() throws {
        var link = try database.makeLink("a", of: try database.makeTenant(), tags: ["one"])
        try update(link)
        link.settings.title = "late"
        link.tags = ["late"]
        #expect(throws: ChangedMeanwhile.self) { try update(link) }
        let stored = try #require(try find(link))
        #expect(stored.settings.title == nil && stored.tags == ["one"] && stored.version == 2)
    }

    @Test("a deleted link is gone with its tags and totals, once")
    func deletion() throws {
        let link = try database.makeLink("a", of: try database.makeTenant(), tags: ["one", "two"])
        _ = try database.store.write { try Links.takeClick(of: link.id, in: link.workspace, maximum: 5, request: randomID(), on: $0) }
        try delete(link)
        #expect(try find(link) == nil)
        for table in ["links", "link_tags", "link_totals", "link_budgets"] { #expect(try rows(of: table) == 0) }
        #expect(throws: ChangedMeanwhile.self) { try delete(link) }
    }

    // MARK: Refusals

    @Test("a slug is taken on its domain only, and only in its own case")
    func slugs() throws {
        let (one, two) = (try database.makeTenant(slug: "one"), try database.makeTenant(slug: "two"))
        try database.makeLink("Abc", of: one)
        for (slug, tenant) in [("abc", one), ("ABC", one), ("Abc ", one), ("Äbc", one), ("Abc", two)] {
            try database.makeLink(slug, of: tenant)
        }
        #expect(throws: Links.Refusal.slugTaken) { try database.makeLink("Abc", of: one) }
        var link = try database.makeLink("other", of: one)
        link.slug = "Abc"
        #expect(throws: Links.Refusal.slugTaken) { try update(link) }
    }

    @Test("an external id is taken in its workspace only; any number of links have none")
    func externalIDs() throws {
        let (one, two) = (try database.makeTenant(slug: "one"), try database.makeTenant(slug: "two"))
        try database.makeLink("a", of: one) { $0.externalID = "crm-1" }
        try database.makeLink("b", of: one)
        try database.makeLink("c", of: one)
        try database.makeLink("d", of: one) { $0.externalID = "CRM-1" }
        try database.makeLink("a", of: two) { $0.externalID = "crm-1" }
        #expect(throws: Links.Refusal.externalIDTaken) { try database.makeLink("e", of: one) { $0.externalID = "crm-1" } }
    }

    @Test("a refused link leaves no tag, audit entry or event behind")
    func refusedWhole() throws {
        let tenant = try database.makeTenant()
        try database.makeLink("a", of: tenant, tags: ["t"])
        #expect(throws: Links.Refusal.slugTaken) { try database.makeLink("a", of: tenant, tags: ["u", "v"]) }
        for table in ["links", "link_tags", "audit_log", "events"] { #expect(try rows(of: table) == 1) }
    }

    @Test("of many creates of one slug at the same time exactly one wins")
    func race() throws {
        let (database, tenant) = (database, try database.makeTenant())
        let won = try inParallel(32) { _ in
            do {
                try database.makeLink("race", of: tenant, tags: ["t"])
                return true
            } catch Links.Refusal.slugTaken {
                return false
            }
        }
        #expect(won.filter { $0 }.count == 1)
        for table in ["links", "link_tags", "audit_log", "events"] { #expect(try rows(of: table) == 1) }
    }

    @Test("another workspace's link is not found")
    func otherWorkspace() throws {
        let (one, two) = (try database.makeTenant(slug: "one"), try database.makeTenant(slug: "two"))
        var link = try database.makeLink("a", of: one)
        link.workspace = two.workspace.id
        #expect(try find(link) == nil)
        #expect(throws: ChangedMeanwhile.self) { try update(link) }
        #expect(throws: ChangedMeanwhile.self) { try delete(link) }
    }

    // MARK: The click budget

    @Test("from 32 threads exactly the budget is given out", arguments: [1, 7, 100])
    func budget(_ maximum: Int) throws {
        let (store, link) = (database.store, try database.makeLink("b", of: try database.makeTenant()))
        let given = try inParallel(32) { _ in
            try (0..<8).filter { _ in
                try store.write { try Links.takeClick(of: link.id, in: link.workspace, maximum: maximum, request: randomID(), on: $0) }
            }.count
        }
        #expect(given.reduce(0, +) == maximum)
    }

    @Test("a request that comes again has what it took, whatever others took meanwhile, and takes no more")
    func repeatedRequest() throws {
        let (store, link) = (database.store, try database.makeLink("b", of: try database.makeTenant()))
        @Sendable func take(_ request: [UInt8]) throws -> Bool {
            try store.write { try Links.takeClick(of: link.id, in: link.workspace, maximum: 100, request: request, on: $0) }
        }
        let requests = (0..<100).map { _ in randomID() }
        // Each is asked by two pools at a time, and again by one of them.
        let answers = try inParallel(8) { number in
            try requests.indices.filter { $0 % 4 == number % 4 }.map { try take(requests[$0]) && take(requests[$0]) }
        }
        #expect(answers.joined().allSatisfy { $0 })
        #expect(try take(requests[0]) && !take(randomID()) && take(requests[99]))
    }

    private func randomID() -> [UInt8] { (0..<16).map { _ in .random(in: .min ... .max) } }

    @Test("a budget that was raised gives out the difference, a lowered one nothing")
    func changedBudget() throws {
        let (store, link) = (database.store, try database.makeLink("b", of: try database.makeTenant()))
        func given(_ maximum: Int) throws -> Int {
            try (0..<10).filter { _ in
                try store.write { try Links.takeClick(of: link.id, in: link.workspace, maximum: maximum, request: randomID(), on: $0) }
            }.count
        }
        #expect(try [3, 3, 5, 2, 0].map(given) == [3, 0, 2, 0, 0])
    }
}
