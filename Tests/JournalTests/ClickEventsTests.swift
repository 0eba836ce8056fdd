import DeliveryStore
import JSON
import Foundation
import HTTP
import Logging
import MariaDB
import Model
import Store
import Support
import Testing
import Webhooks

@testable import Journal

/// Which clicks become events. What senders do with them: StoreTests/OutboxTests.
@Suite("Clicks as events", .database)
struct ClickEventsTests {
    private let folder = try! TemporaryFolder("spool")
    private let database = TestDatabase.current
    private let tenant: Tenant
    private let (viral, quiet): (Link, Link)

    init() throws {
        tenant = try database.makeTenant()
        viral = try database.makeLink("viral", of: tenant, tags: ["red", "x"])
        quiet = try database.makeLink("quiet", of: tenant, tags: ["blue"])
        try database.connect().execute("DELETE FROM events")
    }

    private func append(
        _ clicks: [(link: LinkID, count: Int)], of workspace: WorkspaceID? = nil, from first: Int = 0
    ) throws {
        let writer = try JournalWriter(directory: folder.path)
        var number = first
        for (link, count) in clicks {
            for _ in 0..<count {
                try writer.append(line(number, workspace ?? tenant.workspace.id, link))
                number += 1
            }
        }
    }

    /// What a loader that has just begun does until nothing is left.
    private func load() throws {
        var loader = JournalLoader(directory: folder.path, store: database.store, logger: .silent)
        while try (loader.load()?.clicks ?? 1) > 0 {}
    }

    @discardableResult
    private func endpoint(
        _ filter: EventFilter = EventFilter(), events: [String] = ["click.recorded"], enabled: Bool = true
    ) throws -> WebhookID {
        try database.makeWebhook(of: tenant, events: events, filter: filter, enabled: enabled).id
    }

    private func events(_ link: LinkID? = nil) throws -> Int {
        let text = "%" + (link?.description ?? "") + "%"
        return try database.number("SELECT COUNT(*) FROM events WHERE type = 'click.recorded' AND body LIKE \(text)")
    }

    private func dropped(_ webhook: WebhookID) throws -> Int {
        try database.number("SELECT CAST(SUM(dropped) AS SIGNED) FROM webhook_lanes WHERE webhook_id = \(webhook)")
    }

    private func deliveries(_ webhook: WebhookID) throws -> Int {
        try database.number("SELECT COUNT(*) FROM webhook_deliveries WHERE webhook_id = \(webhook)")
    }

    @Test("an event tells of the click and of its link")
    func body() throws {
        try endpoint()
        try append([(quiet.id, 1)])
        try load()
        let event = try #require(try database.store.read {
            try Events.list(type: .clickRecorded, in: tenant.workspace.id, after: nil, limit: 2, on: $0)
        }.first)
        let json = try JSON.parse(event.body)
        #expect(json["id"]?.stringValue == event.id.description && json["type"] == "click.recorded")
        #expect(json["data"] == [
            "link_id": .string(quiet.id.description), "domain": .string(tenant.domain.host), "slug": "quiet",
            "tags": ["blue"], "clicked_at": "2026-11-18T10:13:20Z", "country": "DE", "city": "Köln", "device": "desktop",
            "browser": "Firefox", "os": "Linux", "referrer": "example.com", "utm_source": nil, "utm_medium": nil,
            "utm_campaign": nil, "bot": false, "first_visit": true, "trigger": "click",
        ])
    }

    @Test("nothing is written for nobody: no endpoint, a disabled one, one that wants other events, or another workspace's")
    func nobody() throws {
        let others = [try endpoint(enabled: false), try endpoint(events: ["link.*"])]
        try database.makeWebhook(of: try database.makeTenant(slug: "other"))
        try append([(viral.id, 20)])
        try load()
        #expect(try events() == 0)
        for webhook in others { #expect(try dropped(webhook) == 0) }
    }

    @Test("a click becomes an event where a filter by link, domain or tag lets it through, and is delivered then")
    func filters() throws {
        let host = tenant.domain.host
        let counts: [(EventFilter, Int)] = [
            (EventFilter(link: quiet.id), 3), (EventFilter(tag: "red"), 5), (EventFilter(tag: "re"), 0),
            (EventFilter(host: host), 8), (EventFilter(host: "elsewhere.example"), 0),
            (EventFilter(link: viral.id, host: host, tag: "x"), 5), (EventFilter(link: viral.id, tag: "blue"), 0),
        ]
        for (filter, count) in counts {
            try database.connect().execute("DELETE FROM webhooks")
            try database.connect().execute("DELETE FROM events")
            try database.connect().execute("DELETE FROM recorded_clicks")
            let webhook = try endpoint(filter)
            try append([(viral.id, 5), (quiet.id, 3)])
            try load()
            #expect(try events() == count, "\(filter)")
            try database.pickUpAll(.clicks)
            #expect(try deliveries(webhook) == count && dropped(webhook) == 0, "\(filter)")
        }
    }

    @Test("a click of a link that was deleted meanwhile tells the link's id alone, and passes a filter by link alone")
    func deletedLink() throws {
        try append([(quiet.id, 2)])
        try database.connect().execute("DELETE FROM links WHERE id = \(quiet.id)")
        let byLink = try endpoint(EventFilter(link: quiet.id))
        let byHost = try endpoint(EventFilter(host: tenant.domain.host))
        try load()
        let bodies = try database.texts("SELECT body FROM events").map { try JSON.parse(Array($0[0].utf8))["data"] }
        #expect(bodies.count == 2)
        for data in bodies {
            #expect(data?["link_id"]?.stringValue == quiet.id.description)
            #expect(data?["domain"] == .null && data?["slug"] == .null && data?["tags"] == [])
        }
        try database.pickUpAll(.clicks)
        #expect(try deliveries(byLink) == 2 && deliveries(byHost) == 0)
    }

    @Test("an endpoint that is told of one quiet link has all its clicks, whatever a viral one does beside it")
    func fairness() throws {
        let (all, one) = (try endpoint(), try endpoint(EventFilter(link: quiet.id)))
        try append([(viral.id, 1500), (quiet.id, 7)])
        try load()
        #expect(try events(viral.id) == 1000 && events(quiet.id) == 7)
        #expect(try dropped(all) == 500 && dropped(one) == 0)
        try database.pickUpAll(.clicks)
        #expect(try deliveries(all) == 1007 && deliveries(one) == 7)
    }

    @Test("what is dropped is counted at those that wanted it: not at others, disabled ones, or those who want no clicks")
    func dropping() throws {
        let wanting = [try endpoint(), try endpoint(EventFilter(tag: "red")), try endpoint(events: ["*"])]
        let others = [
            try endpoint(EventFilter(tag: "blue")), try endpoint(events: ["link.*"]), try endpoint(enabled: false),
        ]
        try append([(viral.id, 1234)])
        try load()
        #expect(try events() == 1000)
        for webhook in wanting { #expect(try dropped(webhook) == 234) }
        for webhook in others { #expect(try dropped(webhook) == 0) }
    }

    @Test("10,000 clicks may wait for an endpoint; the newest are dropped, and one with room is told all the same")
    func room() throws {
        let full = try endpoint()
        try database.connect().execute("UPDATE webhook_lanes SET waiting = 9990 WHERE lane = 1")
        try append([(viral.id, 25)])
        try load()
        #expect(try events() == 10 && dropped(full) == 15)
        let told = try database.texts("SELECT JSON_VALUE(body, '$.data.clicked_at') FROM events ORDER BY 1").map { $0[0] }
        #expect(told.first == "2026-11-18T10:13:20Z" && told.last == "2026-11-18T10:13:29Z")
        let other = try endpoint(EventFilter(link: viral.id))
        try append([(viral.id, 30), (quiet.id, 2)], from: 100)
        try load()
        #expect(try events() == 40)
        #expect(try dropped(full) == 17 && dropped(other) == 0)
    }

    @Test("while no sender runs no more than 10,000 clicks of a workspace wait to be picked up")
    func unpicked() throws {
        let (full, free) = (try endpoint(), try database.makeTenant(slug: "free"))
        try database.makeWebhook(of: free)
        try database.makeEvents(9990, of: tenant, type: .clickRecorded)
        try database.makeEvents(500, of: tenant)  // changes take no room
        try append([(viral.id, 25)])
        try append([(LinkID.new(), 12)], of: free.workspace.id, from: 100)
        try load()
        #expect(try events(viral.id) == 10 && dropped(full) == 15)
        #expect(try database.number("SELECT COUNT(*) FROM events WHERE workspace_id = \(free.workspace.id)") == 12)
        try database.pickUpAll(.clicks)
        #expect(try deliveries(full) == 10_000)
        try append([(viral.id, 5)], from: 200)
        try load()
        #expect(try events() == 10_012 && dropped(full) == 20)
    }

    @Test("a loader that goes on keeps count of what it has written itself")
    func oneLoader() throws {
        let webhook = try endpoint()
        try database.connect().execute("UPDATE webhook_lanes SET waiting = 8500 WHERE lane = 1")
        let writer = try JournalWriter(directory: folder.path)
        var loader = JournalLoader(directory: folder.path, store: database.store, logger: .silent)
        for batch in 0..<3 {
            for number in 0..<1100 { try writer.append(line(batch * 10_000 + number, tenant.workspace.id, viral.id)) }
            #expect(try loader.load()?.clicks == 1100)
        }
        #expect(try events() == 1500 && dropped(webhook) == 1800)
    }

    @Test("over loaders that are killed at any moment each click is one event, or is counted as dropped")
    func killed() async throws {
        let (all, one) = (try endpoint(), try endpoint(EventFilter(tag: "blue")))
        try append([(viral.id, 10_000), (quiet.id, 500), (viral.id, 9_500)])
        try await runLoadersThatAreKilled(in: folder, on: database)
        try load()
        #expect(try database.number("SELECT COUNT(*) FROM recorded_clicks") == 20_000)
        #expect(try database.number("SELECT COUNT(DISTINCT JSON_VALUE(body, '$.data.clicked_at')) FROM events") == events())
        #expect(try events() + dropped(all) == 20_000)
        #expect(try events(quiet.id) == 500 && dropped(one) == 0)
    }

    private func line(_ id: Int, _ workspace: WorkspaceID, _ link: LinkID) -> [UInt8] {
        ClickLine(
            at: 1_794_996_800_000 + Int64(id) * 1000, requestID: String(format: "%032lx", id), workspace: workspace,
            link: link, visitor: 1, country: "DE", city: "Köln", referrer: "example.com", utmSource: "", utmMedium: "", utmCampaign: "",
            userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0").bytes
    }
}
