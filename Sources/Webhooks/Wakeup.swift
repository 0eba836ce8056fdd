import Curl
import Synchronization

/// Tells a sender from another thread that there may be something to do, and ends its sleep.
public final class Wakeup: Sendable {
    private let waker: Waker
    private let isSet = Atomic(false)

    init(_ waker: Waker) { self.waker = waker }

    public func wake() {
        isSet.store(true, ordering: .releasing)
        waker.wake()
    }

    /// Whether it was called since this was last asked.
    func take() -> Bool { isSet.exchange(false, ordering: .acquiringAndReleasing) }
}
