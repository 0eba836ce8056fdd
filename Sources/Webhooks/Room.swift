import Model
import Store

/// What a sender has in memory of a lane, by which it decides how much more to claim.
struct Room: Sendable {
    /// What it has of one endpoint's lane.
    struct Holding: Sendable {
        /// Deliveries that are under way, or have not been begun.
        var count: Int
        /// Attempts that failed in a row, as this sender knows: what is not yet recorded included.
        var failures: Int
        /// Until when it waits for something on this side.
        var putOffUntil: Timestamp?
    }

    var lane: EventLane
    /// How many more deliveries it takes on.
    var free: Int
    var holdings: [DeliveryQueue.Work: Holding] = [:]

    /// Of one endpoint that is doing well.
    static let claimSize = 512

    /// How many more to claim of an endpoint that is doing like this: of one that keeps failing one at a time, of one that
    /// is doing well many, if there is nothing to wait for.
    func size(_ work: DeliveryQueue.Work, _ health: WebhookHealth, at now: Timestamp) -> Int {
        let holding = holdings[work]
        if let until = holding?.putOffUntil, until > now { return 0 }
        let (count, failures) = (holding?.count ?? 0, max(health.failures, holding?.failures ?? 0))
        let wanted: Int
        if failures >= DeliveryQueue.breakerFailures {
            wanted = 1 - count
        } else if failures > 0 || health.lastSuccessAt == nil {
            wanted = Sender.transfersPerEndpoint(lane) - count
        } else {
            wanted = count < Self.claimSize / 2 ? Self.claimSize - count : 0
        }
        return max(0, min(wanted, free))
    }

    mutating func take(_ count: Int, of work: DeliveryQueue.Work) {
        free -= count
        holdings[work, default: Holding(count: 0, failures: 0)].count += count
    }
}
