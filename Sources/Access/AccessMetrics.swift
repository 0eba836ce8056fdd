import Metrics

/// What the limits of a host decide.
package struct AccessMetrics: Sendable {
    package enum Decision: Int, CounterCase { case allowed, refused }

    package let decisions: CounterSet<Decision>
    /// Decisions that a worker made by itself.
    package let fallbacks: Counter

    private static let fallbacksName = "mask_rate_limit_fallbacks"

    package init(_ memory: HostMemory) {
        decisions = CounterSet(
            "mask_rate_limit_decisions", by: "decision", "Requests that the rate limits let in or refused.", in: memory)
        fallbacks = Counter(Self.fallbacksName, in: memory)
    }

    package var families: [MetricFamily] {
        [
            decisions.family,
            .counter(
                Self.fallbacksName, "Decisions of the rate limits that a worker made by itself, because Redis was away.",
                [([], fallbacks)]),
        ]
    }
}
