import DeliveryStore
import JSON
import MariaDB
import Model
import Store
import Support
import Testing

@testable import Work

/// What a change of a link leaves behind: an event, in the bytes that are sent, and an entry of the audit log.
@Suite("Traces of links", .database)
struct TraceTests {
    private let database = TestDatabase.current
    private let tenant: Tenant
    private let work: LinkWork

    init() throws {
        tenant = try database.makeTenant()
        let author = Author(
            actor: .key(tenant.key.id), address: "192.0.2.1", userAgent: "python-requests/2.32.3", requestID: String(repeating: "5c", count: 16))
        work = LinkWork(Assignment(try Office(database), for: tenant.workspace, by: author))
    }

    private func draft(_ number: Int, _ change: (inout LinkSettings) -> Void = { _ in }) -> LinkDraft {
        var settings = LinkSettings(url: "https://example.com/products/spring-\(number)/landing-page?ref=newsletter")
        settings.title = "Spring sale \(number)"
        settings.utm.campaign = "spring"
        change(&settings)
        return LinkDraft(settings: settings, domain: tenant.domain)
    }

    private func create(_ change: (inout LinkSettings) -> Void = { _ in }) throws -> Link {
        try work.create(draft(1, change)).make().value.link
    }

    /// What the audit log tells of a link, newest first.
    private func told(_ link: Link) throws -> [JSON] {
        var filter = AuditFilter()
        filter.resource = link.id.description
        return try database.store.read { try AuditLog.list(filter, in: link.workspace, after: nil, limit: 10, on: $0) }.map { $0.json["changes"] ?? .null }
    }

    private func stored(_ action: AuditAction) throws -> [String] {
        try database.texts("SELECT changes FROM audit_log WHERE action = \(action.rawValue)").map { $0[0] }
    }

    /// Without what is null.
    private func whole(_ link: Link) -> JSON {
        .object(JSONObject(link.json(work.assignment.site).objectValue?.members.filter { !$0.value.isNull } ?? []))
    }

    // MARK: Bytes

    /// Bytes of a table for each of its rows.
    private func bytes(_ table: String) throws -> Int {
        _ = try database.texts("ANALYZE TABLE \(unsafeText: table)")
        return try database.number("SELECT data_length FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = \(table)")
            / database.number("SELECT COUNT(*) FROM \(unsafeText: table)")
    }

    @Test("the event of a created link takes less than 640 bytes of its table and the audit entry less than 520, many at once")
    func size() throws {
        for chunk in 0..<10 { try work.create((0..<1000).map { draft(chunk * 1000 + $0) }).make() }
        let (events, entries) = (try bytes("events"), try bytes("audit_log"))
        #expect(events < 640 && entries < 520, "\(events) and \(entries)")
    }

    @Test("MariaDB keeps what events and the audit log tell compressed")
    func compressed() throws {
        #expect(try database.number("""
            SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND column_type LIKE '%COMPRESSED%'
              AND (table_name, column_name) IN (('events', 'body'), ('audit_log', 'changes'))
            """) == 2)
    }

    // MARK: The audit log

    @Test("the log keeps of a link what is its own, and tells all of it but nulls: when it was made, changed and deleted")
    func recorded() throws {
        let link = try create()
        // The id is made a moment after the request has begun: in the next second now and then.
        let time = link.createdAt.rfc3339
        let ownTime = Timestamp(milliseconds: link.id.ulid.milliseconds).rfc3339 == time ? "" : #","created_at":"\#(time)""#
        #expect(try stored(.linkCreated) == [#"""
            {"after":{"url":"\#(link.settings.url)","slug":"\#(link.slug)","domain":"\#(link.host)",\#
            "title":"Spring sale 1","utm_campaign":"spring"\#(ownTime)}}
            """#])
        #expect(try told(link) == [["after": whole(link)]])
        var other = link
        other.settings.title = "Sold out"
        let changed = try work.update(link, to: other).make().value
        try work.delete(changed).make()
        #expect(try told(link) == [
            ["before": whole(changed)], ["before": ["title": "Spring sale 1"], "after": ["title": "Sold out"]], ["after": whole(link)],
        ])
    }

    @Test("what is not as usual is kept: a protected, disabled link with tags that has clicks and was changed later")
    func unusual() throws {
        var link = try create { settings in
            settings.redirectStatus = 308
            (settings.disabled, settings.indexable, settings.externalID) = (true, true, "e1")
        }
        (link.clicks, link.humanClicks, link.tags, link.settings.passwordHash) = (7, 5, ["a"], "hash")
        link.createdAt = link.createdAt.adding(seconds: -60)
        link.updatedAt = link.createdAt.adding(seconds: 60)
        link.lastClickedAt = link.updatedAt
        try work.delete(link).make()
        #expect(try told(link)[0] == ["before": whole(link)])
    }

    @Test("an entry of the version before has its id, and is told as it is stored")
    func former() throws {
        let link = try create()
        let stored: JSON = ["id": "lnk_1", "url": "https://example.com/", "clicks": 0]
        #expect(RecordedLink.told(stored, id: "lnk_2") == stored)
        #expect(RecordedLink.told(whole(link), id: "lnk_2") == whole(link))
    }

    @Test("a member that only a newer version knows is told, too; so is another port than that of HTTPS")
    func newer() throws {
        var link = try create()
        (link.host, link.slug) = ("go.test", "a")
        let site = SiteConfiguration(apiHost: "api.test", linkHost: "go.test", linkPort: 8443)
        guard case .object(var stored) = RecordedLink.stored(link, site) else { throw TestFailure("no object") }
        #expect(stored["short_url"] == "https://go.test:8443/a")
        stored["later"] = 1
        let told = RecordedLink.told(.object(stored), id: link.id.description)
        #expect(told["later"] == 1)
        for member in link.json(site).objectValue?.members ?? [] where !member.value.isNull {
            #expect(told[member.name] == member.value, "\(member.name)")
        }
    }

    @Test("an earlier attempt's deletion is known by what the log keeps")
    func earlier() throws {
        let link = try create()
        try work.delete(link).make()
        let earlier = try work.assignment.earlierChanges(since: link.createdAt.adding(seconds: -60))
        #expect(earlier.effects == [.links(Set(link.places))])
    }

    // MARK: Events

    @Test("an event's body is the whole link, null and usual members included")
    func event() throws {
        let link = try create()
        let body = try database.texts("SELECT body FROM events")[0][0]
        #expect(try JSON.parse(Array(body.utf8))["data"] == link.json(work.assignment.site))
    }
}
