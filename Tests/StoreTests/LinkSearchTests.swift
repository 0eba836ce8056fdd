import Crypto
import LinkStore
import MariaDB
import Store
import Support
import Testing

@testable import Model
@testable import Text

@Suite("Searches of texts", .database)
struct LinkSearchTests {
    private let database = TestDatabase.current
    private let tenant: Tenant

    init() throws { tenant = try database.makeTenant() }

    private func search(_ text: String, _ order: LinkFilter.Order = .createdAt) throws -> [String] {
        var filter = LinkFilter()
        (filter.search, filter.order) = (SearchText(text), order)
        return try database.store.read { try Links.list(filter, in: tenant.workspace.id, after: nil, limit: 100, on: $0).map(\.slug) }
    }

    private func change(_ statement: SQL) throws { try database.administratorStore.write { _ = try $0.execute(statement) } }

    private func texts() throws -> Int {
        try database.store.read { try $0.query("SELECT COUNT(text) FROM link_texts").first?.integer(0) ?? 0 }
    }

    @Test("what MariaDB takes for the same character is folded to the same form")
    func sameCharacters() throws {
        var forms: [String: [UInt8]] = [:]
        for range in FoldedText.known {
            let rows = try database.administratorStore.read { connection in
                try connection.query("""
                    SELECT seq, HEX(WEIGHT_STRING(
                      CONVERT(CONVERT(UNHEX(LPAD(HEX(seq), 8, '0')) USING utf32) USING utf8mb4) COLLATE utf8mb4_unicode_520_ci))
                    FROM seq_32_to_195000 WHERE seq BETWEEN \(Int(range.lowerBound)) AND \(Int(range.upperBound))
                    """).map { (try $0.integer(0), try $0.string(1)) }
            }
            // Marks have no weight: LIKE takes them for one another.
            for (code, weight) in rows where !weight.isEmpty {
                let scalar = try #require(UInt32(exactly: code).flatMap(Unicode.Scalar.init))
                let form = try #require(FoldedText.fold(String(scalar)))
                #expect(forms[weight, default: form] == form, "U+\(String(code, radix: 16))")
                forms[weight] = form
            }
        }
        #expect(forms.count > 70_000)
    }

    @Test("find parts of international hosts, accents left out, and what is long or has unknown letters", arguments: [
        ("ünchen.exam", ["city"]), ("munchen", ["city"]), ("e?q=uber", ["city"]), ("end-of-it", ["long"]), ("𝐁old", ["maths"]),
        ("bold", ["maths"]), ("नमस्ते", ["hindi"]), ("\u{1F}", []), ("city\u{1F}", []), ("nothing", []),
    ])
    func finds(_ text: String, _ slugs: [String]) throws {
        let city = try Destination(validating: "https://münchen.example/straße?q=Über%20uns").text
        try database.makeLink("city", of: tenant, to: city)
        try database.makeLink("long", of: tenant, to: "https://example.com/\(String(repeating: "x", count: 800))end-of-it")
        try database.makeLink("maths", of: tenant) { $0.title = "𝐁old" }
        try database.makeLink("hindi", of: tenant) { $0.title = "नमस्ते" }
        #expect(try texts() == 1)
        for order in [LinkFilter.Order.createdAt, .clicks] { #expect(try search(text, order) == slugs) }
    }

    @Test("go by what links have now, made one by one or many at once, changed and deleted")
    func changes() throws {
        var link = try database.makeLink("one", of: tenant, to: "https://example.com/before")
        link.settings.url = "https://example.com/after"
        try database.store.write { connection in
            try connection.transaction {
                try Links.update(link, on: $0)
                try LinkTexts.replace(of: [link], on: $0)
            }
        }
        #expect(try search("before").isEmpty)
        #expect(try search("after") == ["one"])
        var other = link
        (other.id, other.slug, link.id) = (.new(), "two", .new())  // the slug of the first is taken
        let inserted = try database.store.write { connection in try connection.transaction { try Links.insert([other, link], on: $0) } }
        #expect(inserted == [other.id])
        #expect(try search("after") == ["two", "one"])
        try database.store.write { connection in try connection.transaction { try Links.delete([other], on: $0) } }
        #expect(try search("after") == ["one"])
        #expect(try texts() == 1)
    }

    @Test("pass over blocks that cannot have it, and find the same as without: also what is new, changed and without a text")
    func blocks() throws {
        let words = ["alpha", "beta", "gamma", "delta", "straße", "🍣"]
        let model = try database.makeLink("model", of: tenant)
        let links = (0..<3100).map { number in
            var link = model
            link.id = LinkID(ULID(milliseconds: Timestamp("2026-01-01T00:00:00Z").milliseconds + Int64(number)))
            link.slug = "n\(number)"
            link.settings.title = number % 700 == 0 ? words[number / 700] : number == 2222 ? "𝐁old" : nil
            return link
        }
        let inserted = try database.store.write { connection in try connection.transaction { try Links.insert(links, on: $0) } }
        #expect(inserted.count == 3100)
        let searches = words + ["n77", "n3099", "n1234", "example.com/", "na", "n3 ", "bold", "model", "changed", "none of all", "STRASSE"]
        func found() throws -> [[String]] {
            try searches.flatMap { text in try [.createdAt, .clicks].map { try search(text, $0) } }
        }
        func blocks() throws -> Int { try database.number("SELECT COUNT(*) FROM link_text_blocks") }
        let before = try found()
        for _ in 0..<2 {
            try LinkTextBlocks.build(in: database.administratorStore, at: .now())
            #expect(try blocks() == 3)
        }
        #expect(try found() == before)

        var changed = links[1500]
        changed.settings.title = "Changed"
        try database.store.write { connection in
            try connection.transaction {
                try Links.update(changed, on: $0)
                try LinkTexts.replace(of: [changed], on: $0)
            }
        }
        #expect(try blocks() == 2)
        #expect(try search("changed") == ["n1500"])
        try LinkTextBlocks.build(in: database.administratorStore, at: .now())
        #expect(try blocks() == 3)
        #expect(try search("changed") == ["n1500"])
        let kept = try blocks()
        try database.store.write { connection in
            try connection.transaction { try LinkTexts.replace(of: [model] + links[3050...].reversed(), on: $0) }
        }
        #expect(try blocks() == kept, "these are in no block")
        try database.store.write { connection in
            try connection.transaction { try LinkTexts.replace(of: [links[2999], links[1000], model, links[999]], on: $0) }
        }
        #expect(try blocks() == 0, "the last of the first, the first of the second, and the last of the third")
        // As another host might have made it meanwhile.
        try change("""
            INSERT INTO link_text_blocks VALUES
            (\(tenant.workspace.id), \(links[1499].id), \(links[500].id), REPEAT(CHAR(255), 8192))
            """)
        try LinkTextBlocks.build(in: database.administratorStore, at: .now())
        #expect(try database.number("""
            SELECT COUNT(*) FROM link_text_blocks a JOIN link_text_blocks b USING (workspace_id)
            WHERE a.last_link <> b.last_link AND a.last_link > b.after_link AND a.after_link < b.last_link
            """) == 0)
        #expect(try search("changed") == ["n1500"])
        try change("DELETE FROM link_text_blocks")
        let whole = try found()
        try LinkTextBlocks.build(in: database.administratorStore, at: .now())
        #expect(try found() == whole)
    }

    @Test("pass over blocks in a sandbox, too; those of what has gone can go")
    func sandbox() throws {
        let model = try database.makeLink("model", of: tenant)
        let sandbox = tenant.workspace.id.sandbox
        let links = (0..<2000).map { number in
            var link = model
            (link.id, link.workspace) = (LinkID(ULID(milliseconds: Timestamp("2026-01-01T00:00:00Z").milliseconds + Int64(number))), sandbox)
            link.slug = "n\(number)"
            return link
        }
        _ = try database.store.write { connection in try connection.transaction { try Links.insert(links, on: $0) } }
        var key = tenant.key
        (key.id, key.isTest) = (.new(), true)
        try database.store.write { [key] in try APIKeys.create(key, digest: sha256("test"), on: $0) }
        func blocks() throws -> Int { try database.number("SELECT COUNT(*) FROM link_text_blocks WHERE workspace_id = \(sandbox)") }
        try LinkTextBlocks.build(in: database.administratorStore, at: .now())
        #expect(try blocks() == 2)
        try database.administratorStore.write { try LinkTextBlocks.forget(before: links[1999].id, in: sandbox, on: $0) }
        #expect(try blocks() == 1)
        try LinkTextBlocks.build(in: database.administratorStore, at: .now())
        #expect(try blocks() == 2, "while its links are there they have one")
    }

    @Test("find every link while texts are missing and after; the pass goes on where it was left, and again after a day")
    func pass() throws {
        for number in 0..<3 { try database.makeLink("link\(number)", of: tenant) }
        let stranger = try database.makeTenant(slug: "stranger")
        try database.makeLink("link9", of: stranger)
        let begin = Timestamp("2026-03-01T00:00:00Z")
        try change("DELETE FROM link_texts")
        try change("UPDATE link_text_passes SET complete = FALSE, since = \(begin)")
        #expect(try search("link") == ["link2", "link1", "link0"])
        try change("UPDATE link_text_passes SET begun_at = \(begin), last_workspace = \(tenant.workspace.id)")
        #expect(try database.store.read { try LinkTextPass.isDue(at: begin, on: $0) })

        var told: [Int] = []
        try LinkTextPass.run(in: database.administratorStore, at: begin.adding(seconds: 60)) { told.append($0) }
        #expect(told.last == 4, "the place was before all links")
        #expect(try texts() == 4)
        // A worker of the version before.
        try change("UPDATE links SET slug = 'moved' WHERE slug = 'link1'")
        for id in [LinkID(ULID(value: 1)), .new()] {
            for workspace in [tenant.workspace.id, stranger.workspace.id] {
                try change("INSERT INTO link_texts VALUES (\(workspace), \(id), 'gone')")
            }
        }
        #expect(try search("moved") == ["moved"])
        #expect(try !database.store.read { try LinkTextPass.isDue(at: begin.adding(seconds: 3600), on: $0) })
        let nextDay = begin.adding(days: 1)
        #expect(try database.store.read { try LinkTextPass.isDue(at: nextDay, on: $0) })
        try LinkTextPass.run(in: database.administratorStore, at: nextDay)
        #expect(try database.store.read { try LinkTextPass.isComplete(on: $0) })
        #expect(try search("moved") == ["moved"])
        #expect(try search("link") == ["link2", "link0"])
        #expect(try texts() == 4, "those whose link is gone are gone")
    }
}
