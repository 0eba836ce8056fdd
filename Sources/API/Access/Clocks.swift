import Glibc

func monotonicMicroseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
}

func monotonicMilliseconds() -> Int { clockMilliseconds(CLOCK_MONOTONIC) }
func realMilliseconds() -> Int { clockMilliseconds(CLOCK_REALTIME) }

private func clockMilliseconds(_ clock: clockid_t) -> Int {
    var time = timespec()
    clock_gettime(clock, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}
