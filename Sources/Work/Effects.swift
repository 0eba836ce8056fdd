import Glibc
import Metrics
import Model
import Pages
import Redis
import Signals
import Synchronization

/// Carries out what follows a change: here at once, so that a visit or a request that begins after the answer meets what is now;
/// on other hosts in a moment.
public struct Effects: Sendable {
    private let memory: HostMemory
    private let redis: RedisPool
    private let pages: Publisher?
    private let epochs: Epochs

    /// - Parameters:
    ///   - memory: by which the processes of this host hear of changes.
    ///   - pages: keeps the files of this host; nil leaves them to the workers, who hear of each change.
    public init(memory: HostMemory, redis: RedisPool, pages: Publisher?) {
        self.memory = memory
        self.redis = redis
        self.pages = pages
        epochs = Epochs(redis)
    }

    /// Whether who changes keys, members or limits would have to wait for as long as anything is believed, as far as is known.
    package var areEpochsLate: Bool { epochs.areLate }

    /// Call it after the commit, or where it may have been made, and before the answer. Anything may be told twice.
    public func carryOut(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .links(let places): announce(places)
            case .pages(let places): show(places)
            case .image(let image): pages?.remove(image)
            case .access(let workspace): epochs.replace(of: workspace)
            case .brand(let workspace): announce([.brand(of: workspace)])
            case .sender: redis.wakeSender()
            case .mails: redis.wakeMailSender()
            }
        }
    }

    /// Everything may have changed.
    public func announceAll() { Invalidation.announceAll(in: memory, through: redis) }

    private func announce(_ places: Set<Place>) { Invalidation.announce(places, in: memory, through: redis) }

    /// Makes what visitors see of pages be as the database says.
    private func show(_ places: Set<Place>) {
        announce(places)
        pages?.refresh(places)
        PageNews.publish(places, through: redis)
    }
}

/// Makes changes of keys, members or plans hold on every worker of every host.
private final class Epochs: Sendable {
    private let redis: RedisPool
    private let wasLate = Atomic(false)

    init(_ redis: RedisPool) { self.redis = redis }

    /// Whether the last one was not sure to hold.
    var areLate: Bool { wasLate.load(ordering: .relaxed) }

    /// Where Redis cannot be reached, or could be replaced by a server that has not heard of it, it waits until no worker can
    /// have anything cached any more.
    func replace(of workspace: WorkspaceID) {
        // A workspace's keys may be test keys, which are believed under the epoch of where they work.
        let isSure = Epoch.replace(of: Array(Set([workspace, workspace.sandbox]).map(\.description)), through: redis)
        wasLate.store(!isSure, ordering: .relaxed)
        if !isSure { usleep(UInt32(Epoch.beliefMilliseconds) * 1000) }
    }
}
