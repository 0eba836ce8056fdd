import Redis

/// Hears what a sender is told as long as its process lives; runs on a thread of its own.
public struct SenderCallListener: Sendable {
    private let configuration: RedisConfiguration
    /// Whose calls are its own, and not a successor's: no other sender on any host has it.
    private let name: String
    private let silenceMilliseconds: Int

    /// - Parameter silenceMilliseconds: after which the line is tested, and again after which it is given up.
    public init(_ configuration: RedisConfiguration, name: String, silenceMilliseconds: Int = 10_000) {
        self.configuration = configuration
        self.name = name
        self.silenceMilliseconds = silenceMilliseconds
    }

    /// Tells those before that another sender has begun: once, however often the line is lost. A line that is lost is no news
    /// for the log: a sender works without it, too.
    /// - Parameter hear: gets each call of others; nil when it begins to listen, as nobody knows what it has missed.
    public func run(_ hear: (Channel?) -> Void) -> Never {
        let redis = configuration.makePool(capacity: 1)
        var isAnnounced = false
        func announce() {
            if !isAnnounced { isAnnounced = redis.publish(name, on: Channel.successor) }
        }
        Listener(configuration, [.events, .successor], silenceMilliseconds: silenceMilliseconds).run(
            began: {
                announce()
                hear(nil)
            },
            lost: { _ in },
            hear: { channel, sender in
                announce()
                if sender != Array(name.utf8) { hear(channel) }
            })
    }
}
