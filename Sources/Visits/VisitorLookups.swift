import Glibc
import MariaDB
import Store
import Synchronization
import Threads

/// Asks the database for visitors, on threads of its own: so no visitor waits longer for an answer than ``patience``, and
/// a server that has fallen silent holds none of the threads that answer from memory.
package final class VisitorLookups: Sendable {
    package let store: Store
    private let crew = Crew(name: "lookups", threads: 32, queue: 1000)
    /// Who waits for a restart.
    private let waitingForRestart = Atomic<Int>(0)
    /// Who waits for an answer that cannot come from memory, or ought not to.
    private let waitingForAnswers = Atomic<Int>(0)
    /// Of the work that no cache asks for.
    private let lateness = Lateness()

    /// Milliseconds until an answer is late. MariaDB gives those of visitors in one; with two processors and hundreds of
    /// threads some take a hundred.
    package static let patience = 2000
    /// A visitor who cannot be answered from memory waits this long for a MariaDB that has just gone, in milliseconds.
    private static let longestWait = 3000
    /// It is worth waiting for while it has been away no longer: a restart takes seconds.
    private static let restart = Duration.seconds(10)
    /// Few may wait, so that a long outage does not take the threads of those who need not.
    private static let waitersLimit = 64

    package init(store: Store) { self.store = store }

    /// Whether it is better to answer from memory what can be.
    package var isSuspected: Bool { store.outage.isSuspected }

    /// Has a question asked, and does not wait. False where that is of no use: MariaDB is away, or too many are asking.
    func begin<Value>(_ lookup: Lookup<Value>, _ work: @escaping @Sendable () -> Result<Value, any Error>) -> Bool {
        store.outage.reason == nil && crew.run { lookup.finish(work()) }
    }

    /// The answer to a question that has been asked, for whoever can do without: nil where it is late or MariaDB has none.
    /// - Parameter lateness: of such questions.
    func answer<Value>(to lookup: Lookup<Value>?, _ lateness: Lateness) throws -> Value? {
        guard let lookup else { return nil }
        switch lookup.wait(until: lookup.beganAt + Self.patience) {
        case .success(let value): return value
        case .failure(let error) where error.isDatabaseUnavailable: return nil
        case .failure(let error): throw error
        case nil:
            noteLate(lateness)
            return nil
        }
    }

    /// The same, while answers are late for no more than may wait: nil at once for everybody else.
    func answerIfFew<Value>(_ lateness: Lateness, _ ask: () -> Lookup<Value>?) throws -> Value? {
        try waiting(lateness) { isOneOfFew in isOneOfFew ? try answer(to: ask(), lateness) : nil }
    }

    /// An answer is late.
    func noteLate(_ lateness: Lateness) {
        lateness.begin()
        store.outage.doubt()
    }

    /// The answer for whoever cannot do without. A restart of MariaDB is waited for.
    /// - Parameters:
    ///   - lateness: of such questions. While answers are late anyway few may wait for one.
    ///   - ask: asks, or joins others who have.
    func insist<Value>(_ lateness: Lateness, _ ask: () -> Lookup<Value>?) throws -> Value {
        try waiting(lateness) { isOneOfFew in
            guard isOneOfFew else { throw StoreSilent() }
            return try insist(lateness, ask, until: monotonicMilliseconds() + Self.longestWait)
        }
    }

    private func waiting<Result>(_ lateness: Lateness, _ body: (_ isOneOfFew: Bool) throws -> Result) rethrows -> Result {
        let count = waitingForAnswers.add(1, ordering: .relaxed).newValue
        defer { waitingForAnswers.subtract(1, ordering: .relaxed) }
        return try body(!lateness.isOn || count <= Self.waitersLimit)
    }

    private func insist<Value>(_ lateness: Lateness, _ ask: () -> Lookup<Value>?, until end: Int) throws -> Value {
        while true {
            if let value = try answer(to: ask(), lateness) { return value }
            guard monotonicMilliseconds() < end, waitsForRestart(until: end) else { throw StoreSilent() }
        }
    }

    /// Does work for a visitor who cannot do without. It may be done twice.
    package func perform<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) throws -> Value {
        try insist(lateness) { ask(work) }
    }

    /// Does work for who can do without: nil where MariaDB is away or late. No restart is waited for.
    package func attempt<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) throws -> Value? {
        try answer(to: ask(work), lateness)
    }

    private func ask<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) -> Lookup<Value>? {
        let lookup = Lookup<Value>()
        let isBegun = begin(lookup) { [lateness] in
            let result = Result {
                if lookup.isLate { throw StoreSilent() }  // its visitor has been told
                return try work()
            }
            lateness.note(result, to: lookup)
            return result
        }
        return isBegun ? lookup : nil
    }

    package func read<Value: Sendable>(_ body: @escaping @Sendable (Connection) throws -> Value) throws -> Value {
        try perform { [store] in try store.read(priority: .reserved, body) }
    }

    /// A change that is the same made once or twice: a late one may have been made all the same.
    package func writeRepeatably<Value: Sendable>(_ body: @escaping @Sendable (Connection) throws -> Value) throws -> Value {
        try perform { [store] in try store.writeRepeatably(priority: .reserved, body) }
    }

    /// Whether MariaDB answers now, in time for a visitor.
    package var isAnswered: Bool {
        let lookup = Lookup<Void>()
        let isAsked = crew.run { [store] in
            lookup.finish(Result { _ = try store.read(priority: .reserved) { try $0.query("SELECT 1") } })
        }
        if isAsked, case .success = lookup.wait(until: lookup.beganAt + Self.patience) { return true }
        return false
    }

    private func waitsForRestart(until end: Int) -> Bool {
        if let age = store.outage.age, age > Self.restart { return false }
        guard waitingForRestart.add(1, ordering: .relaxed).oldValue < Self.waitersLimit else {
            waitingForRestart.subtract(1, ordering: .relaxed)
            return false
        }
        defer { waitingForRestart.subtract(1, ordering: .relaxed) }
        usleep(20_000)  // where it is there and has no time
        return store.outage.waitForEnd(until: .after(milliseconds: end - monotonicMilliseconds()))
    }
}

/// A question to the database, for all who wait for its answer.
package final class Lookup<Value: Sendable>: Sendable {
    /// Monotonic milliseconds.
    package let beganAt = monotonicMilliseconds()
    private let result = Monitor<Result<Value, any Error>?>(nil)

    package func finish(_ result: Result<Value, any Error>) {
        self.result.withLock { $0 = result }
        self.result.broadcast()
    }

    package var isLate: Bool { monotonicMilliseconds() >= beganAt + VisitorLookups.patience }

    /// Nil where there is no answer by then.
    package func wait(until end: Int) -> Result<Value, any Error>? {
        result.wait(until: .after(milliseconds: end - monotonicMilliseconds())) { $0 }
    }
}
