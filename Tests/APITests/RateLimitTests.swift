@testable import Access
import Application
import Foundation
import HTTP
import Model
import Redis
import Support
import Testing
import Threads

@testable import API
@testable import Resources

/// The limit is a sliding window of a minute over two counters; Redis keeps the time.
@Suite("Rate limits")
struct RateLimitTests {
    /// The counters of a subject as the script keeps them.
    private struct Window {
        let connection: Connection
        let subject: String
        let limiter: RateLimiter

        init(_ subject: String = randomHex(8)) throws {
            let redis = try TestServers.redis()
            self.subject = subject
            connection = try Connection(redis)
            limiter = RateLimiter(redis: redis.makePool(capacity: 32), workers: 2)
        }

        /// Redis' clock in milliseconds.
        func now() throws -> Int {
            let time = try connection.command("TIME").elements ?? []
            return Int(time[0].number ?? 0) * 1000 + Int(time[1].number ?? 0) / 1000
        }

        /// The window's number and how much of it has passed. Not in its last seconds, so that a test stays within it.
        func place() throws -> (number: Int, elapsed: Int) {
            while try now() % 60_000 > 57_000 { usleep(100_000) }
            let now = try now()
            return (now / 60_000, now % 60_000)
        }

        /// - Returns: the number of the window that runs.
        @discardableResult
        func set(previous: Int, current: Int) throws -> Int {
            let number = try place().number
            for (count, number) in [(previous, number - 1), (current, number)] {
                try connection.command(
                    "SET", RedisArgument("mask:{\(subject)}:\(number)"), RedisArgument(count), "EX", 200)
            }
            return number
        }
    }

    @Test("of one call more than the limit, all at once, exactly one is refused")
    func exactlyOne() throws {
        let limit = 60
        let stage = try Stage(limit: limit)
        _ = try Window().place()
        let answers = try inParallel(limit + 1) { _ in stage.ask(.get, "/workspace") }
        #expect(answers.count { $0.status == 200 } == limit)
        #expect(answers.count { $0.status == 429 } == 1)
        let remaining = answers.filter { $0.status == 200 }.compactMap { $0[.xRateLimitRemaining].flatMap { Int($0) } }
        #expect(remaining.sorted() == Array(0..<limit))
    }

    @Test("the limit holds across the edge of a window: no double at the edge")
    func edge() throws {
        let (window, limit) = (try Window(), 600)
        let number = try window.set(previous: limit, current: 0)
        let (limiter, subject) = (window.limiter, window.subject)
        let allowed = try inParallel(16) { _ in
            (0..<limit / 8).count { _ in limiter.check(subject, limit: limit).isAllowed }
        }
        let elapsed = try window.now() - number * 60_000
        // What has left the window since it began may come in, and nothing more.
        #expect(allowed.reduce(0, +) <= limit * elapsed / 60_000 + 1)
    }

    @Test("whoever waits exactly as long as told is let in, again and again")
    func obeying() throws {
        let (window, limit) = (try Window(), 600)
        try window.set(previous: limit, current: 0)
        for _ in 0..<4 {
            var decision = window.limiter.check(window.subject, limit: limit)
            while decision.isAllowed { decision = window.limiter.check(window.subject, limit: limit) }
            try #require(decision.secondsToReset <= 2)
            sleep(UInt32(decision.secondsToReset))
            #expect(window.limiter.check(window.subject, limit: limit).isAllowed)
        }
    }

    @Test("the wait that is told is never too short and less than two seconds too long, whatever the counters say")
    func waits() throws {
        for _ in 0..<400 {
            let window = try Window()
            let limit = Int.random(in: 1...1000)
            let (previous, current) = (Int.random(in: 0...2 * limit), Int.random(in: 0...2 * limit))
            try window.set(previous: previous, current: current)
            let decision = window.limiter.check(window.subject, limit: limit)
            let now = try window.now()
            guard !decision.isAllowed else { continue }
            /// Whether the script lets a request in at that time, if nobody else comes.
            func isLetIn(at time: Int) -> Bool {
                let (passed, elapsed) = (time / 60_000 - now / 60_000, time % 60_000)
                let (old, new) = [(previous, current), (current, 0), (0, 0)][min(passed, 2)]
                return Double(old) * Double(60_000 - elapsed) / 60_000 + Double(new) + 1 <= Double(limit)
            }
            let told =
                "limit \(limit), counters \(previous) and \(current), \(now % 60_000) ms, wait \(decision.secondsToReset) s"
            #expect(isLetIn(at: now + decision.secondsToReset * 1000), "\(told)")
            #expect(
                decision.secondsToReset == 1 || !isLetIn(at: now + decision.secondsToReset * 1000 - 2000), "\(told)")
        }
    }

    @Test("at the instant that an answer names a request is let in, however those that remain are spent, and none is named late")
    func resets() throws {
        for _ in 0..<400 {
            let window = try Window()
            let limit = Int.random(in: 1...1000)
            let previous = Int.random(in: 0...limit)
            let current = Int.random(in: 0...limit - 1)
            try window.set(previous: previous, current: current)
            let decision = window.limiter.check(window.subject, limit: limit)
            let now = try window.now()
            guard decision.isAllowed else { continue }
            /// Whether the script lets so many requests in at that time, when so many more have come since.
            func isLetIn(at time: Int, spent: Int, count: Int = 1) -> Bool {
                let (passed, elapsed) = (time / 60_000 - now / 60_000, time % 60_000)
                let (old, new) = [(previous, current + 1 + spent), (current + 1 + spent, 0), (0, 0)][min(passed, 2)]
                return Double(old) * Double(60_000 - elapsed) / 60_000 + Double(new + count) <= Double(limit)
            }
            let told = "limit \(limit), counters \(previous) and \(current), \(now % 60_000) ms, \(decision)"
            #expect(isLetIn(at: decision.resetAt * 1000, spent: 0), "\(told)")
            #expect(isLetIn(at: decision.resetAt * 1000, spent: decision.remaining), "\(told)")
            let isEarlier = (decision.resetAt - 2) * 1000 > now
            #expect(!isEarlier || !isLetIn(at: (decision.resetAt - 2) * 1000, spent: 0, count: decision.remaining + 1), "\(told)")
        }
    }

    @Test("by Redis' own clock: the last request that is let in says when the next one is, and it is")
    func resetsInTime() throws {
        let (window, limit) = (try Window(), 60)
        try window.set(previous: limit, current: 0)
        for _ in 0..<3 {
            var decision = window.limiter.check(window.subject, limit: limit)
            while decision.isAllowed && decision.remaining > 0 { decision = window.limiter.check(window.subject, limit: limit) }
            try #require(try decision.resetAt * 1000 <= window.now() + 3000)
            while try window.now() < decision.resetAt * 1000 { usleep(1000) }
            #expect(window.limiter.check(window.subject, limit: limit).isAllowed)
        }
    }

    @Test("of two limits the instant is that of the one that is used up")
    func resetOfTheTightest() throws {
        let window = try Window()
        let limits = [RateLimit(window.subject, perMinute: 1000), RateLimit(window.subject, part: "key", perMinute: 3)]
        let place = try window.place()
        for remaining in [2, 1, 0] {
            let decision = window.limiter.check(limits)
            #expect(decision.limit == 3 && decision.remaining == remaining)
        }
        // Three places of three: the first is free when a third of the next minute has passed.
        let decision = window.limiter.check(limits)
        let free = (place.number + 1) * 60 + 20
        #expect(!decision.isAllowed && (free...free + 1).contains(decision.resetAt), "\(decision)")
    }

    @Test("a place in the pool that does not come free says nothing of Redis: whoever finds none waits, and Redis decides")
    func busyPool() throws {
        let pool = try TestServers.redis().makePool(capacity: 1)
        let limiter = RateLimiter(redis: pool, workers: 2)
        let subject = randomHex(8)
        /// Whether Redis decides while the one connection is in use, for so long or until it has been decided.
        func isShared(takenForMilliseconds milliseconds: UInt32?) throws -> Bool {
            let state = Monitor((isTaken: false, isDecided: false))
            let thread = try Threads.Thread.start(name: "taker") {
                _ = try? pool.withResource { _ in
                    state.withLock { $0.isTaken = true }
                    state.broadcast()
                    if let milliseconds { usleep(milliseconds * 1000) } else { _ = state.wait(until: .never) { $0.isDecided ? true : nil } }
                }
            }
            _ = state.wait(until: .never) { $0.isTaken ? true : nil }
            let decision = limiter.check(subject, limit: 1000)
            state.withLock { $0.isDecided = true }
            state.broadcast()
            thread.join()
            return decision.isShared
        }
        // Twice as long as one look for a connection takes; a busy machine may make more of it.
        #expect(try (0..<20).contains { _ in try isShared(takenForMilliseconds: 100) })
        #expect(try !isShared(takenForMilliseconds: nil))
        // That once only: Redis is not taken for away.
        #expect(limiter.check(subject, limit: 1000).isShared)
    }

    @Test("a refused request costs nothing")
    func refusedIsFree() throws {
        let window = try Window()
        let number = try window.place().number
        for _ in 0..<50 { _ = window.limiter.check(window.subject, limit: 5) }
        #expect(try window.connection.command("GET", RedisArgument("mask:{\(window.subject)}:\(number)")).number == 5)
    }

    @Test("counters leave Redis by themselves")
    func expiry() throws {
        let window = try Window()
        let number = try window.place().number
        _ = window.limiter.check(window.subject, limit: 5)
        let left =
            try window.connection.command("PTTL", RedisArgument("mask:{\(window.subject)}:\(number)")).number ?? -1
        #expect((60_000...120_000).contains(left))
    }

    @Test("headers speak of the same thing in their own units: seconds from now, and seconds since 1970")
    func units() throws {
        let stage = try Stage(limit: 2)
        for expected in [200, 200, 429] {
            let response = stage.ask(.get, "/workspace")
            let now = Int(Date().timeIntervalSince1970)
            #expect(response.status == expected)
            #expect(response[.xRateLimitLimit] == "2")
            #expect(response[.rateLimitPolicy] == #""default";q=2;w=60"#)
            let remaining = try #require(response[.xRateLimitRemaining])
            let state = try #require(response[.rateLimit]?.wholeMatch(of: /"default";r=(\d+);t=(\d+)/))
            #expect(String(state.output.1) == remaining)
            let wait = try #require(Int(state.output.2))
            #expect((1...120).contains(wait))
            let reset = try #require(response[.xRateLimitReset].flatMap { Int($0) })
            #expect(abs(reset - now - wait) <= 1)
            #expect(response[.retryAfter] == (expected == 429 ? String(wait) : nil))
        }
    }

    @Test("a workspace's keys share its limit; a key can have a lower one of its own")
    func perKey() throws {
        let stage = try Stage(limit: 10)
        let slow = try stage.newKey([.teamRead], requestsPerMinute: 3).text
        #expect(stage.ask(.get, "/workspace", key: slow)[.xRateLimitLimit] == "3")
        for _ in 0..<2 { #expect(stage.ask(.get, "/workspace", key: slow).status == 200) }
        #expect(stage.ask(.get, "/workspace", key: slow).status == 429)
        #expect(stage.ask(.get, "/workspace").status == 200)
    }

    @Test("a key that has used up its own limit takes nothing from the others, with Redis and without", arguments: [true, false])
    func ownLimit(hasRedis: Bool) throws {
        let away = RedisConfiguration(socket: "/nonexistent/redis.sock")
        let stage = try Stage(limit: 20, redis: hasRedis ? nil : away)
        stage.window()
        let (slow, other) = (try stage.newKey([.teamRead], requestsPerMinute: 3).text, try stage.newKey([.teamRead], requestsPerMinute: 5).text)
        let statuses = (0..<40).map { _ in stage.ask(.get, "/workspace", key: slow).status }
        #expect(statuses.count { $0 == 200 } == 3)
        #expect(stage.ask(.get, "/workspace")[.xRateLimitRemaining] == "16")
        let otherStatuses = (0..<10).map { _ in stage.ask(.get, "/workspace", key: other).status }
        #expect(otherStatuses == Array(repeating: 200, count: 5) + Array(repeating: 429, count: 5))
        // And the workspace's limit holds for all together.
        let rest = (0..<20).map { _ in stage.ask(.get, "/workspace").status }
        #expect(rest == Array(repeating: 200, count: 11) + Array(repeating: 429, count: 9))
        let refused = stage.ask(.get, "/workspace", key: try stage.newKey([.teamRead], requestsPerMinute: 15).text)
        #expect(refused.status == 429)
        #expect(refused[.xRateLimitLimit] == "20")
    }

    @Test("what a key may not do counts by address: expired, revoked, rotated or from an address that is not allowed")
    func refusedKeys() throws {
        let stage = try Stage(limit: 30)
        stage.window()
        let ended = Timestamp(milliseconds: Timestamp.now().milliseconds - 1000)
        let (revoked, rotated) = (try stage.newKey([.teamRead]), try stage.newKey([.teamRead]))
        try stage.sysadmin.revokeKey(revoked.id)
        _ = try stage.sysadmin.rotateKey(rotated.id, overlapSeconds: 0)
        let away = try stage.sysadmin.createKey(
            in: stage.workspace, name: "away", scopes: [.teamRead],
            allowedAddresses: [AddressRange(validating: "192.0.2.0/24")]).text.text
        let keys = [revoked.text, rotated.text, try stage.newKey([.teamRead], expiresAt: ended).text, away]
        for (key, status) in zip(keys, [401, 401, 401, 403]) {
            for _ in 0..<10 {
                let response = stage.ask(.get, "/workspace", key: key)
                #expect(response.status == status)
                #expect(response[.xRateLimitLimit] == String(Authenticator.anonymousLimit))
            }
        }
        #expect(stage.ask(.get, "/workspace")[.xRateLimitRemaining] == "29")
    }

    @Test("a key that is revoked while it is known counts no more than once")
    func justRevoked() throws {
        let stage = try Stage(limit: 30)
        stage.window()
        let key = try stage.newKey([.teamRead])
        #expect(stage.ask(.get, "/workspace", key: key.text).status == 200)
        try stage.sysadmin.revokeKey(key.id)
        for _ in 0..<10 { #expect(stage.ask(.get, "/workspace", key: key.text).status == 401) }
        #expect(stage.ask(.get, "/workspace").remaining ?? 0 >= 27)
    }

    @Test("a new plan holds for the next request of a key that every worker knows, and that request counts once")
    func newPlan() throws {
        let stage = try Stage()
        stage.window()
        let workers = [stage.application, Application(try stage.secondWorker())]
        var used = 0
        func expect(_ limit: Int, sourceLocation: SourceLocation = #_sourceLocation) {
            for worker in workers {
                used += 1
                let response = stage.send(.get, "/workspace", to: worker)
                #expect(response[.xRateLimitLimit] == String(limit), sourceLocation: sourceLocation)
                #expect(response.remaining == limit - used, sourceLocation: sourceLocation)
            }
        }
        expect(6000)
        for (plan, limit) in [(Plan.hobby, 60), (.pro, 600), (.enterprise, 6000)] {
            try stage.sysadmin.setPlan(plan, of: stage.workspace)
            expect(limit)
        }
        let owner = try stage.ownerKey()
        #expect(stage.ask(.patch, "/workspace", #"{"plan": "pro"}"#, key: owner).status == 200)
        used += 1
        expect(600)
    }

    @Test("a plan that ends the workspace's allowance refuses the next request, and one that widens it lets it in")
    func planAtTheLimit() throws {
        let stage = try Stage()
        try stage.setCounters(previous: 0, current: 100)
        #expect(stage.ask(.get, "/workspace").status == 200)
        try stage.sysadmin.setPlan(.hobby, of: stage.workspace)
        #expect(stage.ask(.get, "/workspace").status == 429)
        try stage.sysadmin.setPlan(.pro, of: stage.workspace)
        #expect(stage.ask(.get, "/workspace").status == 200)
    }

    @Test("requests without a valid key are limited by address, and others at the address with a key are not")
    func anonymous() throws {
        let stage = try Stage()
        var request = stage.request(.get, "/v1/workspace")
        request.fields.authorization = nil
        _ = try Window().place()
        #expect(stage.ask(.get, "/workspace").status == 200)
        let statuses = (0..<Authenticator.anonymousLimit + 1).map { _ in stage.application.respond(to: request).status }
        #expect(statuses.prefix(Authenticator.anonymousLimit).allSatisfy { $0 == 401 })
        #expect(statuses.last == 429)
        #expect(stage.ask(.get, "/workspace").status == 200)
    }

    @Test("a higher and a lower limit hold for the next request")
    func change() throws {
        let stage = try Stage(limit: 3)
        #expect(stage.ask(.get, "/workspace")[.xRateLimitLimit] == "3")
        try stage.sysadmin.setLimit(50, of: stage.workspace)
        #expect(stage.ask(.get, "/workspace")[.xRateLimitLimit] == "50")
        try stage.sysadmin.setLimit(nil, of: stage.workspace)
        #expect(stage.ask(.get, "/workspace")[.xRateLimitLimit] == "6000")
        try stage.sysadmin.setPlan(.hobby, of: stage.workspace)
        let response = stage.ask(.get, "/workspace")
        #expect(response[.xRateLimitLimit] == "60")
        #expect(response.json["plan"] == "hobby")
    }
}
