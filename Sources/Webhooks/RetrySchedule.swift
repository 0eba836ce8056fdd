import Curl
import DeliveryStore
import Model
import Store

/// When a delivery is tried again: ten attempts over three days (the example of Standard Webhooks 1.0), and what an
/// answer can change about it.
public enum RetrySchedule {
    /// Seconds between an attempt and the next, after the first, the second, ….
    public static let delays = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]

    public static let attempts = DeliveryQueue.attempts

    /// Each delay is up to a fifth shorter or longer, so that what failed together does not come again together.
    public static let jitter = 0.8...1.2

    /// An endpoint that is too busy is left alone at least so long.
    private static let busySeconds = 60

    /// How long a `Retry-After` can put an attempt off, however large it is.
    private static let longestPutOff = 3600

    /// - Parameter number: of the attempt that failed, from 1.
    /// - Returns: seconds until the next; nil when there is none.
    public static func delay(
        after number: Int, _ exchange: Exchange, at now: Timestamp, factor: Double = Double.random(in: jitter)
    ) -> Double? {
        guard number <= delays.count else { return nil }
        var seconds = Double(delays[number - 1]) * factor
        if isBusy(exchange) { seconds = max(seconds, Double(busySeconds)) }
        if let wanted = retryAfter(exchange, at: now) {
            seconds = min(max(seconds, Double(wanted)), max(2 * seconds, Double(longestPutOff)))
        }
        return seconds
    }

    private static func isBusy(_ exchange: Exchange) -> Bool {
        switch exchange.result {
        case .answered(let status): [429, 502, 504].contains(status)
        case .failed(let failure): failure == .timeout
        }
    }

    /// Seconds, or a date (RFC 9110 section 10.2.3), of a 429 or 503; nonsense is ignored.
    private static func retryAfter(_ exchange: Exchange, at now: Timestamp) -> Int? {
        guard case .answered(let status) = exchange.result, status == 429 || status == 503, let text = exchange.retryAfter,
            !text.isEmpty
        else { return nil }
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return Int(text) ?? .max }
        return Timestamp(httpDate: text, now: now).map { Int(($0.milliseconds - now.milliseconds + 999) / 1000) }
    }
}

/// What makes an endpoint be left alone, and what ends it.
///
/// One that is back is sent what waited without a pace of its own, the longest due first. The bound on what is in flight is
/// the better one: a receiver gets the next request when it has answered another, five at the most, so a slow one is sent
/// little and a fast one catches up, where a number per second would be too much for one and hours for the other. It starts
/// slowly: with the one probe whose success closes the breaker. A failure gives back what is not yet sent; `Retry-After` is
/// for receivers that want more time.
public enum EndpointPolicy {
    private static let firstProbeSeconds = 30.0
    private static let longestProbeSeconds = 600.0

    /// Without a success for so long, and after so many failures, an endpoint is disabled.
    public static let deadSeconds: Int64 = 5 * 86_400
    public static let deadFailures = 10

    /// Days without a success after which this is noted, so that somebody can see to it before the endpoint is disabled.
    public static let noticeDays = [1, 3]

    /// Whether there may be something to note of an endpoint.
    public static func isNoticeDue(_ health: WebhookHealth, at now: Timestamp) -> Bool {
        health.failingSince.map { now.milliseconds - $0.milliseconds >= 86_400_000 } ?? false
    }

    /// When an endpoint that keeps failing is tried again, with one delivery; nil of one that does not.
    public static func probe(of health: WebhookHealth, at now: Timestamp) -> Timestamp? {
        probeDelay(failures: health.failures).map { now.adding(milliseconds: Int64($0 * 1000)) }
    }

    /// Seconds until the next probe of an endpoint that has failed so often in a row.
    static func probeDelay(failures: Int) -> Double? {
        guard failures >= DeliveryQueue.breakerFailures else { return nil }
        let doublings = min(failures - DeliveryQueue.breakerFailures, 10)
        return min(firstProbeSeconds * Double(1 << doublings), longestProbeSeconds)
    }

    /// Why an endpoint is to be disabled; nil where it is not.
    public static func end(isGone: Bool, _ health: WebhookHealth, at now: Timestamp) -> String? {
        if isGone { return "The endpoint answered 410 Gone." }
        guard let since = health.failingSince, health.failures >= deadFailures,
            now.milliseconds - since.milliseconds >= deadSeconds * 1000
        else { return nil }
        return "No delivery has succeeded for five days, in \(health.failures) attempts."
    }
}
