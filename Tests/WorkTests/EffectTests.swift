import Metrics
import Model
import Redis
import Signals
import Support
import Testing
import Threads
import Work

@Suite("What follows a change")
struct EffectTests {
    private let here = Place(host: "go.test", slug: "menu")
    private let workspace = WorkspaceID.new()

    @Test("it is read as it was stored beside an answer; an unknown word of a later release is left out")
    func stored() {
        let effects: [Effect] = [
            .links([here, .bare("go.test")]), .pages([Place(host: "go.test", slug: "ü")]), .access(workspace), .brand(workspace), .sender, .mails,
        ]
        #expect([Effect](stored: effects.stored) == effects)
        #expect([Effect]().stored == nil && [Effect](stored: nil).isEmpty)
        #expect([Effect](stored: #"{"sender":true,"later":1}"#) == [.sender])
        #expect([Effect](stored: "no JSON").isEmpty)
    }

    @Test("several of a kind are stored as one, with the places of all")
    func merged() {
        let other = Place(host: "go.test", slug: "other")
        let effects: [Effect] = [
            .links([here]), .access(workspace), .pages([here]), .links([other]), .sender, .access(workspace), .pages([other]), .sender,
        ]
        #expect([Effect](stored: effects.stored) == [.links([here, other]), .access(workspace), .pages([here, other]), .sender])
    }

    @Test("a changed link is told to the processes of this host by a number in memory, and to other hosts by its place")
    func told() throws {
        let (server, memory) = (try RedisServer(), HostMemory(path: nil))
        let heard = Monitor<[String]>([])
        let listener = Listener(server.configuration, [.links, .events])
        _ = try Threads.Thread.start(name: "links") {
            listener.run(
                began: { heard.withLock { $0.append("began") } }, lost: { _ in },
                hear: { channel, payload in heard.withLock { $0.append("\(channel) \(String(decoding: payload, as: UTF8.self))") } })
        }
        #expect(eventually { heard.withLock { $0.count } == 1 })
        let before = memory.changes(of: here.key).value
        let effects = Effects(memory: memory, redis: server.configuration.makePool(capacity: 1), pages: nil)
        effects.carryOut([.links([here]), .links([])])
        #expect(memory.changes(of: here.key).value > before, "when it returns")
        #expect(eventually { heard.withLock { $0.count } == 2 })
        #expect(heard.withLock { $0 } == ["began", "links go.test/menu"])
    }

    @Test("a changed key gives its workspace another epoch before the answer")
    func access() throws {
        let server = try RedisServer()
        let (redis, connection) = (server.configuration.makePool(capacity: 1), try Redis.Connection(server.configuration))
        let effects = Effects(memory: HostMemory(path: nil), redis: redis, pages: nil)
        effects.carryOut([.access(workspace)])
        let first = try connection.command("GET", "mask:{\(workspace)}:epoch").text
        effects.carryOut([.access(workspace)])
        let second = try connection.command("GET", "mask:{\(workspace)}:epoch").text
        #expect(first != nil && second != nil && first != second)
    }
}
