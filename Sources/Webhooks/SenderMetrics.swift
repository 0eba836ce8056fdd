import Curl
import Metrics
import Model

/// What the senders of a host count.
public struct SenderMetrics: Sendable {
    enum Attempt: Int, CounterCase {
        case succeeded
        /// Answered with anything but 2xx.
        case refused
        /// Not answered.
        case failed
    }

    enum Outcome: Int, CounterCase { case succeeded, failed }

    private let attempts: CounterSet<Attempt>
    private let deliveries: CounterSet<Outcome>
    private let duration: Histogram
    private let searchedAt: Gauge

    private static let durationName = "mask_webhook_attempt_duration_seconds"

    public init(_ memory: HostMemory) {
        attempts = CounterSet(
            "mask_webhook_attempts", by: "result",
            "Attempts to deliver an event: succeeded (2xx), refused (another status), failed (no answer).", in: memory)
        deliveries = CounterSet(
            "mask_webhook_deliveries", by: "result", "Deliveries that ended, after one attempt or several.", in: memory)
        duration = Histogram(Self.durationName, in: memory)
        searchedAt = Gauge("mask_webhooks_searched_at", in: memory)
    }

    func note(_ exchange: Exchange, endedAs status: Delivery.Status) {
        switch exchange.result {
        case .answered where exchange.isSuccess: attempts.add(.succeeded)
        case .answered: attempts.add(.refused)
        case .failed: attempts.add(.failed)
        }
        switch status {
        case .succeeded: deliveries.add(.succeeded)
        case .failed: deliveries.add(.failed)
        default: break
        }
        duration.observe(microseconds: exchange.milliseconds * 1000)
    }

    /// A sender has looked for work, and MariaDB has answered.
    func noteSearch(at now: Timestamp) { searchedAt.set(Int(now.milliseconds)) }

    /// When a sender of this host last looked for work; nil where none has since the host was started.
    public var lastSearch: Timestamp? {
        searchedAt.value > 0 ? Timestamp(milliseconds: Int64(searchedAt.value)) : nil
    }

    public var families: [MetricFamily] {
        [
            attempts.family, deliveries.family,
            .histogram(Self.durationName, "How long attempts to deliver an event took.", [([], duration)]),
        ]
    }
}
