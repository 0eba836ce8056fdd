import Model
import Redis

/// The word that pages have changed, told to every host. Where it is not heard, cron brings the files within a minute.
public enum PageNews {
    public static func publish(_ places: Set<Place>, through redis: RedisPool) {
        guard !places.isEmpty else { return }
        redis.publish(places.map(\.key).joined(separator: "\n"), on: .pages)
    }

    public static func places(_ payload: [UInt8]) -> Set<Place> {
        Set(payload.split(separator: UInt8(ascii: "\n")).compactMap { Place(key: String(decoding: $0, as: UTF8.self)) })
    }
}
