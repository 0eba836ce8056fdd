import DeliveryStore
import Model
import Store
import Threads

extension Sender {
    /// What this sender has of an endpoint's lane.
    final class EndpointState {
        let work: DeliveryQueue.Work
        var claimed: ArraySlice<DeliveryQueue.Claimed> = []
        var running = 0
        /// Results that are not yet written.
        var unrecorded = 0
        /// What its requests take: an average in which the last tenth is new.
        var milliseconds: Double?
        /// As this sender knows it: what its results say is added when they come, not when they are written.
        var health = WebhookHealth()
        /// Until when it waits for something on this side.
        private(set) var putOffUntil: Timestamp?
        /// Whether it stands in the queue of those that have something to begin.
        var isQueued = false

        /// An endpoint that takes longer is slow.
        private static let slowMilliseconds = 1000.0
        private static let putOffMilliseconds: Int64 = 60_000

        init(_ work: DeliveryQueue.Work) { self.work = work }

        var pace: Places.Pace { milliseconds.map { $0 > Self.slowMilliseconds ? .slow : .fast } ?? .unknown }
        var isIdle: Bool { claimed.isEmpty && running == 0 && unrecorded == 0 }

        /// What its next request takes.
        var place: Places.Place {
            Places.Place(
                share: Places.Share(workspace: work.workspace, lane: work.lane, pace: pace), isOfFailing: health.failures > 0)
        }

        var holding: Capacity.Holding {
            Capacity.Holding(
                count: claimed.count + running, milliseconds: milliseconds, failures: health.failures, putOffUntil: putOffUntil)
        }

        func putOff() { putOffUntil = Timestamp.now().adding(milliseconds: Self.putOffMilliseconds) }
    }

    /// What this sender has of a lane.
    struct Lane {
        /// The endpoints that have something to begin; each gets one request in turn.
        var queue: ArraySlice<EndpointState> = []
        /// Deliveries that have been claimed and have not ended.
        var holding = 0
        var isSearching = false
        var searchAt = Deadline.after(milliseconds: 0)
        /// Whether the last search left something for want of room.
        var hasMore = false

        /// Deliveries in memory that have not ended; with half of them it does not look for more.
        private static let holdingLimit = 8192

        var free: Int { Self.holdingLimit - holding }
        var wantsMore: Bool { holding < Self.holdingLimit / 2 }
    }
}
