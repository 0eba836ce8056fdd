import DeliveryStore
import Model
import Store

/// What a sender has in memory of a lane, by which it decides how much more to claim.
struct Capacity: Sendable {
    /// What it has of one endpoint's lane.
    struct Holding: Sendable {
        /// Deliveries that are under way, or have not been begun.
        var count: Int
        /// What its requests take, as far as is known.
        var milliseconds: Double?
        /// Attempts that failed in a row, as this sender knows: what is not yet recorded included.
        var failures: Int
        /// Until when it waits for something on this side.
        var putOffUntil: Timestamp?
    }

    var lane: EventLane
    /// How many more deliveries it takes on.
    var free: Int
    var holdings: [DeliveryQueue.Work: Holding] = [:]

    /// Deliveries of one endpoint that is doing well.
    private static let most = 1024
    /// What is not begun within a lease is given back, so an endpoint gets what it can take in part of one.
    private static let readyMilliseconds = 20_000.0
    /// Of an endpoint whose pace is not known.
    private static let first = 256

    /// How many more to claim of an endpoint that is doing like this.
    func size(_ work: DeliveryQueue.Work, _ health: WebhookHealth, at now: Timestamp) -> Int {
        max(0, min(limit(work, health, at: now) - (holdings[work]?.count ?? 0), free))
    }

    /// The same, but nothing where there is enough to go on with.
    func refill(_ work: DeliveryQueue.Work, _ health: WebhookHealth, at now: Timestamp) -> Int {
        let limit = limit(work, health, at: now)
        let isEnough = limit > Sender.transfersPerEndpoint(lane) && (holdings[work]?.count ?? 0) > limit / 2
        return isEnough ? 0 : size(work, health, at: now)
    }

    /// Whether there is enough of an endpoint, however it may be doing.
    func isFull(_ work: DeliveryQueue.Work, at now: Timestamp) -> Bool {
        var best = WebhookHealth()
        best.lastSuccessAt = now
        return refill(work, best, at: now) == 0
    }

    /// Of one that keeps failing one at a time, of one that is doing well many, of one that waits none.
    private func limit(_ work: DeliveryQueue.Work, _ health: WebhookHealth, at now: Timestamp) -> Int {
        let holding = holdings[work]
        let atOnce = Sender.transfersPerEndpoint(lane)
        if let until = holding?.putOffUntil, until > now { return 0 }
        let failures = max(health.failures, holding?.failures ?? 0)
        if failures >= DeliveryQueue.breakerFailures { return 1 }
        guard failures == 0, health.lastSuccessAt != nil else { return atOnce }
        guard let milliseconds = holding?.milliseconds else { return Self.first }
        return max(atOnce, Int(min(Double(Self.most), Double(atOnce) * Self.readyMilliseconds / max(milliseconds, 1))))
    }

    mutating func take(_ count: Int, of work: DeliveryQueue.Work) {
        free -= count
        holdings[work, default: Holding(count: 0, failures: 0)].count += count
    }
}
