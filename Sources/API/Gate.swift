import Threads

/// Lets a few in at a time, so that work that takes long or much does not take all of the machine.
final class Gate: Sendable {
    private let free: Monitor<Int>

    init(places: Int) { free = Monitor(places) }

    /// Nil where nobody came out for five seconds.
    func enter<Result>(_ body: () throws -> Result) rethrows -> Result? {
        guard free.wait(until: .after(milliseconds: 5000), for: { $0 > 0 ? ($0 -= 1) : nil }) != nil else { return nil }
        defer {
            free.withLock { $0 += 1 }
            free.signal()
        }
        return try body()
    }
}
