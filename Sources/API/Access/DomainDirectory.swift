import Model
import Store
import Threads

/// Which hosts are ours, and what their visitors get: kept in memory and exact in the same way as links are. See
/// ``LinkCache``, whose subscription brings the changes of domains too.
final class DomainDirectory: Sendable {
    private struct Entry {
        var domain: Domain?
        /// Monotonic milliseconds.
        var loadedAt: Int
        /// The subscription's under which it was loaded; -1 once it was changed.
        var generation: Int
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// Grows with each invalidation, so that a value read before it is not kept after it.
        var invalidations = 0
    }

    private let store: Store
    /// Tells when changes were heard of without a gap; 0 while they are not.
    private let generation: @Sendable () -> Int
    private let state = Monitor(State())

    private static let capacity = 10_000

    init(store: Store, generation: @escaping @Sendable () -> Int) {
        self.store = store
        self.generation = generation
    }

    /// The domain that has this host. A host that was found without a domain is asked for again when `isNewExpected`.
    /// While MariaDB is away a domain that was known within the hour is still given.
    func find(_ host: String, isNewExpected: Bool = false, priority: PoolPriority = .normal) throws -> Domain? {
        let now = monotonicMilliseconds()
        let (entry, invalidations) = state.withLock { ($0.entries[host], $0.invalidations) }
        let generation = generation()
        if let entry, isTrusted(entry, now, generation), entry.domain != nil || !isNewExpected { return entry.domain }
        let domain: Domain?
        do {
            domain = try store.read(priority: priority) { try Domains.find(host: host, on: $0) }
        } catch where error.isDatabaseUnavailable {
            guard let entry, let known = entry.domain, now - entry.loadedAt < LinkCache.staleMilliseconds else {
                throw error
            }
            return known
        }
        state.withLock { state in
            guard state.invalidations == invalidations else { return }
            if state.entries.count >= Self.capacity { state.entries.removeAll() }
            state.entries[host] = Entry(domain: domain, loadedAt: monotonicMilliseconds(), generation: generation)
        }
        return domain
    }

    private func isTrusted(_ entry: Entry, _ now: Int, _ generation: Int) -> Bool {
        // That a host is nobody's may be remembered for a moment whoever is heard.
        guard entry.domain != nil else {
            return now - entry.loadedAt < LinkCache.unknownMilliseconds && entry.generation >= 0
        }
        return generation != 0 && entry.generation == generation && now - entry.loadedAt < LinkCache.trustMilliseconds
    }

    /// Forgets a domain. The stale copy stays for the hour in which MariaDB may be away.
    func invalidate(_ host: String) {
        state.withLock { state in
            state.invalidations += 1
            state.entries[host]?.generation = -1
        }
    }
}
