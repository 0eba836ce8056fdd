import Glibc
import Redis
import Synchronization
import Threads

/// What a limit says of one request.
public struct RateDecision: Sendable, Equatable {
    public var isAllowed: Bool
    /// Requests a minute.
    public var limit: Int
    public var remaining: Int
    /// Seconds until the window ends or, for a refused request, until the next one is let in; never 0.
    public var secondsToReset: Int
    /// When that is, in seconds since 1970.
    public var resetAt: Int
    /// The epoch of the subject, see ``Authenticator``. Nil while Redis is away.
    public var epoch: String?
}

/// A sliding window over two counters, in Redis; in this process while Redis is away.
///
/// https://redis.io/docs/latest/develop/programmability/eval-intro/: one script is one round trip and atomic.
final class RateLimiter: Sendable {
    static let windowSeconds = 60

    private let redis: RedisPool
    private let workers: Int
    private let local = LocalRateLimiter()
    /// Monotonic milliseconds before which Redis is not asked again.
    private let awayUntil = Atomic<Int>(0)

    /// How long Redis is left alone after a failure.
    private static let pauseMilliseconds = 1000

    init(redis: RedisPool, workers: Int) {
        self.redis = redis
        self.workers = max(1, workers)
    }

    /// Counts a request against a subject (a workspace, an address) and says whether it is let in.
    func check(_ subject: String, limit: Int, cost: Int = 1) -> RateDecision {
        if awayUntil.load(ordering: .relaxed) <= monotonicMilliseconds() {
            do {
                return try redis.withResource(timeoutMilliseconds: 50, keepIf: \.isUsable) {
                    try decide(try evaluate($0, subject, limit, cost), limit)
                }
            } catch {
                redis.drain()  // the idle connections have gone with the one that failed
                awayUntil.store(monotonicMilliseconds() + Self.pauseMilliseconds, ordering: .relaxed)
            }
        }
        // Every worker may let in its share of twice the limit: never unlimited, never a lock-out.
        return local.check(subject, limit: max(1, (2 * limit + workers - 1) / workers), announced: limit, cost: cost)
    }

    /// Gives a subject a new epoch, so that whatever is cached under the old one is loaded again. False if Redis is away.
    func replaceEpoch(of subject: String) -> Bool {
        let command = try? redis.withResource(timeoutMilliseconds: 50, keepIf: \.isUsable) {
            try $0.command("SET", RedisArgument(Self.key(subject) + ":epoch"), RedisArgument(Self.freshEpoch()))
        }
        return command != nil
    }

    private func evaluate(_ connection: Connection, _ subject: String, _ limit: Int, _ cost: Int) throws -> Reply {
        try connection.evaluate(
            Self.script, keys: [Self.key(subject)],
            arguments: [
                RedisArgument(limit), RedisArgument(Self.windowSeconds * 1000), RedisArgument(cost),
                RedisArgument(Self.freshEpoch()),
            ])
    }

    private func decide(_ reply: Reply, _ limit: Int) throws -> RateDecision {
        guard let parts = reply.elements, parts.count == 5, let allowed = parts[0].number,
            let remaining = parts[1].number, let milliseconds = parts[2].number, let now = parts[3].number
        else { throw RedisError.server("the rate limit script answered something else") }
        let seconds = max(1, Int(milliseconds + 999) / 1000)
        return RateDecision(
            isAllowed: allowed == 1, limit: limit, remaining: Int(remaining), secondsToReset: seconds,
            resetAt: Int(now) + seconds, epoch: parts[4].text)
    }

    /// The braces make all keys of a subject live on one node of a cluster.
    private static func key(_ subject: String) -> String { "mask:{\(subject)}" }

    private static func freshEpoch() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }

    private static let script = Script("""
        local limit, window, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local number = math.floor(now / window)
        local elapsed = now - number * window
        local current = KEYS[1] .. ':' .. string.format('%d', number)
        local previous = KEYS[1] .. ':' .. string.format('%d', number - 1)
        local values = redis.call('MGET', current, previous, KEYS[1] .. ':epoch')
        local c, p, epoch = tonumber(values[1] or 0), tonumber(values[2] or 0), values[3]
        if not epoch then
          epoch = ARGV[4]
          redis.call('SET', KEYS[1] .. ':epoch', epoch)
        end
        local used = p * (window - elapsed) / window + c
        if used + cost <= limit then
          if c == 0 then
            redis.call('SET', current, cost, 'PX', 2 * window)
          else
            redis.call('INCRBY', current, cost)
          end
          return {1, math.floor(limit - used - cost), window - elapsed, tonumber(time[1]), epoch}
        end
        -- When will used + cost <= limit hold, if nobody else comes?
        local wait
        if c + cost <= limit then
          wait = window * (1 - (limit - c - cost) / p) - elapsed
        else
          wait = window - elapsed
          if c > limit - cost then wait = wait + math.max(0, window * (1 - (limit - cost) / c)) end
        end
        return {0, math.max(0, math.floor(limit - used)), math.ceil(wait) + 1, tonumber(time[1]), epoch}
        """)
}

/// The same window in this process: stands in while Redis is away.
final class LocalRateLimiter: Sendable {
    private struct Window {
        var number = 0
        var current = 0
        var previous = 0
    }

    private let windows = Monitor<[String: Window]>([:])
    /// Subjects that are remembered; when there are more, all are forgotten.
    private static let limit = 50_000

    /// - Parameter announced: the limit that clients are told.
    func check(_ subject: String, limit: Int, announced: Int, cost: Int) -> RateDecision {
        let (now, length) = (realMilliseconds(), RateLimiter.windowSeconds * 1000)
        let (number, elapsed) = (now / length, now % length)
        let (allowed, used) = windows.withLock { windows in
            if windows.count > Self.limit { windows.removeAll() }
            var window = windows[subject] ?? Window()
            if window.number != number {
                window.previous = window.number == number - 1 ? window.current : 0
                (window.number, window.current) = (number, 0)
            }
            let used = window.previous * (length - elapsed) / length + window.current
            let allowed = used + cost <= limit
            if allowed { window.current += cost }
            windows[subject] = window
            return (allowed, used)
        }
        // A refused client is sent to where two windows have passed: then it is let in whatever the counters say.
        let seconds = ((allowed ? length : 2 * length) - elapsed + 999) / 1000
        return RateDecision(
            isAllowed: allowed, limit: announced, remaining: allowed ? max(0, min(announced, limit) - used - cost) : 0,
            secondsToReset: seconds, resetAt: now / 1000 + seconds, epoch: nil)
    }
}

func monotonicMilliseconds() -> Int { clockMilliseconds(CLOCK_MONOTONIC) }
func realMilliseconds() -> Int { clockMilliseconds(CLOCK_REALTIME) }

private func clockMilliseconds(_ clock: clockid_t) -> Int {
    var time = timespec()
    clock_gettime(clock, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}
