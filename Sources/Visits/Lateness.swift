import Synchronization
import Threads

/// Whether answers of one kind are held to be late: from a late one on until one comes in time, or nobody has asked for a minute.
///
/// A MariaDB that takes connections may hang in its statements all the same: behind a lock of a table, or a disk that has
/// stalled.
final class Lateness: Sendable {
    /// Monotonic milliseconds.
    private let end = Atomic(0)

    /// Longer than the server lets a statement hang, so that it lasts as long as anybody asks.
    private static let milliseconds = 60_000

    var isOn: Bool { monotonicMilliseconds() < end.load(ordering: .relaxed) }

    func begin() { end.store(monotonicMilliseconds() + Self.milliseconds, ordering: .relaxed) }

    /// An answer has come.
    func note<Value>(_ result: Result<Value, any Error>, to lookup: Lookup<Value>) {
        if lookup.isLate { begin() } else if case .success = result { end.store(0, ordering: .relaxed) }
    }
}
