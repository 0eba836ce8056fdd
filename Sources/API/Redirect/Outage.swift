import Glibc
import Store
import Synchronization

/// Rides out a restart of MariaDB: while it has been away for a few seconds only, a visitor whose link is not known waits
/// rather than being turned away. Few may wait, so that a long outage does not take the threads of those who need not.
final class Outage: Sendable {
    /// Monotonic milliseconds since which MariaDB has been away; 0 while it is there.
    private let since = Atomic<Int>(0)
    private let waiting = Atomic<Int>(0)

    private static let patienceMilliseconds = 10_000
    private static let longestWaitMilliseconds = 3_000
    private static let waitersLimit = 64

    /// Runs `body`, and again while MariaDB is away, unless the caller can do without.
    func riding<R>(_ body: () throws -> R, unless canDoWithout: () -> Bool) throws -> R {
        let deadline = monotonicMilliseconds() + Self.longestWaitMilliseconds
        while true {
            do {
                let result = try body()
                since.store(0, ordering: .relaxed)
                return result
            } catch where error.isDatabaseUnavailable {
                if canDoWithout() || !mayWait(until: deadline) { throw error }
                usleep(50_000)
                waiting.subtract(1, ordering: .relaxed)
            }
        }
    }

    private func mayWait(until deadline: Int) -> Bool {
        let now = monotonicMilliseconds()
        let began = since.compareExchange(expected: 0, desired: now, ordering: .relaxed)
        let start = began.exchanged ? now : began.original
        guard now < deadline, now - start < Self.patienceMilliseconds else { return false }
        guard waiting.add(1, ordering: .relaxed).oldValue < Self.waitersLimit else {
            waiting.subtract(1, ordering: .relaxed)
            return false
        }
        return true
    }
}
