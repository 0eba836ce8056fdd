/// Does as one what many threads ask for at the same moment.
///
/// Who comes while nothing is on its way begins at once, and waits for nobody. Who comes meanwhile waits for its end, and the
/// first of those who wait then takes what all of them ask for as one batch. So batches grow with the load, and without a
/// load there are none.
///
/// ```swift
/// let commits = Combiner<[SQL], CommitOutcome>(limit: 64) { jobs in … }
/// let outcome = commits.run(statements) ?? alone(statements)
/// ```
public final class Combiner<Job: Sendable, Outcome: Sendable>: Sendable {
    /// Does all of the jobs, one at the least, and says what came of each, in their order. Runs on the thread of one who asks.
    public typealias Work = @Sendable ([Job]) -> [Outcome]

    private struct State {
        /// Of those whose jobs are in no batch yet; the first has waited for longest.
        var waiting: [Waiter<Job, Outcome>] = []
        var isUnderWay = false
    }

    private let limit: Int
    private let patienceMilliseconds: Int
    private let work: Work
    private let state = Monitor(State())

    /// - Parameters:
    ///   - limit: jobs of one batch at the most.
    ///   - patienceMilliseconds: how long one waits for a batch to begin. One that takes longer is stuck, and holds up nobody
    ///     else.
    public init(limit: Int, patienceMilliseconds: Int = 250, work: @escaping Work) {
        (self.limit, self.patienceMilliseconds, self.work) = (limit, patienceMilliseconds, work)
    }

    /// What came of the job. Nil where it was not begun in time: nothing has been done, and the caller does it alone.
    public func run(_ job: Job) -> Outcome? {
        let waiter = Waiter<Job, Outcome>(job)
        let leads = state.withLock { state in
            if !state.isUnderWay {
                state.isUnderWay = true
                return true
            }
            state.waiting.append(waiter)
            return false
        }
        if leads { return lead(waiter) }
        switch waiter.turn(within: patienceMilliseconds) ?? lateTurn(waiter) {
        case .leads: return lead(waiter)
        case .done(let outcome): return outcome
        case nil: return nil
        }
    }

    /// Nil where the job is in no batch, and now never will be.
    private func lateTurn(_ waiter: Waiter<Job, Outcome>) -> Waiter<Job, Outcome>.Turn? {
        let isFree = state.withLock { state in
            guard let index = state.waiting.firstIndex(where: { $0 === waiter }) else { return false }
            state.waiting.remove(at: index)
            return true
        }
        return isFree ? nil : waiter.turn(within: nil)
    }

    private func lead(_ own: Waiter<Job, Outcome>) -> Outcome {
        let others = state.withLock { state in
            let others = state.waiting.prefix(limit - 1)
            state.waiting.removeFirst(others.count)
            return others
        }
        let outcomes = work([own.job] + others.map { $0.job })
        precondition(outcomes.count == 1 + others.count, "each job has an outcome")
        // The next batch begins before those of this one hear: nobody is idle meanwhile.
        let next = state.withLock { state in
            state.isUnderWay = !state.waiting.isEmpty
            return state.isUnderWay ? state.waiting.removeFirst() : nil
        }
        next?.give(.leads)
        for (other, outcome) in zip(others, outcomes.dropFirst()) { other.give(.done(outcome)) }
        return outcomes[0]
    }
}

/// One who waits, with what is asked for.
private final class Waiter<Job: Sendable, Outcome: Sendable>: Sendable {
    enum Turn: Sendable {
        /// To do what all who wait ask for.
        case leads
        case done(Outcome)
    }

    let job: Job
    private let given = Monitor<Turn?>(nil)

    init(_ job: Job) { self.job = job }

    func give(_ turn: Turn) {
        given.withLock { $0 = turn }
        given.signal()
    }

    /// - Parameter milliseconds: nil waits for as long as it takes.
    func turn(within milliseconds: Int?) -> Turn? {
        given.wait(until: milliseconds.map { .after(milliseconds: $0) } ?? .never) { $0 }
    }
}
