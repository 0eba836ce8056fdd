import Metrics
import Model
import Redis

/// The word that clicks of links were counted, for whoever has these links in memory with their counts: to the processes of this
/// host by numbers in memory, to other hosts through Redis.
public enum CountedClicks {
    /// Of one word: some tens of kilobytes.
    private static let limit = 4096

    /// Call it after the commit.
    public static func announce(_ links: Set<LinkID>, in memory: HostMemory, through redis: RedisPool) {
        for link in links { memory.counts(of: link.ulid.value).grow() }
        var rest = Array(links)[...]
        while !rest.isEmpty {
            // Where it cannot be said nobody hears anything, and nobody trusts what is in memory.
            guard redis.publish(RedisArgument(rest.prefix(limit).flatMap(\.ulid.bytes)), on: .clicks) else { return }
            rest = rest.dropFirst(limit)
        }
    }

    /// What a loader is given.
    public static func announcer(in memory: HostMemory, through redis: RedisPool) -> @Sendable (Set<LinkID>) -> Void {
        { announce($0, in: memory, through: redis) }
    }

    public static func links(_ payload: [UInt8]) -> [LinkID] {
        stride(from: 0, through: payload.count - 16, by: 16).compactMap { ULID(bytes: payload[$0..<($0 + 16)]).map(LinkID.init) }
    }
}
