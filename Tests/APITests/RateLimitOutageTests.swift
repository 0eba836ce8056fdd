@testable import Access
import Foundation
import HTTP
import Redis
import Support
import Testing
import Threads

@testable import API
@testable import Resources

/// Redis is away, frozen, against us or has forgotten everything: clients see none of it.
@Suite("Rate limits without Redis")
struct RateLimitOutageTests {
    private func expectLocalLimit(_ stage: Stage, limit: Int) {
        var statuses: [Int] = []
        for _ in 0..<2 * limit + 2 {
            let response = stage.ask(.get, "/workspace")
            statuses.append(response.status)
            #expect(response[.xRateLimitLimit] == String(limit))
            #expect(
                response[.xRateLimitRemaining] != nil && response[.xRateLimitReset] != nil
                    && response[.rateLimit] != nil)
            if response.status == 429 { #expect(response[.retryAfter].flatMap { Int($0) } ?? 0 >= 1) }
        }
        #expect(statuses.first == 200)
        #expect(statuses.last == 429)
        #expect(Set(statuses) == [200, 429])
        // Two workers, each its share of twice the limit; at the edge of a minute a little of the one before.
        #expect((limit...limit + 2).contains(statuses.count { $0 == 200 }))
    }

    @Test("a Redis that is killed: the limit goes on in this process, and the headers with it")
    func killed() throws {
        try withOwnRedis { redis in
            let stage = try Stage(limit: 10, redis: redis.configuration.impatient)
            #expect(stage.ask(.get, "/workspace").status == 200)
            redis.process.end()
            expectLocalLimit(stage, limit: 10)
        }
    }

    @Test("a Redis that hangs costs one request a second some 50 ms, and nobody an answer")
    func frozen() throws {
        try withOwnRedis { redis in
            let stage = try Stage(redis: redis.configuration.impatient)
            #expect(stage.ask(.get, "/workspace").status == 200)
            redis.process.pause()
            defer { redis.process.resume() }
            var slow = 0
            let began = ContinuousClock.now
            for _ in 0..<100 {
                let elapsed = ContinuousClock().measure { #expect(stage.ask(.get, "/workspace").status == 200) }
                if elapsed > .milliseconds(40) { slow += 1 }
                #expect(elapsed < .milliseconds(500))
            }
            #expect(slow <= 2 + Int((ContinuousClock.now - began) / .seconds(1)))
        }
    }

    @Test("a Redis that asks for another password is as good as none")
    func password() throws {
        try withOwnRedis { redis in
            let stage = try Stage(limit: 10, redis: redis.configuration.impatient)
            try redis.command("CONFIG", "SET", "requirepass", "unknown")
            stage.services.redis.drain()
            expectLocalLimit(stage, limit: 10)
        }
    }

    @Test("a Redis that has become a replica is as good as none")
    func replica() throws {
        try withOwnRedis { redis in
            let stage = try Stage(limit: 10, redis: redis.configuration.impatient)
            try redis.command("REPLICAOF", "127.0.0.1", "1")
            expectLocalLimit(stage, limit: 10)
        }
    }

    @Test("a Redis that is full lets the limit go on")
    func full() throws {
        try withOwnRedis { redis in
            let stage = try Stage(limit: 10, redis: redis.configuration.impatient)
            try redis.command("CONFIG", "SET", "maxmemory", "1")
            expectLocalLimit(stage, limit: 10)
        }
    }

    @Test("a Redis that runs somebody's endless script is as good as none, and nobody waits for it")
    func slowScript() throws {
        try withOwnRedis { redis in
            let stage = try Stage(limit: 10, redis: redis.configuration.impatient)
            #expect(stage.ask(.get, "/workspace").status == 200)
            try redis.command("CONFIG", "SET", "busy-reply-threshold", "100")
            let script = try Threads.Thread.start(name: "script") { _ = try? redis.command("EVAL", "while true do end", "0") }
            usleep(50_000)  // first it does not answer, then it says BUSY
            let elapsed = ContinuousClock().measure { expectLocalLimit(stage, limit: 10) }
            #expect(elapsed < .seconds(1))
            usleep(300_000)
            try redis.command("SCRIPT", "KILL")
            script.join()
        }
    }

    @Test("a clock that jumps by an hour, Redis' or ours, locks nobody out: at most the limit is begun anew")
    func clockJumps() throws {
        let limit = RateLimit(randomHex(8), perMinute: 10)
        // Redis' clock: the counters of an hour later and earlier are there, and full.
        let connection = try Connection(TestServers.redis())
        let number = Int(Date().timeIntervalSince1970) / 60
        for jump in [-60, 60] {
            try connection.command("SET", RedisArgument("mask:\(limit.subject):\(number + jump)"), "10", "EX", "7200")
        }
        let limiter = RateLimiter(redis: try TestServers.redis().makePool(capacity: 2), workers: 2)
        let decisions = (0..<30).map { _ in limiter.check([limit]) }
        #expect((10...20).contains(decisions.count { $0.isAllowed }))
        #expect(decisions.allSatisfy { $0.secondsToReset <= 120 })

        // Ours, which counts while Redis is away.
        let local = LocalRateLimiter()
        func count(at now: Int) -> Int {
            (0..<30).count { _ in local.check([RateCharge(limit: limit)], share: { $0 }, now: now).isAllowed }
        }
        let now = 1_800_000_030_000
        for time in [now, now + 3_600_000, now - 3_600_000, now] { #expect(count(at: time) == 10) }
        #expect(count(at: now + 1000) == 0)
    }

    @Test("SCRIPT FLUSH and a restart under load are seen by nobody")
    func forgotten() throws {
        try withOwnRedis { redis in
            let stage = try Stage(redis: redis.configuration.impatient)
            for turn in 0..<30 {
                if turn % 3 == 0 { try redis.command("SCRIPT", "FLUSH") }
                if turn == 15 { try redis.restart() }
                let statuses = try inParallel(8) { _ in stage.ask(.get, "/workspace").status }
                #expect(statuses.allSatisfy { $0 == 200 })
            }
            // The counters are Redis' again once it has been back for a second.
            sleep(1)
            #expect(stage.services.limiter.check("anyone", limit: 5).isShared)
        }
    }
}
