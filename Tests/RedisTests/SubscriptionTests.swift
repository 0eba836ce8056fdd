import Foundation
import Redis
import Testing

@Suite("Subscription")
struct SubscriptionTests {
    @Test("what is published after subscribing arrives, in order, on its channel")
    func publish() throws {
        let configuration = try SharedRedis.configuration()
        let first = uniqueName()
        let second = uniqueName()
        let subscription = try Subscription(configuration, channels: [first, second])
        let publisher = try Connection(configuration)
        #expect(try publisher.command("PUBLISH", RedisArgument(first), "one") == .integer(1))
        #expect(try publisher.command("PUBLISH", RedisArgument(second), RedisArgument([0, 255])) == .integer(1))
        #expect(
            try subscription.next(timeoutMilliseconds: 5000) == .published(channel: first, payload: Array("one".utf8)))
        #expect(try subscription.next(timeoutMilliseconds: 5000) == .published(channel: second, payload: [0, 255]))
        #expect(try subscription.next(timeoutMilliseconds: 0) == nil)
    }

    @Test("a timeout gives nil, and messages arrive afterwards")
    func timeout() throws {
        // Longer than the time for a command, which must not end the subscription.
        let configuration = try SharedRedis.configuration()
        let channel = uniqueName()
        let subscription = try Subscription(configuration.impatient, channels: [channel])
        let elapsed = try ContinuousClock().measure {
            let message = try subscription.next(timeoutMilliseconds: 120)
            #expect(message == nil)
        }
        #expect(elapsed >= .milliseconds(120))
        #expect(subscription.isUsable)
        try Connection(configuration).command("PUBLISH", RedisArgument(channel), "late")
        let message = try subscription.next(timeoutMilliseconds: 5000)
        #expect(message == .published(channel: channel, payload: Array("late".utf8)))
    }

    @Test("a word goes out although every connection of the pool is lent")
    func busyPool() throws {
        let configuration = try SharedRedis.configuration()
        let channel = uniqueName()
        let subscription = try Subscription(configuration, channels: [channel])
        let pool = configuration.makePool(capacity: 1)
        #expect(try pool.withResource { _ in pool.publish("now", on: channel) })
        #expect(try subscription.next(timeoutMilliseconds: 5000) == .published(channel: channel, payload: Array("now".utf8)))
    }

    @Test("a large message arrives whole")
    func large() throws {
        let configuration = try SharedRedis.configuration()
        let channel = uniqueName()
        let subscription = try Subscription(configuration, channels: [channel])
        let payload = [UInt8](repeating: 9, count: 1_000_000)
        try Connection(configuration).command("PUBLISH", RedisArgument(channel), RedisArgument(payload))
        #expect(try subscription.next(timeoutMilliseconds: 5000) == .published(channel: channel, payload: payload))
    }

    @Test("a ping is answered by a pong, which waits its turn among the messages")
    func ping() throws {
        let configuration = try SharedRedis.configuration()
        let channel = uniqueName()
        let subscription = try Subscription(configuration, channels: [channel])
        try Connection(configuration).command("PUBLISH", RedisArgument(channel), "before")
        try subscription.ping()
        let message = try subscription.next(timeoutMilliseconds: 5000)
        #expect(message == .published(channel: channel, payload: Array("before".utf8)))
        #expect(try subscription.next(timeoutMilliseconds: 5000) == .pong)
    }

    @Test("a frozen server gives no pong")
    func frozen() throws {
        try withRedisServer { server in
            let subscription = try Subscription(server.configuration, channels: ["news"])
            server.pause()
            try subscription.ping()
            #expect(try subscription.next(timeoutMilliseconds: 100) == nil)
            server.resume()
            #expect(try subscription.next(timeoutMilliseconds: 5000) == .pong)
        }
    }

    @Test("a server that ends is noticed at once")
    func lost() throws {
        try withRedisServer { server in
            let subscription = try Subscription(server.configuration, channels: ["news"])
            server.end()
            let error = #expect(throws: RedisError.self) { try subscription.next(timeoutMilliseconds: 10_000) }
            guard case .lost = error else { throw error ?? RedisError.timedOut }
            #expect(!subscription.isUsable)
        }
    }
}
