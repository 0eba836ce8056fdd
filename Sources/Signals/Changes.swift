import Metrics
import Model
import Synchronization

/// How the caches of a process learn that what they have is no longer so: from processes of this host by numbers in shared
/// memory, which grow before the change is answered; from other hosts through Redis, milliseconds later.
package final class Changes: Sendable {
    /// What something was read under. It is no longer good once another one would be made.
    package struct Stamp: Equatable, Sendable {
        /// Where its numbers are.
        fileprivate let place: Int32
        /// The subscription's generation.
        fileprivate let generation: Int32
        fileprivate let number: Int

        package static func == (one: Self, other: Self) -> Bool {
            one.place == other.place && one.number == other.number && one.generation == other.generation
        }

        /// Whether it was made before some change that the other one knows of.
        package func isOlder(than other: Stamp) -> Bool { number < other.number }
    }

    private let memory: HostMemory
    /// What other hosts tell, which each process of this one hears for itself.
    private let heard = HostMemory(path: nil)
    /// The subscription's generation: 0 while there is none, a new number each time it begins.
    private let generation = Atomic<Int32>(0)
    private let lastGeneration = Atomic<Int32>(0)

    package init(_ memory: HostMemory) { self.memory = memory }

    /// Take it before the question is asked.
    package func stamp(_ key: String) -> Stamp {
        stamp(at: HostMemory.changePlace(of: key))
    }

    /// The same of what is counted of a link.
    package func stamp(ofClicksOf link: LinkID) -> Stamp { stamp(at: HostMemory.countPlace(of: link.ulid.value)) }

    private func stamp(at place: Int32) -> Stamp {
        Stamp(place: place, generation: generation.load(ordering: .acquiring), number: number(at: place))
    }

    /// Whether nothing that would be heard of has changed since, here or elsewhere.
    @inline(__always)
    package func isCurrent(_ stamp: Stamp) -> Bool {
        let generation = generation.load(ordering: .acquiring)
        return generation != 0 && stamp.generation == generation && isUnchanged(stamp)
    }

    /// Whether nothing is known to have changed, as far as this process can tell without Redis.
    @inline(__always)
    package func isUnchanged(_ stamp: Stamp) -> Bool { number(at: stamp.place) == stamp.number }

    /// Both only grow, so their sum is the same only where both are.
    @inline(__always)
    private func number(at place: Int32) -> Int { memory.changes(at: place).value + heard.changes(at: place).value }

    /// Another host says that something has.
    package func hear(_ change: Invalidation.Change) {
        switch change {
        case .everything: heard.growAllChanges()
        case .keys(let keys): for key in keys { heard.changes(of: key).grow() }
        }
    }

    package func hear(_ key: String) { hear(.keys([key])) }

    /// Another host has counted clicks of links.
    package func hearClicks(of links: [LinkID]) {
        for link in links { heard.counts(of: link.ulid.value).grow() }
    }

    // MARK: The subscription

    /// Whether changes made by other hosts are heard of.
    package var isListening: Bool { generation.load(ordering: .acquiring) != 0 }

    package func subscriptionBegan() {
        generation.store(lastGeneration.add(1, ordering: .relaxed).newValue, ordering: .releasing)
    }

    package func subscriptionEnded() {
        generation.store(0, ordering: .releasing)
    }
}
