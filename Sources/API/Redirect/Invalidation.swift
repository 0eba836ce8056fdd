import Logging
import Metrics
import Redis
import Signals

/// The word that links and domains have changed: to the processes of this host by numbers in memory, so that none of them
/// answers with what was before once the change has been answered; to other hosts through Redis.
enum Invalidation {
    /// Call it after the commit and before the answer. While Redis is away no other host trusts its cache.
    static func announce(_ keys: Set<String>, in memory: HostMemory, through redis: RedisPool) {
        guard !keys.isEmpty else { return }
        for key in keys { memory.changes(of: key).grow() }
        redis.publish(keys.joined(separator: "\n"), on: .links)
    }

    /// The word for all keys. None is called so: each has a slash.
    private static let everything = "*"

    /// Everything may have changed: all copies in memory are read again when they are asked for next.
    static func announceAll(in memory: HostMemory, through redis: RedisPool) {
        memory.growAllChanges()
        redis.publish(everything, on: .links)
    }

    static func hear(_ payload: [UInt8], _ changes: Changes) {
        let keys = keys(payload)
        if keys == [everything] { changes.hearAll() } else { keys.forEach(changes.hear) }
    }

    /// The keys in a message: no host and no slug has a line end.
    static func keys(_ payload: [UInt8]) -> [String] {
        payload.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension Services {
    /// Makes every worker load links anew when they are asked for next, or what belongs to a whole host.
    func announce(_ keys: Set<String>) { Invalidation.announce(keys, in: memory, through: redis) }

    /// Makes every worker load a domain anew, and every host show at the bare host what the domain says.
    func forgetDomain(_ host: String) { show([PagePlace(host: host, slug: "")]) }
}

/// Listens for changed links and domains as long as the process lives; runs on a thread of its own.
public struct InvalidationListener: Sendable {
    private let configuration: RedisConfiguration
    private let services: Services

    private static let silenceMilliseconds = 500

    public init(_ configuration: RedisConfiguration, services: Services) {
        self.configuration = configuration
        self.services = services
    }

    public func run() -> Never {
        let changes = services.changes
        Listener(configuration, [.links], silenceMilliseconds: Self.silenceMilliseconds).run(
            began: changes.subscriptionBegan,
            lost: { error in
                changes.subscriptionEnded()
                services.logger.warning("no word of changed links, so none is trusted from memory: \(error)")
            },
            hear: { _, payload in Invalidation.hear(payload, changes) })
    }
}
