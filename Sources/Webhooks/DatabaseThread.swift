import Curl
import DeliveryStore
import Model
import Store
import Threads

/// The sender's work with the database, on a thread of its own, so that requests go on meanwhile. Orders are carried out
/// one after another.
final class DatabaseThread: Sendable {
    enum Order: Sendable {
        /// Pick up and claim.
        case search(EventLane, Capacity)
        /// Write what came of attempts, and leave lanes alone until a time.
        case record([DeliveryQueue.Result], putOff: [DeliveryQueue.Work: Timestamp])
    }

    enum Report: Sendable {
        /// Of a search that goes on: what was picked up need not wait for what else is found.
        case pickedUp([DeliveryQueue.Claimed])
        case found(Findings)
        /// The endpoints that were disabled.
        case recorded([DeliveryQueue.Result], disabled: [DeliveryQueue.Work])
        /// It is not known to have been done. What is done twice counts once.
        case failed(Order, any Error)
    }

    struct Findings: Sendable {
        var lane: EventLane
        /// Events that were picked up.
        var events = 0
        /// What was claimed of lanes that were due.
        var claimed: [DeliveryQueue.Claimed] = []
        /// As they were when they were claimed of.
        var healths: [DeliveryQueue.Work: WebhookHealth] = [:]
        var unclaimable: [DeliveryQueue.Work] = []
        /// When something else will be due: in the past where there was no room for all.
        var nextDue: Timestamp?

        var isEmpty: Bool { events == 0 && claimed.isEmpty }
    }

    private struct State {
        var orders: [Order] = []
        var reports: [Report] = []
        var isClosed = false
    }

    private let state = Monitor(State())
    private let thread: Thread

    /// - Parameter waker: called after each report.
    init(_ queue: QueueWork, waker: Waker) throws {
        let state = state
        thread = try Thread.start(name: "webhooks database") {
            while let order = Self.next(state) {
                queue.carryOut(order) { report in
                    state.withLock { $0.reports.append(report) }
                    waker.wake()
                }
            }
        }
    }

    func submit(_ order: Order) {
        state.withLock { $0.orders.append(order) }
        state.signal()
    }

    /// The reports since this was last asked.
    func takeReports() -> [Report] {
        state.withLock { state in
            defer { state.reports = [] }
            return state.reports
        }
    }

    /// Drops the orders that have not been begun, and waits for the one that has.
    func close() {
        state.withLock { $0.isClosed = true }
        state.signal()
        thread.join()
    }

    /// Nil once the database is closed.
    private static func next(_ state: Monitor<State>) -> Order? {
        state.wait(until: .never) { state -> Order?? in
            if state.isClosed { return .some(nil) }
            return state.orders.isEmpty ? nil : .some(state.orders.removeFirst())
        } ?? nil
    }
}
