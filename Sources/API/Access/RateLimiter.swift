import Glibc
import Redis
import Synchronization
import Threads

/// What the limits say of one request.
public struct RateDecision: Sendable, Equatable {
    public var isAllowed: Bool
    /// Requests a minute, of the limit that is the tightest at the moment.
    public var limit: Int
    public var remaining: Int
    /// Seconds until the window ends or, for a refused request, until the next one is let in; never 0.
    public var secondsToReset: Int
    /// When that is, in seconds since 1970.
    public var resetAt: Int
    /// The epoch of the first subject, see ``Authenticator``. Nil while Redis is away.
    public var epoch: String?
}

/// Who is counted, and how many requests a minute they may make.
struct RateLimit: Sendable, Equatable {
    /// Keys of one owner share the text in braces, so that Redis Cluster keeps them on one node (hash tag).
    var subject: String
    var perMinute: Int

    /// - Parameters:
    ///   - owner: a workspace, an address.
    ///   - part: what of the owner's is counted by itself, such as a key.
    init(_ owner: String, part: String? = nil, perMinute: Int) {
        subject = "{\(owner)}" + (part.map { ":" + $0 } ?? "")
        self.perMinute = perMinute
    }
}

/// A sliding window over two counters, in Redis; in this process while Redis is away.
///
/// https://redis.io/docs/latest/develop/programmability/eval-intro/: one script is one round trip and atomic.
final class RateLimiter: Sendable {
    static let windowSeconds = 60

    private let redis: RedisPool
    private let workers: Int
    private let metrics: ApplicationMetrics?
    private let local = LocalRateLimiter()
    /// Monotonic milliseconds before which Redis is not asked again.
    private let awayUntil = Atomic<Int>(0)

    /// How long Redis is left alone after a failure.
    private static let pauseMilliseconds = 1000

    init(redis: RedisPool, workers: Int, metrics: ApplicationMetrics? = nil) {
        self.redis = redis
        self.metrics = metrics
        self.workers = max(1, workers)
    }

    /// Counts a request against all limits and lets it in if each of them does; refused, it counts against none.
    /// - Parameters:
    ///   - cost: how many requests it counts as; 0 only asks for the epoch.
    ///   - nextCost: what the request will cost when it comes again, for the time that a refused client is told to wait.
    ///   - epoch: the epoch that the limits were read under. Under another nothing is counted: the limits may be others.
    func check(_ limits: [RateLimit], cost: Int = 1, nextCost: Int? = nil, under epoch: String? = nil) -> RateDecision {
        let decision = decide(limits, cost, nextCost ?? cost, epoch)
        if cost > 0 { metrics?.decisions.add(decision.isAllowed ? .allowed : .refused) }
        return decision
    }

    private func decide(_ limits: [RateLimit], _ cost: Int, _ nextCost: Int, _ epoch: String?) -> RateDecision {
        if awayUntil.load(ordering: .relaxed) <= monotonicMilliseconds() {
            do {
                return try redis.withResource(timeoutMilliseconds: 50, keepIf: \.isUsable) {
                    try decide(try evaluate($0, limits, cost, nextCost, epoch))
                }
            } catch {
                redis.drain()  // the idle connections have gone with the one that failed
                awayUntil.store(monotonicMilliseconds() + Self.pauseMilliseconds, ordering: .relaxed)
            }
        }
        metrics?.fallbacks.add()
        return checkLocally(limits, cost)
    }

    /// Counts a request against one limit.
    func check(_ owner: String, limit: Int, cost: Int = 1) -> RateDecision {
        check([RateLimit(owner, perMinute: limit)], cost: cost)
    }

    /// Every worker may let in its share of twice the limit: never unlimited, never a lock-out.
    private func checkLocally(_ limits: [RateLimit], _ cost: Int) -> RateDecision {
        local.check(limits, share: { [workers] in max(1, (2 * $0 + workers - 1) / workers) }, cost: cost)
    }

    /// Gives a subject a new epoch, so that whatever is cached under the old one is loaded again. False if Redis is away.
    func replaceEpoch(of owner: String) -> Bool {
        let command = try? redis.withResource(timeoutMilliseconds: 50, keepIf: \.isUsable) {
            try $0.command("SET", RedisArgument("mask:{\(owner)}:epoch"), RedisArgument(Self.freshEpoch()))
        }
        return command != nil
    }

    private func evaluate(
        _ connection: Connection, _ limits: [RateLimit], _ cost: Int, _ nextCost: Int, _ epoch: String?
    ) throws -> Reply {
        try connection.evaluate(
            Self.script, keys: limits.map { "mask:" + $0.subject },
            arguments: [
                RedisArgument(Self.windowSeconds * 1000), RedisArgument(cost), RedisArgument(nextCost),
                RedisArgument(Self.freshEpoch()), RedisArgument(epoch ?? ""),
            ] + limits.map { RedisArgument($0.perMinute) })
    }

    private func decide(_ reply: Reply) throws -> RateDecision {
        guard let parts = reply.elements, parts.count == 6, let allowed = parts[0].number, let limit = parts[1].number,
            let remaining = parts[2].number, let milliseconds = parts[3].number, let now = parts[4].number
        else { throw RedisError.server("the rate limit script answered something else") }
        let seconds = max(1, Int(milliseconds + 999) / 1000)
        return RateDecision(
            isAllowed: allowed == 1, limit: Int(limit), remaining: Int(remaining), secondsToReset: seconds,
            resetAt: Int(now) + seconds, epoch: parts[5].text)
    }

    private static func freshEpoch() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }

    /// KEYS: subjects. ARGV: window, cost, next cost, a fresh epoch, the expected epoch or nothing, then the limit of each
    /// subject.
    /// Returns whether the request is let in, then limit, remaining, milliseconds to wait of the tightest limit, the time
    /// in seconds, and the epoch of the first subject.
    private static let script = Script("""
        local window, cost, again = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local number = math.floor(now / window)
        local elapsed = now - number * window
        local here, before = ':' .. string.format('%d', number), ':' .. string.format('%d', number - 1)
        local epoch, tightest, isRefused, last, empty
        for i, key in ipairs(KEYS) do
          local limit = tonumber(ARGV[5 + i])
          local values = redis.call('MGET', key .. here, key .. before, key .. ':epoch')
          local c, p = tonumber(values[1] or 0), tonumber(values[2] or 0)
          if i == 1 then
            epoch = values[3]
            if not epoch then
              epoch = ARGV[4]
              redis.call('SET', key .. ':epoch', epoch)
            end
            if ARGV[5] ~= '' and ARGV[5] ~= epoch then cost = 0 end
          end
          local used = p * (window - elapsed) / window + c
          if used + cost <= limit then
            local left = math.floor(limit - used - cost)
            if not tightest or left < tightest[2] then tightest = {limit, left, window - elapsed} end
            if c == 0 then empty = empty or {}; empty[i] = true end
          else
            isRefused = true
          end
          if used + again > limit then
            -- When will used + again <= limit hold, if nobody else comes? Of all limits: the one that refuses may be the
            -- first to let in again.
            local wait
            if c + again <= limit then
              wait = window * (1 - (limit - c - again) / p) - elapsed
            else
              wait = window - elapsed
              if c > limit - again then wait = wait + math.max(0, window * (1 - (limit - again) / c)) end
            end
            wait = math.ceil(wait) + 1
            if not last or wait > last[3] then last = {limit, math.max(0, math.floor(limit - used)), wait} end
          end
        end
        if isRefused then return {0, last[1], last[2], last[3], tonumber(time[1]), epoch} end
        if cost > 0 then
          for i, key in ipairs(KEYS) do
            if empty and empty[i] then
              redis.call('SET', key .. here, cost, 'PX', 2 * window)
            else
              redis.call('INCRBY', key .. here, cost)
            end
          end
        end
        return {1, tightest[1], tightest[2], tightest[3], tonumber(time[1]), epoch}
        """)
}

/// The same window in this process: stands in while Redis is away.
final class LocalRateLimiter: Sendable {
    private struct Window {
        var number = 0
        var current = 0
        var previous = 0

        mutating func used(inWindow number: Int, elapsed: Int) -> Int {
            if self.number != number {
                previous = self.number == number - 1 ? current : 0
                (self.number, current) = (number, 0)
            }
            return previous * (LocalRateLimiter.length - elapsed) / LocalRateLimiter.length + current
        }
    }

    private let windows = Monitor<[String: Window]>([:])
    /// Subjects that are remembered; when there are more, all are forgotten.
    private static let limit = 50_000
    private static let length = RateLimiter.windowSeconds * 1000

    /// Counts against all limits or, refused, against none.
    /// - Parameters:
    ///   - share: what this process may let in of a limit that clients are told.
    ///   - now: the clock, which may jump: then the counters begin anew.
    func check(_ limits: [RateLimit], share: (Int) -> Int, cost: Int, now: Int = realMilliseconds()) -> RateDecision {
        let (number, elapsed) = (now / Self.length, now % Self.length)
        let states = windows.withLock { windows in
            if windows.count > Self.limit { windows.removeAll() }
            let states = limits.map { limit in
                let used = windows[limit.subject, default: Window()].used(inWindow: number, elapsed: elapsed) + cost
                return (limit: limit.perMinute, used: used, isAllowed: used <= share(limit.perMinute))
            }
            if states.allSatisfy(\.isAllowed) { limits.forEach { windows[$0.subject]?.current += cost } }
            return states
        }
        // A refused client is sent to where two windows have passed: then it is let in whatever the counters say.
        if let refused = states.first(where: { !$0.isAllowed }) {
            return decision(false, refused.limit, remaining: 0, 2 * Self.length - elapsed, now)
        }
        let tightest = states.map { (limit: $0.limit, left: max(0, min($0.limit, share($0.limit)) - $0.used)) }.min { $0.left < $1.left }
        return decision(true, tightest?.limit ?? 0, remaining: tightest?.left ?? 0, Self.length - elapsed, now)
    }

    private func decision(_ isAllowed: Bool, _ limit: Int, remaining: Int, _ milliseconds: Int, _ now: Int) -> RateDecision {
        let seconds = (milliseconds + 999) / 1000
        return RateDecision(
            isAllowed: isAllowed, limit: limit, remaining: remaining, secondsToReset: seconds, resetAt: now / 1000 + seconds,
            epoch: nil)
    }
}

func monotonicMicroseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
}

func monotonicMilliseconds() -> Int { clockMilliseconds(CLOCK_MONOTONIC) }
func realMilliseconds() -> Int { clockMilliseconds(CLOCK_REALTIME) }

private func clockMilliseconds(_ clock: clockid_t) -> Int {
    var time = timespec()
    clock_gettime(clock, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}
