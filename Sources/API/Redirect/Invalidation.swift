import Glibc
import Logging
import Redis

/// The channel on which changed links and domains are told to every worker of every host.
enum Invalidation {
    static let channel = "mask:links"

    /// Tells everyone. While Redis is away nobody trusts a cache, so there is nobody to tell.
    static func publish(_ keys: Set<String>, through redis: RedisPool) {
        guard !keys.isEmpty else { return }
        _ = try? redis.withResource(timeoutMilliseconds: 50, keepIf: \.isUsable) {
            try $0.command("PUBLISH", RedisArgument(channel), RedisArgument(keys.joined(separator: "\n")))
        }
    }

    /// The keys in a message: no host and no slug has a line end.
    static func keys(_ payload: [UInt8]) -> [String] {
        payload.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension Services {
    /// Loads a link anew when it is asked for next, or what belongs to a whole host.
    func invalidate(_ key: String) {
        if key.last == "/" { domains.invalidate(String(key.dropLast())) } else { links.invalidate(key) }
    }

    /// Makes every worker load a domain anew.
    func forgetDomain(_ host: String) {
        let key = LinkCache.key(ofDomain: host)
        invalidate(key)
        Invalidation.publish([key], through: redis)
    }
}

/// Listens for changed links and domains as long as the process lives; runs on a thread of its own.
public struct InvalidationListener: Sendable {
    private let configuration: RedisConfiguration
    private let services: Services

    /// Silence after which the line is tested, and again after which it is given up.
    private static let silenceMilliseconds = 500

    public init(_ configuration: RedisConfiguration, services: Services) {
        self.configuration = configuration
        self.services = services
    }

    public func run() -> Never {
        var isTold = false  // an outage is one line, however long it lasts
        while true {
            do {
                try listen { isTold = false }
            } catch {
                services.links.subscriptionEnded()
                if !isTold { services.logger.warning("no word of changed links, so none is trusted from memory: \(error)") }
                isTold = true
            }
            usleep(250_000)
        }
    }

    private func listen(began: () -> Void) throws {
        let subscription = try Subscription(configuration, channels: [Invalidation.channel])
        services.links.subscriptionBegan()
        began()
        var isTesting = false
        while true {
            if let message = try subscription.next(timeoutMilliseconds: Self.silenceMilliseconds) {
                isTesting = false
                if case .published(_, let payload) = message {
                    Invalidation.keys(payload).forEach(services.invalidate)
                }
            } else if isTesting {
                throw RedisError.server("the subscription has gone silent")
            } else {
                isTesting = true
                try subscription.ping()
            }
        }
    }
}
