import Glibc
import MariaDB
import Synchronization
import Threads

/// Whether MariaDB is away, found out by one thread for all.
///
/// ```
/// there ──a late answer, a refused connection──▶ in doubt ──a connection that is not answered──▶ silent
///   ▲ ◀──────────────a connection is made, by the probe or anybody─────────┴───────────────────────┘
/// ```
///
/// In doubt, visitors who can do without MariaDB do so; everybody else goes on asking, as a server that refuses does so at
/// once. While it is silent (a stopped machine, a dropped network) nobody asks but the probe, so that it holds no threads.
public final class Outage: Sendable {
    private struct State {
        /// What connecting came to, while MariaDB is silent.
        var reason: MariaDBError?
        /// When the doubt began.
        var began: ContinuousClock.Instant?
        /// When MariaDB was found to be there last.
        var ended: ContinuousClock.Instant?
        var isProbed = false
    }

    private enum Mark { static let there = 0, doubt = 1, silent = 2 }

    private let state = Monitor(State())
    /// The state for those who only look.
    private let mark = Atomic(Mark.there)
    private let probe: @Sendable () throws(MariaDBError) -> Void

    /// A refusal comes at once, also on a busy machine.
    private static let silence = Duration.milliseconds(500)
    /// Between two probes. One of a silent server takes as long as connecting may.
    private static let pauseMicroseconds: UInt32 = 250_000

    /// - Parameter probe: asks the server over a connection of its own.
    init(probe: @escaping @Sendable () throws(MariaDBError) -> Void) {
        self.probe = probe
    }

    /// Whether visitors should do without MariaDB if they can.
    public var isSuspected: Bool { mark.load(ordering: .acquiring) != Mark.there }

    /// Why it is of no use to ask; nil while it may be of some.
    public var reason: MariaDBError? {
        mark.load(ordering: .acquiring) == Mark.silent ? state.withLock { $0.reason } : nil
    }

    /// How long MariaDB has been away; nil while it is there.
    public var age: Duration? {
        state.withLock { $0.began }.map { ContinuousClock.now - $0 }
    }

    /// Waits until MariaDB is there; false when it is not by the deadline.
    public func waitForEnd(until deadline: Deadline) -> Bool {
        state.wait(until: deadline) { $0.began == nil ? true : nil } ?? false
    }

    /// An answer is late: a probe finds out why.
    public func doubt() {
        update { state in
            if state.began == nil { state.began = .now }
        }
    }

    /// A connection could not be made.
    /// - Parameter began: when that was tried. What was tried before MariaDB came back says nothing.
    func note(_ error: MariaDBError, triedAt began: ContinuousClock.Instant) {
        guard error.isUnreachable else { return }
        update { state in
            if let ended = state.ended, ended > began { return }
            if state.began == nil { state.began = began }
            state.reason = ContinuousClock.now - began > Self.silence ? error : nil
        }
    }

    /// A connection was made.
    func noteConnection() {
        if isSuspected { end() }
    }

    private func update(_ change: (inout State) -> Void) {
        let isFirst = state.withLock { state in
            change(&state)
            mark.store(state.reason != nil ? Mark.silent : state.began != nil ? Mark.doubt : Mark.there, ordering: .releasing)
            defer { if state.began != nil { state.isProbed = true } }
            return state.began != nil && !state.isProbed
        }
        guard isFirst else { return }
        do {
            _ = try Thread.start(name: "database") { [weak self] in
                while self?.look() == false { usleep(Self.pauseMicroseconds) }
            }
        } catch {
            end()  // nobody can look, so everybody goes on asking
        }
    }

    /// - Returns: whether MariaDB is there.
    private func look() -> Bool {
        let began = ContinuousClock.now
        do throws(MariaDBError) { try probe() } catch where error.isUnreachable {
            note(error, triedAt: began)
            return false
        } catch {}  // it refuses, so it is there
        end()
        return true
    }

    private func end() {
        state.withLock { state in
            state = State(ended: .now)
            mark.store(Mark.there, ordering: .releasing)
        }
        state.broadcast()
    }
}
