import Glibc

/// A moment on the monotonic clock by which something has to be done. Setting the system's date does not move it.
public struct Deadline: Sendable, Hashable, Comparable {
    /// Nanoseconds of `CLOCK_MONOTONIC`; `Int64.max`, 292 years after boot, stands for never.
    private let nanoseconds: Int64

    /// The deadline that does not come.
    public static let never = Deadline(nanoseconds: .max)

    /// The moment so many milliseconds from now. A figure too large to count is ``never``; a negative one has passed.
    public static func after(milliseconds: Int) -> Deadline {
        let (span, tooLong) = Int64(milliseconds).multipliedReportingOverflow(by: 1_000_000)
        let (sum, tooLate) = now().addingReportingOverflow(span)
        if tooLong || tooLate { return milliseconds > 0 ? never : Deadline(nanoseconds: 0) }
        return Deadline(nanoseconds: max(sum, 0))
    }

    /// Whether the moment is now or earlier.
    public var hasPassed: Bool {
        self != .never && nanoseconds <= Self.now()
    }

    /// Whole milliseconds left, rounded up, so that waiting for them never ends early. 0 once passed, `Int.max` for
    /// ``never``.
    public var remainingMilliseconds: Int {
        if self == .never { return .max }
        let left = max(nanoseconds - Self.now(), 0)
        return Int(left / 1_000_000) + (left % 1_000_000 == 0 ? 0 : 1)
    }

    /// The time left as the last argument of `poll(2)`: -1 for ``never``.
    public var pollTimeout: Int32 {
        self == .never ? -1 : Int32(clamping: remainingMilliseconds)
    }

    public static func < (left: Deadline, right: Deadline) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The moment as `pthread_cond_timedwait` takes it; nil for ``never``.
    var timespec: Glibc.timespec? {
        if self == .never { return nil }
        return Glibc.timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    }

    private static func now() -> Int64 { Int64(Threads.nanoseconds(CLOCK_MONOTONIC)) }
}
