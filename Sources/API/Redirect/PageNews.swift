import Glibc
import Logging
import Pages
import Redis

/// The channel on which changed pages are told to every host. Where it is not heard, cron brings the files within a minute.
enum PageNews {
    static let channel = "mask:pages"

    static func publish(_ places: [PagePlace], through redis: RedisPool) {
        let payload = places.map { $0.host + "/" + $0.slug }.joined(separator: "\n")
        _ = try? redis.withResource(timeoutMilliseconds: 50, keepIf: \.isUsable) {
            try $0.command("PUBLISH", RedisArgument(channel), RedisArgument(payload))
        }
    }

    /// No host and no slug has a slash or a line end.
    static func places(_ payload: [UInt8]) -> [PagePlace] {
        payload.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let parts = line.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
            return parts.count == 2 ? PagePlace(host: parts[0], slug: parts[1]) : nil
        }
    }
}

/// Where visitors find a page.
struct PagePlace: Hashable, Sendable {
    var host: String
    var slug: String
}

extension Services {
    /// Makes what visitors see of pages be as the database says: on this host now, on every other in a moment.
    func show(_ places: Set<PagePlace>) {
        guard !places.isEmpty else { return }
        let keys = Set(places.map { LinkCache.key(host: $0.host, slug: $0.slug) })
        keys.forEach(links.invalidate)
        Invalidation.publish(keys, through: redis)
        refresh(places)
        PageNews.publish(Array(places), through: redis)
    }

    fileprivate func refresh(_ places: Set<PagePlace>) {
        for place in places {
            do {
                try pages.refresh(host: place.host, slug: place.slug)
            } catch {
                // A worker renders it for whoever asks, and cron tries again.
                logger.error("the file of \(place.host)/\(place.slug) is not up to date: \(error)")
            }
        }
    }
}

/// Listens for changed pages as long as the process lives; runs on a thread of its own.
public struct PageListener: Sendable {
    private let configuration: RedisConfiguration
    private let services: Services

    public init(_ configuration: RedisConfiguration, services: Services) {
        self.configuration = configuration
        self.services = services
    }

    public func run() -> Never {
        var isTold = false
        while true {
            do { try listen { isTold = false } } catch {
                if !isTold { services.logger.warning("no word of changed pages; cron brings them: \(error)") }
                isTold = true
            }
            sleep(1)
        }
    }

    private func listen(began: () -> Void) throws {
        let subscription = try Subscription(configuration, channels: [PageNews.channel])
        began()
        while true {
            guard let message = try subscription.next(timeoutMilliseconds: 10_000) else {
                try subscription.ping()  // its answer is a message too
                continue
            }
            if case .published(_, let payload) = message { services.refresh(Set(PageNews.places(payload))) }
        }
    }
}
