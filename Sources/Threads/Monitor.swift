import Glibc

/// A value behind a lock, with a condition to wait on: a pthread mutex and a pthread condition variable.
///
/// ```swift
/// let jobs = Monitor([String]())
/// jobs.withLock { $0.append("index") }
/// jobs.signal()
/// let next = jobs.wait(until: .after(milliseconds: 200)) { $0.popLast() }
/// ```
///
/// The lock is not recursive: calling the same monitor from inside one of its own closures never returns.
///
/// `@unchecked Sendable`, proof: `state` is private and touched only between `pthread_mutex_lock` and
/// `pthread_mutex_unlock` of `mutex`. What goes in is `sending`, and `inout sending` closures with `sending` results
/// let nothing that aliases the state come out. `mutex` and `condition` are constant pointers to objects made for
/// concurrent use, and live as long as the monitor.
public final class Monitor<State: ~Copyable>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    /// Puts `state` behind a new, free lock.
    public init(_ state: consuming sending State) {
        self.state = state
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        // With default attributes glibc's pthread_mutex_init cannot fail, and the monotonic clock is always accepted.
        check(pthread_mutex_init(mutex, nil))
        var attributes = pthread_condattr_t()
        check(pthread_condattr_init(&attributes))
        check(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC))
        check(pthread_cond_init(condition, &attributes))
        check(pthread_condattr_destroy(&attributes))
    }

    deinit {
        // No one can be waiting: a waiter holds a reference to the monitor.
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` with the lock held, and hands on what it returns or throws.
    public func withLock<R: ~Copyable, E: Error>(
        _ body: (inout sending State) throws(E) -> sending R
    ) throws(E) -> sending R {
        check(pthread_mutex_lock(mutex))
        defer { check(pthread_mutex_unlock(mutex)) }
        return try body(&state)
    }

    /// Blocks until `condition` returns something other than nil, and returns that; nil when the deadline came first.
    ///
    /// `condition` runs with the lock held: once at the start, again after each ``signal()`` or ``broadcast()`` that
    /// reaches this thread, and a last time after the deadline, so that no signal is swallowed by a waiter giving up.
    public func wait<R: ~Copyable>(
        until deadline: Deadline,
        for condition: (inout sending State) -> sending R?
    ) -> sending R? {
        check(pthread_mutex_lock(mutex))
        defer { check(pthread_mutex_unlock(mutex)) }
        while true {
            if let result = condition(&state) { return result }
            guard sleep(until: deadline) else { return condition(&state) }
        }
    }

    /// Wakes one waiting thread, if there is one. Call it after the change, outside the lock.
    public func signal() {
        check(pthread_cond_signal(condition))
    }

    /// Wakes every waiting thread.
    public func broadcast() {
        check(pthread_cond_broadcast(condition))
    }

    /// Gives the lock up until a signal or the deadline, and has it back on return. False after the deadline.
    private func sleep(until deadline: Deadline) -> Bool {
        guard var time = deadline.timespec else {
            check(pthread_cond_wait(condition, mutex))
            return true
        }
        let code = pthread_cond_timedwait(condition, mutex, &time)
        if code == ETIMEDOUT { return false }
        check(code)
        return true
    }

    /// A pthread call on a sound monitor fails only by a programming error; going on would lose the lock's promise.
    private func check(_ code: Int32) {
        precondition(code == 0, "pthread call failed with code \(code)")
    }
}
