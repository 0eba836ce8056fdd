import HTTP
import JSON
import Model
import Testing
import Webhooks

@Suite("Payloads")
struct PayloadTests {
    private func event(_ data: JSON, type: EventType = .linkCreated, sequence: Int? = 7) -> Event {
        let id = EventID.new()
        let at = Timestamp(milliseconds: 1_700_000_000_123)
        let body: JSON = ["id": .string(id.description), "type": .string(type.rawValue), "timestamp": .string(at.rfc3339), "data": data]
        return Event(id: id, workspace: .new(), type: type, createdAt: at, body: body.serialized(), sequence: sequence)
    }

    @Test("the event's bytes and its sequence, the same each time")
    func whole() throws {
        let event = event(["id": "lnk_1", "title": "Grüße 😀 / \"x\"", "ratio": 1.5])
        let bytes = Payload.bytes(of: event)
        #expect(bytes == Payload.bytes(of: event) && bytes.starts(with: event.body.dropLast()))
        let payload = try JSON.parse(bytes)
        #expect(payload["sequence"] == 7 && payload["data"]?["title"] == "Grüße 😀 / \"x\"" && payload["truncated"] == nil)
    }

    @Test("20,000 bytes are sent; what is longer becomes thin: ids only")
    func limit() throws {
        let overhead = Payload.bytes(of: event(["id": "lnk_1", "title": ""])).count
        let longest = Payload.bytes(of: event(["id": "lnk_1", "title": .string(String(repeating: "x", count: 20_000 - overhead))]))
        #expect(longest.count == 20_000)
        let source = event(["id": "lnk_1", "title": .string(String(repeating: "x", count: 20_001 - overhead))])
        let thin = try JSON.parse(Payload.bytes(of: source))
        #expect(thin == [
            "id": .string(source.id.description), "type": "link.created", "timestamp": "2023-11-14T22:13:20Z",
            "data": ["id": "lnk_1"], "truncated": true, "sequence": 7,
        ])
        let click = event(["link_id": "lnk_2", "referrer": .string(String(repeating: "x", count: 30_000))], type: .clickRecorded)
        #expect(try JSON.parse(Payload.bytes(of: click))["data"] == ["link_id": "lnk_2"])
    }

    @Test("an event is read once, however many endpoints have a filter, and not at all for those without")
    func readOnce() {
        let events = (0..<3).map { event(["domain": .string("go\($0).example"), "tags": ["a"]]) }
        var parsed: [EventID] = []
        var reader = EventReader { event in
            parsed.append(event.id)
            return (try? JSON.parse(event.body))?["data"]
        }
        let filters = (0..<10).map { EventFilter(host: "go\($0).example") }
        #expect(events.map { event in filters.count { reader.matches(event, $0) } } == [1, 1, 1])
        #expect(parsed == events.map(\.id))
        #expect(events.allSatisfy { reader.matches($0, EventFilter()) && reader.matches($0, EventFilter(tag: "a")) })
        #expect(events.allSatisfy { !reader.matches($0, EventFilter(tag: "b")) } && parsed.count == 3)
        let broken = Event(id: .new(), workspace: .new(), type: .linkCreated, createdAt: .now(), body: [1])
        #expect(!reader.matches(broken, EventFilter(tag: "a")) && !reader.matches(broken, EventFilter(tag: "a")) && parsed.count == 4)
    }
}
