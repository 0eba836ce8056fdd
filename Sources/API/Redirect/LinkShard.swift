import Threads

/// What the cache knows of a host and slug: a link, or that there is none.
struct LinkEntry {
    var link: CachedLink?
    /// Monotonic milliseconds.
    var loadedAt: Int
    /// The subscription's generation under which it was loaded; -1 once it was changed.
    var generation: Int
    var wasUsed = true
}

/// One part of the link cache, with a lock of its own.
final class LinkShard: Sendable {
    let state = Monitor(State())

    struct State {
        private var entries: [String: LinkEntry] = [:]
        /// Keys in the order of arrival, for eviction.
        private var order: [String] = []
        private var hand = 0
        /// Grows with each invalidation, so that a value read before it is not kept after it.
        private var invalidations = 0

        var count: Int { entries.count }

        /// The entry, noted as used, and the number to keep a fresh one under.
        mutating func use(_ key: String) -> (LinkEntry?, invalidations: Int) {
            let entry = entries[key]
            if entry?.wasUsed == false { entries[key]?.wasUsed = true }
            return (entry, invalidations)
        }

        mutating func keep(_ entry: LinkEntry, _ key: String, ifStill number: Int, capacity: Int) {
            guard invalidations == number else { return }
            if entries.updateValue(entry, forKey: key) == nil { admit(key, capacity) }
        }

        mutating func invalidate(_ key: String) {
            invalidations += 1
            entries[key]?.generation = -1
        }

        /// Makes room for a new key: the clock algorithm, an approximation of least recently used.
        private mutating func admit(_ key: String, _ capacity: Int) {
            guard order.count >= capacity else { return order.append(key) }
            while true {
                hand = (hand + 1) % order.count
                guard entries[order[hand]]?.wasUsed == true else { break }
                entries[order[hand]]?.wasUsed = false
            }
            entries[order[hand]] = nil
            order[hand] = key
        }
    }
}
