/// A few threads for work that may block: started when there is something to do, ended when there has been nothing for a
/// while.
///
/// ```swift
/// let crew = Crew(name: "lookups", threads: 16, queue: 1000)
/// guard crew.run({ … }) else { throw Busy() }
/// ```
public final class Crew: Sendable {
    public typealias Job = @Sendable () -> Void

    private struct State {
        /// Waiting for a thread, oldest first.
        var jobs: [Job] = []
        var threads = 0
        var idle = 0
    }

    private let name: String
    private let threadLimit: Int
    private let queueLimit: Int
    private let state = Monitor(State())

    private static let idleMilliseconds = 2000

    /// - Parameters:
    ///   - threads: how many there are at the most.
    ///   - queue: how many jobs may wait for one of them.
    public init(name: String, threads: Int, queue: Int) {
        (self.name, threadLimit, queueLimit) = (name, threads, queue)
    }

    /// Has a job done by one of the threads. False, and it is not done, where too many wait already.
    public func run(_ job: @escaping Job) -> Bool {
        let (isTaken, needsThread) = state.withLock { state -> (Bool, Bool) in
            guard state.jobs.count < queueLimit else { return (false, false) }
            state.jobs.append(job)
            guard state.jobs.count > state.idle, state.threads < threadLimit else { return (true, false) }
            state.threads += 1
            return (true, true)
        }
        if needsThread { start() } else { state.signal() }
        return isTaken
    }

    private func start() {
        do {
            _ = try Thread.start(name: name, work)
        } catch {
            // The system gives no thread: a caller's does the work, unless there are others, who will.
            let isLast = state.withLock { state in
                state.threads -= 1
                return state.threads == 0
            }
            if isLast { while let job = state.withLock({ Self.next(of: &$0) }) { job() } }
        }
    }

    private func work() {
        while let job = nextJob() { job() }
    }

    /// Nil when there is nothing to do any more: then this thread counts no longer.
    private func nextJob() -> Job? {
        if let job = state.withLock({ Self.next(of: &$0) }) { return job }
        state.withLock { $0.idle += 1 }
        let job = state.wait(until: .after(milliseconds: Self.idleMilliseconds)) { state -> Job? in
            guard let job = Self.next(of: &state) else { return nil }
            state.idle -= 1
            return job
        }
        if let job { return job }
        return state.withLock { state in
            state.idle -= 1
            if let job = Self.next(of: &state) { return job }
            state.threads -= 1
            return nil
        }
    }

    private static func next(of state: inout State) -> Job? {
        state.jobs.isEmpty ? nil : state.jobs.removeFirst()
    }
}
