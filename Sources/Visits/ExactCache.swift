import MariaDB
import Model
import Signals
import Store
import Synchronization
import Threads

/// What visitors need of the database, kept in memory by its place, and exact:
///
/// - A copy is trusted while nothing has told of a change since before it was read (``Changes``), and for a minute at most:
///   a process that dies between commit and telling tells nobody.
/// - What is not trusted is read again, by one for all who ask for it. One that is asked for all the time is read again
///   before its minute is over, and nobody waits.
/// - Only while MariaDB is away, silent or late a copy still serves that was read within the hour. One that is known to have
///   changed is asked for all the same, by as many as may wait.
/// - That something is not there is remembered for some seconds, so that guessing costs the database little.
///
/// Bounded by bytes: what was used since it was last looked at stays, whatever else is asked for.
final class ExactCache<Value: AnyObject & Sendable>: Sendable {
    /// What a key was found to be; nil where there is nothing.
    typealias Question = @Sendable (Connection) throws -> Value?

    struct Entry {
        var value: Value?
        /// Monotonic milliseconds.
        var loadedAt: Int
        var stamp: Changes.Stamp
        /// What it counts for.
        var bytes: Int32
        var wasUsed = false
    }

    /// What is in memory, and what that is worth.
    enum Found {
        case trusted(Value?)
        /// Trusted, and to be read again.
        case due(Value?)
        case untrusted(Entry?)
    }

    enum Loaded {
        case fresh(Value?)
        /// As it was within the hour, as MariaDB does not say how it is.
        case stale(Value)
    }

    private let lookups: VisitorLookups
    private let changes: Changes
    private let terms: CacheTerms
    private let size: @Sendable (Value) -> Int
    private let shards: [CacheShard<Value>]
    private let shardBytes: Int
    let lateness = Lateness()
    /// Questions that have been asked and have not ended.
    private let asked = Atomic(0)

    /// So many questions may be out while answers are late: each holds a thread and a connection until the server ends it.
    private static var lateQuestions: Int { 8 }

    private static var shardCount: Int { 16 }

    /// - Parameters:
    ///   - bytes: of all that is kept, as counted by `size`.
    ///   - size: of a value, with all that it alone keeps in memory.
    init(
        _ lookups: VisitorLookups, _ changes: Changes, terms: CacheTerms, bytes: Int, size: @escaping @Sendable (Value) -> Int
    ) {
        (self.lookups, self.changes, self.terms, self.size) = (lookups, changes, terms, size)
        shards = (0..<Self.shardCount).map { _ in CacheShard() }
        shardBytes = bytes / Self.shardCount
    }

    func find(_ place: Place) -> Found {
        let key = HashedKey(place)
        guard let entry = shard(key).state.withLock({ $0.use(key) }) else { return .untrusted(nil) }
        let age = monotonicMilliseconds() - entry.loadedAt
        guard let value = entry.value else { return isUnknown(entry, age) ? .trusted(nil) : .untrusted(entry) }
        guard age < terms.trust, changes.isCurrent(entry.stamp) else { return .untrusted(entry) }
        return age < terms.refresh ? .trusted(value) : .due(value)
    }

    private func isUnknown(_ entry: Entry, _ age: Int) -> Bool {
        age < terms.unknown && (terms.trustsUnknownUnheard ? changes.isUnchanged(entry.stamp) : changes.isCurrent(entry.stamp))
    }

    /// Reads again what is due, and waits for nothing. That MariaDB is silent or late is found out here as a rule, before
    /// anybody would wait for it.
    func refresh(_ place: Place, _ question: @escaping Question) {
        guard !lookups.isSuspected, !hasEnoughQuestions else { return }
        _ = ask(place, since: monotonicMilliseconds() - terms.refresh, question)
    }

    /// Reads what is not trusted.
    /// - Parameter entry: what ``find(_:)`` has found.
    /// - Throws: where MariaDB does not answer and there is nothing to go by.
    func load(_ place: Place, _ entry: Entry?, _ question: @escaping Question) throws -> Loaded {
        let since = (entry?.loadedAt ?? monotonicMilliseconds()) + 1
        guard let known = known(entry) else {
            return .fresh(try lookups.insist(lateness) { ask(place, since: since, question) })
        }
        // What is known to have changed is waited for all the same, while few do.
        if let entry, changes.isUnchanged(entry.stamp) {
            if lookups.isSuspected { return .stale(known) }
            if lateness.isOn {
                if !hasEnoughQuestions { _ = ask(place, since: since, question) }
                return .stale(known)
            }
        }
        guard let value = try lookups.answerIfFew(lateness, { ask(place, since: since, question) }) else { return .stale(known) }
        return .fresh(value)
    }

    private var hasEnoughQuestions: Bool { lateness.isOn && asked.load(ordering: .relaxed) >= Self.lateQuestions }

    /// What may be gone by while MariaDB does not answer.
    func known(_ entry: Entry?) -> Value? {
        guard let entry, monotonicMilliseconds() - entry.loadedAt < terms.stale else { return nil }
        return entry.value
    }

    /// Asks, or joins whoever has asked already and will get an answer that is as new.
    private func ask(_ place: Place, since: Int, _ question: @escaping Question) -> Lookup<Value?>? {
        let key = HashedKey(place)
        let (shard, stamp) = (shard(key), changes.stamp(place.key))
        let (lookup, isAsked, isLate) = shard.state.withLock { $0.join(key, stamp, since: since) }
        if isLate { lookups.noteLate(lateness) }
        if isAsked { return lookup }
        asked.add(1, ordering: .relaxed)
        let isBegun = lookups.begin(lookup) { [self] in
            defer { asked.subtract(1, ordering: .relaxed) }
            let result = Result {
                if lookup.isLate { throw StoreSilent() }  // nobody waits for it any more
                return try lookups.store.read(priority: .reserved, question)
            }
            shard.state.withLock { state in
                if case .success(let value) = result { keep(value, key, stamp, in: &state) }
                state.end(lookup, key)
            }
            lateness.note(result, to: lookup)
            return result
        }
        guard !isBegun else { return lookup }
        asked.subtract(1, ordering: .relaxed)
        shard.state.withLock { $0.end(lookup, key) }
        lookup.finish(.failure(StoreSilent()))  // others may have joined
        return nil
    }

    private func keep(_ value: Value?, _ key: HashedKey, _ stamp: Changes.Stamp, in state: inout CacheShard<Value>.State) {
        let bytes = value.map(size) ?? 0
        state.keep(
            Entry(
                value: value, loadedAt: monotonicMilliseconds(), stamp: stamp,
                bytes: Int32(clamping: max(bytes, terms.leastBytes))),
            key, limit: shardBytes)
    }

    private func shard(_ key: HashedKey) -> CacheShard<Value> { shards[key.part(of: shards.count)] }

    var count: Int { shards.reduce(0) { sum, shard in sum + shard.state.withLock { $0.count } } }

    var bytes: Int { shards.reduce(0) { sum, shard in sum + shard.state.withLock { $0.bytes } } }
}

/// How long a cache believes what it has, in milliseconds.
package struct CacheTerms: Sendable {
    package var trust: Int
    /// From when on it is read again while it is still trusted.
    package var refresh: Int
    package var unknown = 5_000
    package var stale = 3_600_000
    /// That there is nothing is believed also while no other host is heard.
    package var trustsUnknownUnheard = false
    /// What an entry counts for at the least: its own places in memory, which are larger than a short text.
    package var leastBytes = 300

    package init(trust: Int = 60_000, refresh: Int = 55_000) {
        self.trust = trust
        self.refresh = refresh
    }
}
