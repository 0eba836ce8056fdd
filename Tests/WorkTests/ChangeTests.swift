import JSON
import LinkStore
import MariaDB
import Model
import Store
import Support
import Testing

@testable import Work

/// Use cases, as anything may call them that is no HTTP request: `maskctl`, and whatever comes.
@Suite("Changes", .database)
struct ChangeTests {
    private let database = TestDatabase.current
    private let tenant: Tenant
    private let work: Assignment

    init() throws {
        tenant = try database.makeTenant()
        work = Assignment(try Office(database), for: tenant.workspace, by: .maskctl("ada"))
    }

    private func draft(_ slug: String? = nil) throws -> LinkDraft {
        LinkDraft(
            settings: LinkSettings(url: "https://example.com/menu"), domain: tenant.domain,
            slug: try slug.map { try Slug(validating: $0) })
    }

    private func stored(_ id: LinkID) throws -> Link? {
        try database.store.read { try Links.find(id, in: tenant.workspace.id, on: $0) }
    }

    /// What stands in the audit log and in the outbox, and how many answers are kept.
    private func traces() throws -> [[String]] {
        try database.texts("SELECT actor, action FROM audit_log ORDER BY id")
            + database.texts("SELECT 'event', type FROM events ORDER BY id")
            + database.texts("SELECT 'answers', CAST(COUNT(*) AS CHAR) FROM idempotency_keys")
    }

    @Test("a change is decided upon first, and nothing is there before it is made; then all of it is")
    func made() throws {
        let change = try LinkWork(work).create(try draft("menu"))
        #expect(try traces() == [["answers", "0"]])
        let outcome = try change.make()
        #expect(outcome.isChange && outcome.effects == [.links([Place(host: tenant.domain.host, slug: "menu")])])
        #expect(try stored(outcome.value.link.id)?.settings.url == "https://example.com/menu")
        #expect(try traces() == [["maskctl:ada", "link.created"], ["event", "link.created"], ["answers", "0"]])
    }

    @Test("what is refused has left no trace")
    func refused() throws {
        try LinkWork(work).create(try draft("menu")).make()
        let before = try traces()
        #expect(throws: Refusal.slugTaken("menu")) { try LinkWork(work).create(try draft("menu")).make() }
        var full = tenant.workspace
        full.quotas[.links] = 1
        let bounded = Assignment(work.office, for: full, by: work.author)
        #expect(throws: Refusal.quotaExceeded(.links, of: full)) { try LinkWork(bounded).create(try draft()) }
        #expect(try traces() == before)
    }

    @Test("where nothing differs nothing is written, and whoever may not have heard of the last change is told")
    func nothing() throws {
        let link = try LinkWork(work).create(try draft("menu")).make().value.link
        let before = try traces()
        let outcome = try LinkWork(work).update(link, to: link).make()
        #expect(!outcome.isChange && outcome.effects == [.links(Set(link.places))])
        let later = Assignment(work.office, for: tenant.workspace, by: work.author, at: work.now.adding(seconds: 3600))
        #expect(try LinkWork(later).update(link, to: link).make().effects.isEmpty)
        #expect(try traces() == before)
    }

    @Test("of two changes of the same state the second is not made")
    func twice() throws {
        let link = try LinkWork(work).create(try draft("menu")).make().value.link
        var (first, second) = (link, link)
        (first.settings.title, second.settings.title) = ("first", "second")
        #expect(try LinkWork(work).update(link, to: first).make().value.version == 2)
        let error = #expect(throws: (any Error).self) { try LinkWork(work).update(link, to: second).make() }
        #expect(error?.isChangedMeanwhile == true)
        #expect(try stored(link.id)?.settings.title == "first")
    }

    // MARK: Receipts

    private func receipt(_ byte: UInt8, at time: Timestamp = .now()) -> Receipt<String> {
        let place = IdempotentAnswer(
            workspace: tenant.workspace.id, digest: [UInt8](repeating: byte, count: 32),
            fingerprint: [UInt8](repeating: 0, count: 32), createdAt: time)
        return Receipt(place: place) { value, effects in
            var answer = place
            (answer.status, answer.body, answer.effects) = (201, Array(value.utf8), effects.stored)
            return answer
        }
    }

    private func answer(_ byte: UInt8) throws -> IdempotentAnswer? {
        try database.store.read {
            try IdempotencyKeys.find(digest: [UInt8](repeating: byte, count: 32), in: tenant.workspace.id, at: .now(), on: $0)
        }
    }

    @Test("its answer is stored with it, whether what it comes to is known before or after; neither is there without the other")
    func receipts() throws {
        try LinkWork(work).create(try draft("menu")).map(\.link.slug).make(with: receipt(1))
        #expect(try answer(1)?.body == Array("menu".utf8))
        #expect(try answer(1)?.effects == [Effect.links([Place(host: tenant.domain.host, slug: "menu")])].stored)
        let page = try PageWork(work).create(.init([:]), on: tenant.domain, slug: try Slug(validating: "page"))
        try page.map(\.slug).make(with: receipt(2))
        #expect(try answer(2)?.body == Array("page".utf8))
        // The same slug again: refused, and no answer says otherwise.
        #expect(throws: Refusal.slugTaken("page")) {
            try PageWork(work).create(.init([:]), on: tenant.domain, slug: try Slug(validating: "page")).map(\.slug).make(with: receipt(3))
        }
        #expect(throws: Refusal.slugTaken("menu")) { try LinkWork(work).create(try draft("menu")).map(\.link.slug).make(with: receipt(4)) }
        #expect(try answer(3) == nil && answer(4) == nil)
    }

    @Test("under a key that has an answer nothing is changed; one that is older than a day makes room")
    func answered() throws {
        try LinkWork(work).create(try draft("one")).map(\.link.slug).make(with: receipt(1))
        let error = #expect(throws: MariaDBError.self) {
            try LinkWork(work).create(try draft("two")).map(\.link.slug).make(with: receipt(1))
        }
        #expect(error?.isIdempotencyKeyTaken == true)
        #expect(try answer(1)?.body == Array("one".utf8))
        try database.connect().execute("UPDATE idempotency_keys SET created_at = created_at - INTERVAL 25 HOUR")
        try LinkWork(work).create(try draft("two")).map(\.link.slug).make(with: receipt(1))
        #expect(try answer(1)?.body == Array("two".utf8))
    }

    // MARK: Many at once

    @Test("of many links each has its result in its place, and those that are refused do not keep the others back")
    func bulk() throws {
        try LinkWork(work).create(try draft("taken")).make()
        let outcome = try LinkWork(work).create([try draft("a"), try draft("taken"), try draft(), try draft("a")]).make()
        #expect(outcome.value.map { (try? $0.get())?.link.slug == "a" } == [true, false, false, false])
        #expect(outcome.value.map(\.refusal) == [nil, .slugTaken("taken"), nil, .slugTaken("a")])
        #expect(try traces().filter { $0 == ["event", "link.created"] }.count == 3)
        let ids = outcome.value.compactMap { try? $0.get().link.id }
        let gone = LinkID.new()
        let changed = try LinkWork(work).update((ids + [gone]).map { id in
            LinkWork.Wanted(id) { link in
                var link = link
                link.settings.title = "renamed"
                return link
            }
        }).make()
        #expect(changed.value.map(\.refusal) == [nil, nil, .unknownLink])
        #expect(try stored(ids[1])?.settings.title == "renamed")
        let deleted = try LinkWork(work).delete(ids + [gone], after: []).make()
        #expect(deleted.value == Set(ids))
        #expect(try !LinkWork(work).delete(ids, after: []).make().isChange)
    }
}

extension Result where Failure == Refusal {
    fileprivate var refusal: Refusal? { if case .failure(let refusal) = self { refusal } else { nil } }
}
