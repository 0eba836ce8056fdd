import Glibc
import Redis

/// What the webhooks' sender is told through Redis.
public enum SenderCalls: String, CaseIterable, Sendable {
    /// There are events that nobody has picked up.
    case events = "mask:events"
    /// Another sender has begun; one whose time is over may end.
    case successor = "mask:sender"

    /// - Returns: whether Redis has taken it.
    @discardableResult
    public static func publish(
        _ call: SenderCalls, through redis: RedisPool, from sender: String = String(getpid())
    ) -> Bool {
        redis.publish(sender, on: call.rawValue)
    }
}

/// Hears what a sender is told as long as its process lives; runs on a thread of its own.
public struct SenderCallListener: Sendable {
    private let configuration: RedisConfiguration
    /// Whose calls are its own, and not a successor's: no other sender on any host has it.
    private let name: String
    /// Silence after which the line is tested, and again after which it is given up.
    private let silenceMilliseconds: Int

    public init(_ configuration: RedisConfiguration, name: String, silenceMilliseconds: Int = 10_000) {
        self.configuration = configuration
        self.name = name
        self.silenceMilliseconds = silenceMilliseconds
    }

    /// Tells those before that another sender has begun: once, however often the line is lost.
    /// - Parameter hear: gets each call of others; nil when it begins to listen, as nobody knows what it has missed.
    public func run(_ hear: (SenderCalls?) -> Void) -> Never {
        let redis = configuration.makePool(capacity: 1)
        var isAnnounced = false
        while true {
            try? listen {
                if !isAnnounced { isAnnounced = SenderCalls.publish(.successor, through: redis, from: name) }
                hear($0)
            }
            usleep(250_000)
        }
    }

    /// Listens until the line is lost. It works without Redis too, so that is no news for the log.
    private func listen(_ hear: (SenderCalls?) -> Void) throws {
        try Subscription.listen(
            configuration, channels: SenderCalls.allCases.map(\.rawValue), silenceMilliseconds: silenceMilliseconds,
            began: { hear(nil) },
            hear: { channel, sender in
                if sender != Array(name.utf8) { SenderCalls(rawValue: channel).map(hear) }
            })
    }
}
