import OrderedCollections
import Signals
import Threads

/// One part of a cache, with a lock of its own.
final class CacheShard<Value: AnyObject & Sendable>: Sendable {
    typealias Entry = ExactCache<Value>.Entry
    let state = Monitor(State())

    struct State {
        private struct Asked {
            var stamp: Changes.Stamp
            var lookup: Lookup<Value?>
        }

        /// In the order in which the hand passes them, for eviction.
        private var entries: OrderedDictionary<HashedKey, Entry> = [:]
        private var asked: [HashedKey: Asked] = [:]
        private var hand = 0
        private(set) var bytes = 0

        var count: Int { entries.count }

        /// The entry, noted as used.
        mutating func use(_ key: HashedKey) -> Entry? {
            guard let place = entries.index(forKey: key) else { return nil }
            let entry = entries.values[place]
            if !entry.wasUsed { entries.values[place].wasUsed = true }
            return entry
        }

        // MARK: Who has asked

        /// The question that has been asked under the same stamp, or a new one. One whose answer is late is left to those who
        /// wait for it: its connection may be dead.
        /// - Parameter since: what was read before is not new enough, in monotonic milliseconds.
        /// - Returns: also whether there is one whose answer is late, though nobody may wait for it.
        mutating func join(
            _ key: HashedKey, _ stamp: Changes.Stamp, since: Int
        ) -> (lookup: Lookup<Value?>, isAsked: Bool, isLate: Bool) {
            let isLate = asked[key]?.lookup.isLate ?? false
            if !isLate, let asked = asked[key], asked.stamp == stamp { return (asked.lookup, true, false) }
            let lookup = Lookup<Value?>()
            // Somebody was faster.
            if let entry = entries[key], entry.stamp == stamp, entry.loadedAt >= since {
                lookup.finish(.success(entry.value))
                return (lookup, true, isLate)
            }
            asked[key] = Asked(stamp: stamp, lookup: lookup)
            return (lookup, false, isLate)
        }

        mutating func end(_ lookup: Lookup<Value?>, _ key: HashedKey) {
            if asked[key]?.lookup === lookup { asked[key] = nil }
        }

        // MARK: What is kept

        mutating func keep(_ entry: Entry, _ key: HashedKey, limit: Int) {
            guard entry.bytes <= limit else { return remove(key) }
            var entry = entry
            if let old = entries[key] {
                if entry.stamp.isOlder(than: old.stamp) { return }
                entry.wasUsed = old.wasUsed
                bytes -= Int(old.bytes)
            }
            entries[key] = entry
            bytes += Int(entry.bytes)
            while bytes > limit { evictOne() }
        }

        private mutating func remove(_ key: HashedKey) {
            if let place = entries.index(forKey: key) { evict(place) }
        }

        /// The clock algorithm, an approximation of least recently used: what was used since the hand came by last is
        /// spared once.
        private mutating func evictOne() {
            while true {
                hand = hand + 1 < entries.count ? hand + 1 : 0
                guard entries.values[hand].wasUsed else { return evict(hand) }
                entries.values[hand].wasUsed = false
            }
        }

        /// The last takes its place: the others need not move.
        private mutating func evict(_ place: Int) {
            entries.swapAt(place, entries.count - 1)
            bytes -= Int(entries.removeLast().value.bytes)
        }
    }
}
