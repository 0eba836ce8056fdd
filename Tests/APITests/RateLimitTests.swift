import Foundation
import HTTP
import Redis
import Support
import Testing

@testable import API

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

        func set(previous: Int, current: Int) throws {
            let number = try place().number
            for (count, number) in [(previous, number - 1), (current, number)] {
                try connection.command(
                    "SET", RedisArgument("mask:{\(subject)}:\(number)"), RedisArgument(count), "EX", 200)
            }
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
        try window.set(previous: limit, current: 0)
        let (limiter, subject) = (window.limiter, window.subject)
        let allowed = try inParallel(16) { _ in
            (0..<limit / 8).count { _ in limiter.check(subject, limit: limit).isAllowed }
        }
        let elapsed = try window.place().elapsed
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

    @Test("a refused request costs nothing")
    func refusedIsFree() throws {
        let window = try Window()
        for _ in 0..<50 { _ = window.limiter.check(window.subject, limit: 5) }
        let number = try window.place().number
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

    @Test("requests without a valid key are limited by address, and others at the address with a key are not")
    func anonymous() throws {
        let stage = try Stage()
        var request = stage.request(.get, "/v1/workspace")
        request.fields.authorization = nil
        _ = try Window().place()
        let statuses = (0..<Authenticator.anonymousLimit + 1).map { _ in stage.application.respond(to: request).status }
        #expect(statuses.prefix(Authenticator.anonymousLimit).allSatisfy { $0 == 401 })
        #expect(statuses.last == 429)
        #expect(stage.ask(.get, "/workspace").status == 200)
    }

    @Test("a higher and a lower limit hold for the next request")
    func change() throws {
        let stage = try Stage(limit: 3)
        #expect(stage.ask(.get, "/workspace")[.xRateLimitLimit] == "3")
        try stage.administration.setLimit(50, of: stage.workspace)
        #expect(stage.ask(.get, "/workspace")[.xRateLimitLimit] == "50")
        try stage.administration.setLimit(nil, of: stage.workspace)
        #expect(stage.ask(.get, "/workspace")[.xRateLimitLimit] == "6000")
        try stage.administration.setPlan(.hobby, of: stage.workspace)
        let response = stage.ask(.get, "/workspace")
        #expect(response[.xRateLimitLimit] == "60")
        #expect(response.json["plan"] == "hobby")
    }
}
