import Logging
import Redis
import Signals

/// Listens for changed links and domains as long as the process lives; runs on a thread of its own.
public struct InvalidationListener: Sendable {
    private let configuration: RedisConfiguration
    private let services: VisitServices

    private static let silenceMilliseconds = 500

    public init(_ configuration: RedisConfiguration, services: VisitServices) {
        self.configuration = configuration
        self.services = services
    }

    public func run() -> Never {
        let changes = services.changes
        Listener(configuration, [.links, .clicks], silenceMilliseconds: Self.silenceMilliseconds).run(
            began: changes.subscriptionBegan,
            lost: { error in
                changes.subscriptionEnded()
                services.logger.warning("no word of changed links, so none is trusted from memory: \(error)")
            },
            hear: { channel, payload in
                if channel == .clicks {
                    changes.hearClicks(of: CountedClicks.links(payload))
                } else {
                    changes.hear(Invalidation.change(payload))
                }
            })
    }
}
