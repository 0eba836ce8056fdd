import DeliveryStore
import Glibc
import MariaDB
import Model
import Store
import Support
import Testing

@Suite("Picking up events", .database)
struct OutboxTests {
    private let database = TestDatabase.current

    @Test("sequences have no gap and follow the order of the events, whoever picks up at the same time")
    func sequences() throws {
        let database = database
        let tenants = try ["one", "two", "three"].map { try database.makeTenant(slug: $0) }
        let webhooks = try tenants.flatMap { tenant in try (0..<2).map { _ in try database.makeWebhook(of: tenant) } }
        _ = try inParallel(6) { number in
            if number < 2 {
                for _ in 0..<40 { for tenant in tenants { try database.makeEvents(5, of: tenant) } }
            } else {
                for _ in 0..<60 {
                    _ = try database.pickUpAll(limit: 50)
                    usleep(2000)
                }
            }
        }
        _ = try database.pickUpAll()
        for tenant in tenants {
            let sequences = try database.texts("""
                SELECT CAST(sequence AS CHAR) FROM events WHERE workspace_id = \(tenant.workspace.id) ORDER BY sequence
                """).map { Int($0[0]) }
            #expect(sequences == (1...400).map { $0 })
        }
        for webhook in webhooks {
            let rows = try database.texts("""
                SELECT CAST(COUNT(*) AS CHAR), CAST(COUNT(DISTINCT event_id) AS CHAR), CAST((SELECT waiting FROM webhook_lanes l
                WHERE l.webhook_id = \(webhook.id) AND lane = 0) AS CHAR) FROM webhook_deliveries WHERE webhook_id = \(webhook.id)
                """)
            #expect(rows == [["400", "400", "400"]])
        }
    }

    @Test("events that were there before anybody looked are numbered in the order of their ids by several senders")
    func order() throws {
        let database = database
        let tenant = try database.makeTenant()
        for _ in 0..<20 { try database.makeEvents(100, of: tenant) }
        _ = try inParallel(4) { _ in for _ in 0..<20 { try database.pickUpAll(limit: 64) } }
        try database.pickUpAll()
        let unordered = try database.number("""
            SELECT COUNT(*) FROM (
              SELECT id, LAG(id) OVER (ORDER BY sequence) AS before_it FROM events WHERE workspace_id = \(tenant.workspace.id)) e
            WHERE id < before_it
            """)
        #expect(unordered == 0)
        #expect(try database.number("SELECT COUNT(*) FROM events WHERE sequence IS NULL") == 0)
    }

    @Test("a sender that has stopped in the midst keeps its own workspace waiting, and no other")
    func stoppedSender() throws {
        let (stopped, other) = (try database.makeTenant(slug: "stopped"), try database.makeTenant(slug: "other"))
        try database.makeEvents(1, of: stopped)
        try database.pickUpAll()
        try database.makeEvents(600, of: stopped)
        try database.makeEvents(3, of: other)
        let connection = try database.connect()
        try connection.run("START TRANSACTION")
        _ = try connection.query("SELECT last FROM event_sequences WHERE workspace_id = \(stopped.workspace.id) FOR UPDATE")
        #expect(try database.pickUpAll(limit: 500) == 3)
        try connection.run("ROLLBACK")
        #expect(try database.pickUpAll(limit: 500) == 600)
    }

    @Test("an event of a type that only a newer version knows is left to its senders, and hinders nobody")
    func unknownType() throws {
        let tenant = try database.makeTenant()
        try database.makeWebhook(of: tenant)
        let events = try database.makeEvents(3, of: tenant)
        try database.connect().execute("UPDATE events SET type = 'link.archived' WHERE id = \(events[1].id)")
        #expect(try database.pickUpAll() == 2)
        #expect(try database.texts("SELECT type FROM events WHERE sequence IS NULL") == [["link.archived"]])
    }

    @Test("what is picked up is claimed where the sender has room, oldest first, of endpoints that nothing else is due for")
    func claimedAtOnce() throws {
        let tenant = try database.makeTenant()
        let (free, busy) = (try database.makeWebhook(of: tenant), try database.makeWebhook(of: tenant))
        try database.connect().execute("UPDATE webhook_lanes SET due_at = UTC_TIMESTAMP(3) WHERE webhook_id = \(busy.id)")
        let events = try database.makeEvents(10, of: tenant)
        let picked = try database.senderStore.write {
            try Outbox.pickUp(.changes, limit: 100, at: .now(), .init { _, _ in true } room: { min($2, 4) + ($1.failures) }, on: $0)
        }
        #expect(picked.count == 10)
        #expect(picked.claimed.map(\.event.id) == events.map(\.id).sorted().prefix(4).map { $0 })
        #expect(picked.claimed.map(\.event.sequence) == [1, 2, 3, 4])
        #expect(picked.claimed.allSatisfy { $0.delivery.webhook == free.id && $0.delivery.attempts == 1 })
        #expect(try database.texts("""
            SELECT CAST(attempts AS CHAR), CAST(COUNT(*) AS CHAR), IF(MAX(due_at) > UTC_TIMESTAMP(3), 'leased', 'due')
            FROM webhook_deliveries WHERE webhook_id = \(free.id) GROUP BY claim IS NULL, attempts ORDER BY attempts
            """) == [["0", "6", "due"], ["1", "4", "leased"]])
        // Those that were not claimed are due at once, and a dead sender's are when its lease has ended.
        let work = DeliveryQueue.Work(workspace: tenant.workspace.id, webhook: free.id, lane: .changes)
        func claim(at time: Timestamp) throws -> Int {
            try database.senderStore.write { try DeliveryQueue.claim(work, at: time, on: $0) { _ in 100 }.claimed.count }
        }
        #expect(try claim(at: .in(1)) == 6)
        #expect(try claim(at: .in(59)) == 0)
        #expect(try claim(at: .in(61)) == 10)
    }

    @Test("an endpoint is told of the types that it wants")
    func types() throws {
        let tenant = try database.makeTenant()
        let all = try database.makeWebhook(of: tenant)
        let links = try database.makeWebhook(of: tenant, events: ["link.*"])
        let deleted = try database.makeWebhook(of: tenant, events: ["link.deleted", "page.published"])
        for type in [EventType.linkCreated, .linkDeleted, .pagePublished] { try database.makeEvents(of: tenant, type: type) }
        try database.makeEvents(of: tenant, type: .webhookTest, webhook: links.id)
        try database.pickUpAll()
        let counts = try [all, links, deleted].map {
            try database.number("SELECT COUNT(*) FROM webhook_deliveries WHERE webhook_id = \($0.id)")
        }
        #expect(counts == [3, 3, 2])
    }

    @Test("an endpoint's filter is by link, domain and tag, all of which have to hold")
    func filters() throws {
        let tenant = try database.makeTenant()
        let link = LinkID.new()
        let filters = [
            EventFilter(), EventFilter(link: link), EventFilter(host: "a.example"), EventFilter(tag: "red"),
            EventFilter(link: link, host: "a.example", tag: "red"),
        ]
        let webhooks = try filters.map { try database.makeWebhook(of: tenant, filter: $0) }
        try database.makeEvents(of: tenant, data: ["id": .string(link.description), "domain": "a.example", "tags": ["red", "x"]])
        try database.makeEvents(of: tenant, data: ["id": .string(link.description), "domain": "b.example", "tags": []])
        try database.makeEvents(of: tenant, data: ["id": "lnk_x", "domain": "a.example", "tags": ["redder"]])
        try database.makeEvents(of: tenant, type: .pagePublished, data: ["id": "page_x"])
        try database.makeEvents(
            of: tenant, type: .clickRecorded, data: ["link_id": .string(link.description), "domain": "a.example", "tags": ["red"]])
        try database.pickUpAll()
        try database.pickUpAll(.clicks)
        let counts = try webhooks.map {
            try database.number("SELECT COUNT(*) FROM webhook_deliveries WHERE webhook_id = \($0.id)")
        }
        #expect(counts == [5, 3, 3, 2, 2])
    }

    @Test("what happens while an endpoint is disabled is discarded, and can be recovered")
    func disabled() throws {
        let tenant = try database.makeTenant()
        let webhook = try database.makeWebhook(of: tenant, enabled: false)
        let events = try database.makeEvents(3, of: tenant)
        try database.pickUpAll()
        #expect(try database.texts("SELECT DISTINCT status, due_at, CAST(attempts AS CHAR) FROM webhook_deliveries") == [["discarded", "NULL", "0"]])
        #expect(try database.texts("SELECT due_at, CAST(waiting AS CHAR) FROM webhook_lanes WHERE lane = 0") == [["NULL", "0"]])
        let recovery = Recovery(of: webhook, since: Timestamp(milliseconds: 0), until: .now().adding(seconds: 1), .failed)
        let recoverable = try database.store.read { try recovery.events(limit: 10, on: $0) }
        #expect(recoverable.map(\.event) == events.map(\.id).sorted())

        func count(_ limit: Int) throws -> Int {
            let recovery = Recovery(of: webhook, since: Timestamp(milliseconds: 0), until: .now().adding(seconds: 1), .failed)
            return try database.store.read { try recovery.count(limit: limit, on: $0) }
        }
        // One event has come to nothing twice.
        try database.connect().execute("""
            INSERT INTO webhook_deliveries (workspace_id, id, webhook_id, lane, event_id, event_type, status, trigger_kind, attempts, created_at)
            SELECT workspace_id, RANDOM_BYTES(16), webhook_id, lane, event_id, event_type, 'failed', trigger_kind, 1, created_at
            FROM webhook_deliveries ORDER BY id LIMIT 1
            """)
        #expect(try [1, 2, 3, 10].map(count) == [1, 2, 3, 3])
    }

    @Test("an endpoint may have 10,000 clicks waiting; those beyond are counted and dropped, and changes are not")
    func backlog() throws {
        let tenant = try database.makeTenant()
        let webhook = try database.makeWebhook(of: tenant)
        try database.connect().execute("UPDATE webhook_lanes SET waiting = 9990 WHERE lane = 1")
        try database.makeEvents(25, of: tenant, type: .clickRecorded)
        try database.makeEvents(7, of: tenant)
        try database.pickUpAll(.clicks)
        try database.pickUpAll()
        #expect(try database.texts("""
            SELECT CAST(waiting AS CHAR), CAST(dropped AS CHAR) FROM webhook_lanes WHERE webhook_id = \(webhook.id) ORDER BY lane
            """) == [["7", "0"], ["10000", "15"]])
        #expect(try database.number("SELECT COUNT(*) FROM webhook_deliveries WHERE lane = 1") == 10)
    }

    @Test("a change that is not committed is not picked up, and hinders nobody")
    func uncommitted() throws {
        let tenant = try database.makeTenant()
        try database.makeWebhook(of: tenant)
        let connection = try database.connect()
        try connection.run("START TRANSACTION")
        try connection.execute(Events.insertion(of: Event(
            id: .new(), workspace: tenant.workspace.id, type: .linkCreated, createdAt: .now(), body: Array("{\"a\":1}".utf8))))
        try database.makeEvents(2, of: tenant)
        #expect(try database.pickUpAll() == 2)
        try connection.run("COMMIT")
        #expect(try database.pickUpAll() == 1)
    }
}
