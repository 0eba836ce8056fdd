import Redis
import Signals
import Threads

/// A sliding window over two counters, in Redis; in this process while Redis is away.
package final class RateLimiter: Sendable {
    package static let windowSeconds = 60

    private let workers: Int
    private let metrics: AccessMetrics?
    private let local = LocalRateLimiter()
    /// What many threads ask at the same moment goes to Redis as one.
    private let combined: Combiner<RateQuestion, RateDecision?>

    /// Questions of one round trip at the most.
    private static let limit = 64

    package init(redis: RedisPool, workers: Int, metrics: AccessMetrics? = nil) {
        self.metrics = metrics
        self.workers = max(1, workers)
        let shared = SharedWindows(redis)
        combined = Combiner(limit: Self.limit) { shared.ask($0) }
    }

    /// Counts a request against all limits and lets it in if each of them does; refused, it counts against none.
    /// - Parameter counts: false only asks whether it would be let in.
    package func check(_ charges: [RateCharge], _ epoch: EpochDemand = .none, counts: Bool = true) -> RateDecision {
        let question = RateQuestion(charges: charges, epoch: epoch, counts: counts)
        let decision = combined.run(question) ?? checkLocally(question)
        if counts && charges.contains(where: { $0.cost > 0 }) { metrics?.decisions.add(decision.isAllowed ? .allowed : .refused) }
        return decision
    }

    /// Counts a try of what may not be tried often.
    /// - Parameters:
    ///   - limits: tries in a window, not in a minute.
    ///   - seconds: of the window.
    package func check(_ limits: [RateLimit], windowSeconds seconds: Int) -> RateDecision {
        let question = RateQuestion(charges: limits.map { RateCharge(limit: $0) }, epoch: .none, counts: true, windowSeconds: seconds)
        return combined.run(question) ?? checkLocally(question)
    }

    /// Counts a request that costs the same everywhere.
    package func check(_ limits: [RateLimit]) -> RateDecision { check(limits.map { RateCharge(limit: $0) }) }

    /// Counts a request against one limit.
    package func check(_ owner: String, limit: Int) -> RateDecision { check([RateLimit(owner, perMinute: limit)]) }

    /// Whether a request would be let in.
    package func allows(_ limits: [RateLimit]) -> RateDecision { check(limits.map { RateCharge(limit: $0) }, counts: false) }

    /// Every worker may let in its share of twice the limit: never unlimited, never a lock-out.
    private func checkLocally(_ question: RateQuestion) -> RateDecision {
        metrics?.fallbacks.add()
        return local.check(
            question.charges, share: { [workers] in max(1, (2 * $0 + workers - 1) / workers) }, counts: question.counts,
            length: question.windowSeconds * 1000)
    }
}
