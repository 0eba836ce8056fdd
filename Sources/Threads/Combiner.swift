/// Does as one what many threads ask for at the same moment.
///
/// Who comes while nothing is on its way begins at once, and waits for nobody. Who comes meanwhile waits for its end, and the
/// first of those who wait then takes what all of them ask for as one batch. So batches grow with the load, and without a
/// load there are none. A batch that takes long is left to itself: those who have waited for long enough begin another.
///
/// ```swift
/// let commits = Combiner<[SQL], CommitOutcome>(limit: 64) { jobs in … }
/// let outcome = commits.run(statements)
/// ```
public final class Combiner<Job: Sendable, Outcome: Sendable>: Sendable {
    /// Does all of the jobs, one at the least, and says what came of each, in their order. Runs on the thread of one who asks.
    public typealias Work = @Sendable ([Job]) -> [Outcome]

    private struct State {
        /// Of those whose jobs are in no batch yet; the first has waited for longest.
        var waiting: [Waiter<Job, Outcome>] = []
        /// The batch whose end is waited for; nil where nobody needs to wait.
        var batch: Int?
        var batches = 0

        mutating func begin() -> Int {
            batches += 1
            batch = batches
            return batches
        }
    }

    private let limit: Int
    private let patienceMilliseconds: Int
    private let work: Work
    private let state = Monitor(State())

    /// - Parameters:
    ///   - limit: jobs of one batch at the most.
    ///   - patienceMilliseconds: how long a batch is waited for.
    public init(limit: Int, patienceMilliseconds: Int = 250, work: @escaping Work) {
        (self.limit, self.patienceMilliseconds, self.work) = (limit, patienceMilliseconds, work)
    }

    /// What came of the job.
    public func run(_ job: Job) -> Outcome {
        let waiter = Waiter<Job, Outcome>(job)
        let batch = state.withLock { state -> Int? in
            if state.batch == nil { return state.begin() }
            state.waiting.append(waiter)
            return nil
        }
        if let batch { return lead(batch, waiter) }
        switch waiter.turn(within: patienceMilliseconds) ?? lateTurn(waiter) {
        case .leads(let batch): return lead(batch, waiter)
        case .done(let outcome): return outcome
        }
    }

    /// Begins another batch, unless the job is in one already: then its outcome is waited for.
    private func lateTurn(_ waiter: Waiter<Job, Outcome>) -> Waiter<Job, Outcome>.Turn {
        let batch = state.withLock { state -> Int? in
            guard let index = state.waiting.firstIndex(where: { $0 === waiter }) else { return nil }
            state.waiting.remove(at: index)
            return state.begin()
        }
        return batch.map { .leads(batch: $0) } ?? waiter.turn()
    }

    private func lead(_ batch: Int, _ own: Waiter<Job, Outcome>) -> Outcome {
        let others = state.withLock { state in
            let others = state.waiting.prefix(limit - 1)
            state.waiting.removeFirst(others.count)
            return others
        }
        let outcomes = work([own.job] + others.map { $0.job })
        precondition(outcomes.count == 1 + others.count, "each job has an outcome")
        // The next batch begins before those of this one hear: nobody is idle meanwhile.
        let next = state.withLock { state -> (Waiter<Job, Outcome>, Int)? in
            guard state.batch == batch else { return nil }  // another has begun already
            guard !state.waiting.isEmpty else {
                state.batch = nil
                return nil
            }
            return (state.waiting.removeFirst(), state.begin())
        }
        if let (next, batch) = next { next.give(.leads(batch: batch)) }
        for (other, outcome) in zip(others, outcomes.dropFirst()) { other.give(.done(outcome)) }
        return outcomes[0]
    }
}

/// One who waits, with what is asked for.
private final class Waiter<Job: Sendable, Outcome: Sendable>: Sendable {
    enum Turn: Sendable {
        /// To do what all who wait ask for.
        case leads(batch: Int)
        case done(Outcome)
    }

    let job: Job
    private let given = Monitor<Turn?>(nil)

    init(_ job: Job) { self.job = job }

    func give(_ turn: Turn) {
        given.withLock { $0 = turn }
        given.signal()
    }

    func turn(within milliseconds: Int) -> Turn? { given.wait(until: .after(milliseconds: milliseconds)) { $0 } }

    func turn() -> Turn {
        while true { if let turn = given.wait(until: .never, for: { $0 }) { return turn } }
    }
}
