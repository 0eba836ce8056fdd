import Metrics
import Model
import Redis

/// The word that links and domains have changed: to the processes of this host by numbers in memory, so that none of them
/// answers with what was before once the change has been answered; to other hosts through Redis.
public enum Invalidation {
    /// Call it after the commit and before the answer. While Redis is away no other host trusts its cache.
    public static func announce(_ places: Set<Place>, in memory: HostMemory, through redis: RedisPool) {
        guard !places.isEmpty else { return }
        let keys = places.map(\.key)
        for key in keys { memory.changes(of: key).grow() }
        redis.publish(keys.joined(separator: "\n"), on: .links)
    }

    /// The word for all keys. None is called so: each has a slash.
    private static let everything = "*"

    /// Everything may have changed: all copies in memory are read again when they are asked for next.
    public static func announceAll(in memory: HostMemory, through redis: RedisPool) {
        memory.growAllChanges()
        redis.publish(everything, on: .links)
    }

    /// What a word says has changed.
    public enum Change: Equatable {
        case everything
        case keys([String])
    }

    public static func change(_ payload: [UInt8]) -> Change {
        // No host and no slug has a line end.
        let keys = payload.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        return keys == [everything] ? .everything : .keys(keys)
    }
}
