import Curl
import DeliveryStore
import Glibc
import Model
import POSIX
import Redis
import Signals
import Store
import Synchronization
import Threads
import Webhooks

/// `mask-webhooks`: sends what waits, for just under a minute, and then until the next run has begun.
///
/// Cron starts it each minute. That two runs overlap for a moment is what makes webhooks fast: there is never a gap.
public struct SenderProgram: Sendable {
    private let installation: Installation

    /// How long a run waits for its successor when its own time is over: cron may be late.
    private static let patienceSeconds = 20

    /// A sender that stops in the midst of a transaction keeps others waiting for so long at the most.
    private static let idleTransactionSeconds = 5

    public init(_ installation: Installation) {
        self.installation = installation
    }

    public func runOnce() throws { try makeSender().runOnce() }

    /// Works for so many seconds, until SIGTERM or SIGHUP at the latest; what is in flight then is finished.
    /// - Returns: whether it was SIGHUP: whoever runs this begins anew, with the configuration as it is then.
    public func run(seconds: Int) throws -> Bool {
        let sender = try makeSender()
        let (wakeup, state, redis) = (sender.wakeup, SenderState(), installation.configuration.redis)
        // Who began together with this run, on another host, ends together with it: no successor.
        let half = Deadline.after(milliseconds: seconds * 500)
        _ = try Thread.start(name: "signals") {
            state.waitForStopSignal()
            wakeup.wake()
        }
        _ = try Thread.start(name: "calls") {
            SenderCallListener(redis, name: ULID(milliseconds: Timestamp.now().milliseconds).description).run { call in
                if call == .successor, half.hasPassed { state.noteSuccessor() }
                wakeup.wake()
            }
        }
        let end = Deadline.after(milliseconds: seconds * 1000)
        let last = Deadline.after(milliseconds: (seconds + Self.patienceSeconds) * 1000)
        let trouble = sender.run { state.isStopped || last.hasPassed || end.hasPassed && state.hasSuccessor }
        if let trouble { throw trouble }
        return state.isReloaded
    }

    /// What a run would begin with, in a sentence each.
    public func rehearse() throws -> [String] {
        let backlog = try installation.store.read { try DeliveryStatistics.backlog(at: .now(), on: $0) }
        return [
            "would pick up \(backlog.eventsWaiting) events",
            "would work on \(backlog.deliveriesWaiting) deliveries, of which the oldest is due since \(backlog.oldestDueSeconds) s",
        ]
    }

    private func makeSender() throws -> Sender {
        let configuration = installation.configuration
        var database = configuration.database
        database.sessionStatement += ", idle_transaction_timeout = \(Self.idleTransactionSeconds)"
        return try Sender(
            store: Store(database, connections: 2, metrics: StoreMetrics(installation.memory)),
            policy: installation.webhookPolicy, logger: installation.logger, metrics: SenderMetrics(installation.memory))
    }
}

/// What other threads tell the one that sends.
private final class SenderState: Sendable {
    private let stopped = Atomic(false)
    private let reloaded = Atomic(false)
    private let successor = Atomic(false)

    var isStopped: Bool { stopped.load(ordering: .acquiring) }
    var isReloaded: Bool { reloaded.load(ordering: .acquiring) }
    var hasSuccessor: Bool { successor.load(ordering: .acquiring) }

    func noteSuccessor() { successor.store(true, ordering: .releasing) }

    /// SIGTERM, SIGINT and SIGHUP are blocked in every thread and waited for in this one.
    func waitForStopSignal() {
        let number = StopSignals.wait(reload: true)
        reloaded.store(number == SIGHUP, ordering: .releasing)
        stopped.store(true, ordering: .releasing)
    }
}
