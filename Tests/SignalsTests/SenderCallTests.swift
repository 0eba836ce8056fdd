import Glibc
import Redis
import Signals
import Support
import Testing
import Threads

@Suite("Calls to the sender")
struct SenderCallTests {
    private let server: RedisServer
    private let connection: Redis.Connection
    private let heard = Monitor<[Channel?]>([])

    init() throws {
        server = try RedisServer()
        connection = try Redis.Connection(server.configuration)
    }

    private func listen(silenceMilliseconds: Int = 10_000) throws {
        let (listener, heard) = (
            SenderCallListener(server.configuration, name: "own", silenceMilliseconds: silenceMilliseconds), heard)
        _ = try Threads.Thread.start(name: "calls") { listener.run { call in heard.withLock { $0.append(call) } } }
        #expect(eventually { calls.count == 1 })
    }

    private var calls: [Channel?] { heard.withLock { $0 } }

    /// What Redis has been told by anybody.
    private func published() throws -> Int {
        let statistics = try connection.command("INFO", "commandstats").text ?? ""
        let line = statistics.split(whereSeparator: \.isNewline).first { $0.hasPrefix("cmdstat_publish:calls=") }
        return line.flatMap { Int($0.dropFirst("cmdstat_publish:calls=".count).prefix { $0.isNumber }) } ?? 0
    }

    /// The subscribed connection as Redis numbers it; nil where there is none.
    private func subscriber() throws -> Substring? {
        try connection.command("CLIENT", "LIST", "TYPE", "pubsub").text?.split(separator: " ").first
    }

    @Test("a sender tells once that it has begun, and hears of events and of others that begin")
    func hearing() throws {
        try listen()
        let redis = server.configuration.makePool(capacity: 1)
        redis.publish("worker", on: .events)
        redis.publish("own", on: .successor)
        redis.publish("other", on: .successor)
        #expect(eventually { calls.count == 3 })
        #expect(try calls == [nil, .events, .successor] && published() == 4)
    }

    @Test("a quiet time keeps the line, and nothing is told again")
    func quiet() throws {
        try listen(silenceMilliseconds: 20)
        let before = try #require(try subscriber())
        usleep(300_000)
        #expect(try subscriber() == before)
        #expect(try calls == [nil] && published() == 1)
    }

    @Test("a lost line is opened again, and nothing is told again")
    func lost() throws {
        try listen()
        let before = try #require(try subscriber())
        for _ in 1...2 { try connection.command("CLIENT", "KILL", "TYPE", "pubsub"); usleep(400_000) }
        #expect(eventually { calls.count == 3 })
        #expect(try subscriber() != before)
        #expect(try calls == [nil, nil, nil] && published() == 1)
    }

    @Test("a listener for pages gives up a line that has died without a sign")
    func frozenPages() throws {
        let listener = Listener(server.configuration, [.pages], silenceMilliseconds: 50)
        _ = try Threads.Thread.start(name: "pages") { listener.run(began: {}, lost: { _ in }, hear: { _, _ in }) }
        var before: Substring?
        #expect(try eventually {
            before = try subscriber()
            return before != nil
        })
        server.process.pause()
        usleep(300_000)
        server.process.resume()
        #expect(try eventually { try subscriber().map { $0 != before } ?? false })
    }

    @Test("a call reaches the sender although every idle connection has died without a sign")
    func deadConnections() throws {
        try listen()
        let proxy = try Proxy(to: try #require(server.configuration.socket))
        let redis = RedisConfiguration(host: "127.0.0.1", port: proxy.port, connectMilliseconds: 2000, commandMilliseconds: 1500)
            .makePool(capacity: 4)
        #expect(redis.publish("worker", on: .events))
        proxy.silenceStanding()
        #expect(redis.publish("worker", on: .events))
        #expect(eventually { calls.count >= 3 })
    }

    @Test("a line that has died without a sign is noticed")
    func frozen() throws {
        try listen(silenceMilliseconds: 50)
        server.process.pause()
        usleep(300_000)
        server.process.resume()
        #expect(eventually { calls.count >= 2 })
        #expect(try published() == 1)
    }
}
