import Redis
import Signals
import Synchronization
import Threads

/// A sliding window over two counters, in Redis; in this process while Redis is away.
///
/// https://redis.io/docs/latest/develop/programmability/eval-intro/: one script is one round trip and atomic.
package final class RateLimiter: Sendable {
    package static let windowSeconds = 60

    private let redis: RedisPool
    private let workers: Int
    private let metrics: AccessMetrics?
    private let local = LocalRateLimiter()
    /// Monotonic milliseconds before which Redis is not asked again.
    private let awayUntil = Atomic<Int>(0)

    /// How long Redis is left alone after a failure.
    private static let pauseMilliseconds = 1000
    /// How long one look for a free connection takes, and how long it is looked for.
    private static let turnMilliseconds = 50
    private static let patienceMilliseconds = 250

    package init(redis: RedisPool, workers: Int, metrics: AccessMetrics? = nil) {
        self.redis = redis
        self.metrics = metrics
        self.workers = max(1, workers)
    }

    /// Counts a request against all limits and lets it in if each of them does; refused, it counts against none.
    /// - Parameter counts: false only asks whether it would be let in.
    package func check(_ charges: [RateCharge], _ epoch: EpochDemand = .none, counts: Bool = true) -> RateDecision {
        let decision = ask(charges, epoch, counts) ?? checkLocally(charges, counts)
        if counts && charges.contains(where: { $0.cost > 0 }) { metrics?.decisions.add(decision.isAllowed ? .allowed : .refused) }
        return decision
    }

    /// Counts a request that costs the same everywhere.
    /// - Parameter cost: 0 only asks for the epoch.
    package func check(_ limits: [RateLimit], cost: Int = 1, _ epoch: EpochDemand = .none) -> RateDecision {
        check(limits.map { RateCharge(limit: $0, cost: cost, next: max(1, cost)) }, epoch)
    }

    /// Counts a request against one limit.
    package func check(_ owner: String, limit: Int) -> RateDecision { check([RateLimit(owner, perMinute: limit)]) }

    /// Whether a request would be let in.
    package func allows(_ limits: [RateLimit]) -> RateDecision { check(limits.map { RateCharge(limit: $0) }, counts: false) }

    private var isAway: Bool { awayUntil.load(ordering: .relaxed) > monotonicMilliseconds() }

    /// Nil where it has to be decided here: Redis is away, or all connections are in use for longer than anybody may wait.
    private func ask(_ charges: [RateCharge], _ epoch: EpochDemand, _ counts: Bool) -> RateDecision? {
        let deadline = Deadline.after(milliseconds: Self.patienceMilliseconds)
        while !isAway && !deadline.hasPassed {
            do {
                return try redis.withResource(timeoutMilliseconds: Self.turnMilliseconds, keepIf: \.isUsable) {
                    try RateLimitScript.decision(try evaluate($0, charges, epoch, counts))
                }
            } catch PoolError.exhausted {
                continue  // says nothing of Redis: the others are asking it
            } catch {
                redis.drain()  // the idle connections have gone with the one that failed
                awayUntil.store(monotonicMilliseconds() + Self.pauseMilliseconds, ordering: .relaxed)
            }
        }
        metrics?.fallbacks.add()
        return nil
    }

    /// Every worker may let in its share of twice the limit: never unlimited, never a lock-out.
    private func checkLocally(_ charges: [RateCharge], _ counts: Bool) -> RateDecision {
        local.check(charges, share: { [workers] in max(1, (2 * $0 + workers - 1) / workers) }, counts: counts)
    }

    private func evaluate(
        _ connection: Connection, _ charges: [RateCharge], _ epoch: EpochDemand, _ counts: Bool
    ) throws -> Reply {
        let (fresh, expected) = switch epoch {
        case .none: ("", "")
        case .present: (Epoch.fresh(), "")
        case .expected(let epoch): (Epoch.fresh(), epoch)
        }
        return try connection.evaluate(
            RateLimitScript.script, keys: charges.map { "mask:" + $0.limit.subject },
            arguments: [
                RedisArgument(Self.windowSeconds * 1000), RedisArgument(counts ? 1 : 0), RedisArgument(fresh),
                RedisArgument(expected), RedisArgument(Epoch.milliseconds),
            ] + charges.flatMap { [RedisArgument($0.limit.perMinute), RedisArgument($0.cost), RedisArgument($0.next)] })
    }
}
