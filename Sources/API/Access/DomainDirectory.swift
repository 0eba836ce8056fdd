import Model
import Store
import Threads

/// Which hosts are ours, remembered for a few seconds: creating a link asks twice.
final class DomainDirectory: Sendable {
    private struct Entry {
        var domain: Domain?
        var loadedAt: Int
    }

    private let store: Store
    private let entries = Monitor<[String: Entry]>([:])

    private static let lifetimeMilliseconds = 5000
    private static let capacity = 10_000

    init(store: Store) {
        self.store = store
    }

    /// The domain with this host. A host that was found without a domain is asked for again when `isNewExpected`.
    func find(_ host: String, isNewExpected: Bool = false) throws -> Domain? {
        let now = monotonicMilliseconds()
        if let entry = entries.withLock({ $0[host] }), now - entry.loadedAt < Self.lifetimeMilliseconds,
            entry.domain != nil || !isNewExpected
        {
            return entry.domain
        }
        let domain = try store.read { try Domains.find(host: host, on: $0) }
        entries.withLock { entries in
            if entries.count >= Self.capacity { entries.removeAll() }
            entries[host] = Entry(domain: domain, loadedAt: now)
        }
        return domain
    }
}
