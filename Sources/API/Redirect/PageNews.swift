import Logging
import Pages
import Redis
import Signals

/// The word that pages have changed, told to every host. Where it is not heard, cron brings the files within a minute.
enum PageNews {
    static func publish(_ places: [PagePlace], through redis: RedisPool) {
        redis.publish(places.map { $0.host + "/" + $0.slug }.joined(separator: "\n"), on: .pages)
    }

    /// No host and no slug has a slash or a line end.
    static func places(_ payload: [UInt8]) -> [PagePlace] {
        payload.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let parts = line.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            return parts.count == 2 ? PagePlace(host: parts[0], slug: parts[1]) : nil
        }
    }
}

/// Where visitors find a page.
struct PagePlace: Hashable, Sendable {
    var host: String
    /// Empty for what the bare host shows.
    var slug: String
}

extension Services {
    /// Makes what visitors see of pages be as the database says: on this host now, on every other in a moment.
    func show(_ places: Set<PagePlace>) {
        guard !places.isEmpty else { return }
        announce(Set(places.map { LinkCache.key(host: $0.host, slug: $0.slug) }))
        refresh(places)
        PageNews.publish(Array(places), through: redis)
    }

    func refresh(_ places: Set<PagePlace>) {
        for place in places where !place.slug.isEmpty {
            do {
                try pages.refresh(host: place.host, slug: place.slug)
            } catch {
                // A worker renders it for whoever asks, and cron tries again.
                logger.error("the file of \(place.host)/\(place.slug) is not up to date: \(error)")
            }
        }
        // Which page the bare host shows may depend on any of its pages.
        for host in Set(places.map(\.host)) {
            do { try pages.refreshRoot(ofHost: host) } catch {
                logger.error("what \(host)/ shows is not up to date: \(error)")
            }
        }
    }
}

/// Listens for changed pages as long as the process lives; runs on a thread of its own.
public struct PageListener: Sendable {
    private let configuration: RedisConfiguration
    private let services: Services
    /// Silence after which the line is tested, and again after which it is given up.
    private let silenceMilliseconds: Int

    public init(_ configuration: RedisConfiguration, services: Services, silenceMilliseconds: Int = 10_000) {
        self.configuration = configuration
        self.services = services
        self.silenceMilliseconds = silenceMilliseconds
    }

    public func run() -> Never {
        Listener(configuration, [.pages], silenceMilliseconds: silenceMilliseconds, pauseMilliseconds: 1000).run(
            began: {},
            lost: { services.logger.warning("no word of changed pages; cron brings them: \($0)") },
            hear: { _, payload in services.refresh(Set(PageNews.places(payload))) })
    }
}
