import Curl
import Synchronization

/// Tells a sender from another thread that there may be something to do, and ends its sleep.
public final class Bell: Sendable {
    private let waker: Waker
    private let isRung = Atomic(false)

    init(_ waker: Waker) { self.waker = waker }

    public func ring() {
        isRung.store(true, ordering: .releasing)
        waker.wake()
    }

    /// Whether it was rung since this was last asked.
    func takeRing() -> Bool { isRung.exchange(false, ordering: .acquiringAndReleasing) }
}
