import Glibc

/// `CLOCK_MONOTONIC`, which setting the system's date does not move: for spans of time.
public func monotonicMicroseconds() -> Int { nanoseconds(CLOCK_MONOTONIC) / 1000 }
public func monotonicMilliseconds() -> Int { nanoseconds(CLOCK_MONOTONIC) / 1_000_000 }

/// `CLOCK_REALTIME`, which may jump: milliseconds since 1970.
public func realMilliseconds() -> Int { nanoseconds(CLOCK_REALTIME) / 1_000_000 }

/// `clock_gettime` fails only for an unknown clock.
func nanoseconds(_ clock: clockid_t) -> Int {
    var time = timespec()
    clock_gettime(clock, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
