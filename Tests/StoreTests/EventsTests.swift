import DeliveryStore
import Model
import Store
import Support
import Testing

@Suite(.database) struct EventsTests {
    private let database = TestDatabase.current

    @Test("Events and deliveries of a type that only a newer program knows are passed over")
    func newerTypes() throws {
        let tenant = try database.makeTenant()
        let webhook = try database.makeWebhook(of: tenant)
        let events = try database.makeEvents(3, of: tenant)
        _ = try database.pickUpAll()
        let workspace = tenant.workspace.id
        try database.administratorStore.write { connection in
            try connection.execute("UPDATE events SET type = 'link.expired' WHERE id = \(events[1].id)")
            try connection.execute("UPDATE webhook_deliveries SET event_type = 'link.expired' WHERE event_id = \(events[1].id)")
        }
        try database.store.read { connection in
            let listed = try Events.list(type: nil, in: workspace, after: nil, limit: 10, on: connection)
            #expect(Set(listed.map(\.id)) == [events[0].id, events[2].id])
            #expect(try Events.find(events[1].id, in: workspace, on: connection) == nil)
            #expect(try Events.find(events[0].id, in: workspace, on: connection) != nil)
            let deliveries = try Deliveries.list(DeliveryFilter(), of: webhook, after: nil, limit: 10, on: connection)
            #expect(Set(deliveries.map(\.event)) == [events[0].id, events[2].id])
        }
    }
}
