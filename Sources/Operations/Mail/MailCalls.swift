import Redis
import Signals
import Threads

/// Hears that there are mails to send, as long as its process lives. Nothing is lost without Redis: whoever waits looks again when
/// its time is up.
public struct MailCalls: Sendable {
    private let isCalled = Monitor(false)

    public init(_ configuration: RedisConfiguration) throws {
        _ = try Thread.start(name: "mails") { [isCalled] in
            func call() {
                isCalled.withLock { $0 = true }
                isCalled.signal()
            }
            // Nobody knows what was said before it has begun to listen.
            Listener(configuration, [.mails]).run(began: call, lost: { _ in }, hear: { _, _ in call() })
        }
    }

    /// Waits for a call since the last one that was waited for.
    /// - Returns: false where the time is up.
    public func wait(until end: Deadline) -> Bool {
        isCalled.wait(until: end) { isCalled in
            guard isCalled else { return nil }
            isCalled = false
            return true
        } ?? false
    }
}
