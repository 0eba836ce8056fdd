import Logging
import Model
import Store
import Synchronization

/// A link as the redirect needs it, made once and then shared by all threads. Small: there may be a hundred thousand.
final class CachedLink: Sendable {
    let id: LinkID
    let workspace: WorkspaceID
    let isLoop: Bool
    /// Destination with the link's own campaign: what most visitors get.
    let location: String
    private let url: String
    /// Whatever goes beyond a destination; most links have nothing.
    private let special: Special?

    private final class Special: Sendable {
        let settings: LinkSettings
        init(_ settings: LinkSettings) { self.settings = settings }
    }

    var settings: LinkSettings { special?.settings ?? LinkSettings(url: url) }

    init(_ target: RedirectTarget) {
        (id, workspace, isLoop, url) = (target.id, target.workspace, target.isLoop, target.settings.url)
        location = (try? Destination(validating: url))?
            .location(utm: target.settings.utm.parameters, visitorQuery: "") ?? ""
        var settings = target.settings
        (settings.title, settings.externalID) = (nil, nil)  // no visitor sees them
        special = settings == LinkSettings(url: url) ? nil : Special(settings)
    }
}

/// Links by host and slug, kept in memory and exact: a change is seen by the next request on the same process, and on every
/// other within milliseconds, because it is published through Redis after its commit.
///
/// - An entry is trusted while the subscription that brings the changes has stood without a gap since the entry was loaded,
///   and for a minute at most (a process that dies between commit and publishing tells nobody).
/// - What is not trusted is loaded again. Only while MariaDB is away a link that was known within the hour still leads on.
/// - Slugs without a link are remembered for some seconds, so that guessing costs the database little.
final class LinkCache: Sendable {
    enum Answer {
        case link(CachedLink)
        case unknown
        case unavailable
    }

    private let store: Store
    private let logger: Logger
    private let metrics: ApplicationMetrics?
    private let outage = Outage()
    private let shards: [LinkShard]
    private let shardCapacity: Int
    /// The subscription's generation: 0 while there is none, a new number each time it begins.
    private let generation = Atomic<Int>(0)
    private let lastGeneration = Atomic<Int>(0)

    static let trustMilliseconds = 60_000
    static let unknownMilliseconds = 5_000
    static let staleMilliseconds = 3_600_000

    init(store: Store, capacity: Int, logger: Logger, metrics: ApplicationMetrics? = nil) {
        self.store = store
        self.logger = logger
        self.metrics = metrics
        shards = (0..<16).map { _ in LinkShard() }
        shardCapacity = max(1, capacity / 16)
    }

    static func key(host: String, slug: String) -> String { host + "/" + slug }

    /// No link has an empty slug.
    static func key(ofDomain host: String) -> String { host + "/" }

    func find(host: String, slug: String) -> Answer {
        let key = Self.key(host: host, slug: slug)
        let number = shard(key)
        let now = monotonicMilliseconds()
        let (entry, invalidations) = shards[number].state.withLock { $0.use(key) }
        if let entry, isTrusted(entry, now) {
            metrics?.lookups.add(.hit)
            return entry.link.map(Answer.link) ?? .unknown
        }
        let generation = generation.load(ordering: .acquiring)
        do {
            let target = try outage.riding { [store] in
                try store.read(priority: .reserved) { try Links.target(host: host, slug: slug, on: $0) }
            } unless: { entry?.link != nil }
            let link = target.map(CachedLink.init)
            let fresh = LinkEntry(link: link, loadedAt: monotonicMilliseconds(), generation: generation)
            shards[number].state.withLock { $0.keep(fresh, key, ifStill: invalidations, capacity: shardCapacity) }
            metrics?.lookups.add(.miss)
            return link.map(Answer.link) ?? .unknown
        } catch {
            if !error.isDatabaseUnavailable { logger.error("a link cannot be loaded: \(error)") }
            guard let link = entry?.link, let entry, now - entry.loadedAt < Self.staleMilliseconds else {
                metrics?.lookups.add(.unavailable)
                return .unavailable
            }
            metrics?.lookups.add(.stale)
            return .link(link)
        }
    }

    private func isTrusted(_ entry: LinkEntry, _ now: Int) -> Bool {
        let generation = generation.load(ordering: .acquiring)
        let lifetime = entry.link == nil ? Self.unknownMilliseconds : Self.trustMilliseconds
        return generation != 0 && entry.generation == generation && now - entry.loadedAt < lifetime
    }

    /// Forgets a link. The stale copy stays for the hour in which MariaDB may be away, but is not trusted.
    func invalidate(_ key: String) {
        shards[shard(key)].state.withLock { $0.invalidate(key) }
    }

    private func shard(_ key: String) -> Int { Int(UInt(bitPattern: key.hashValue) % UInt(shards.count)) }

    var count: Int { shards.reduce(0) { sum, shard in sum + shard.state.withLock { $0.count } } }

    // MARK: The subscription's word

    /// Whether changes made by other workers are heard of, so that the cache is trusted.
    var isListening: Bool { generation.load(ordering: .acquiring) != 0 }

    /// A new number each time the subscription begins; 0 while there is none.
    var subscription: Int { generation.load(ordering: .acquiring) }

    func subscriptionBegan() {
        generation.store(lastGeneration.add(1, ordering: .relaxed).newValue, ordering: .releasing)
    }

    func subscriptionEnded() {
        generation.store(0, ordering: .releasing)
    }
}
