import Threads

/// The same window in this process: stands in while Redis is away.
package final class LocalRateLimiter: Sendable {
    private struct Window {
        var number = 0
        var current = 0
        var previous = 0

        mutating func used(inWindow number: Int, elapsed: Int, of length: Int) -> Int {
            if self.number != number {
                previous = self.number == number - 1 ? current : 0
                (self.number, current) = (number, 0)
            }
            return previous * (length - elapsed) / length + current
        }
    }

    private struct State {
        var limit: RateLimit
        var used: Int
        var isAllowed: Bool
    }

    /// Of the subjects that came last; some 100 bytes each.
    private let windows = Monitor(RecentlyUsed<String, Window>(budget: 50_000))

    /// Counts against all limits or, refused, against none.
    /// - Parameters:
    ///   - share: what this process may let in of a limit that clients are told.
    ///   - counts: false only asks.
    ///   - length: of the window, in milliseconds.
    ///   - now: the clock, which may jump: then the counters begin anew.
    package func check(
        _ charges: [RateCharge], share: (Int) -> Int, counts: Bool = true, length: Int = RateLimiter.windowSeconds * 1000,
        now: Int = realMilliseconds()
    ) -> RateDecision {
        let (number, elapsed) = (now / length, now % length)
        let states = windows.withLock { windows in
            let states = charges.map { charge in
                var window = windows.use(charge.limit.subject) ?? Window()
                let used = window.used(inWindow: number, elapsed: elapsed, of: length) + charge.cost
                return (State(limit: charge.limit, used: used, isAllowed: used <= share(charge.limit.perMinute)), window)
            }
            if counts && states.allSatisfy(\.0.isAllowed) {
                for (charge, (_, window)) in zip(charges, states) {
                    var window = window
                    window.current += charge.cost
                    windows.set(charge.limit.subject, to: window)
                }
            }
            return states.map(\.0)
        }
        // Two windows from now a request is let in whatever the counters say, those of the other workers too.
        func decision(_ isAllowed: Bool, _ limit: Int, _ remaining: Int) -> RateDecision {
            RateDecision(
                isAllowed: isAllowed, limit: limit, remaining: remaining, wait: 2 * length - elapsed, now: now, isShared: false)
        }
        if let refused = states.first(where: { !$0.isAllowed }) { return decision(false, refused.limit.perMinute, 0) }
        let tightest = states.map { state in
            let limit = state.limit.perMinute
            return (limit: limit, left: max(0, min(limit, share(limit)) - state.used))
        }.min { $0.left < $1.left }
        return decision(true, tightest?.limit ?? 0, tightest?.left ?? 0)
    }
}
