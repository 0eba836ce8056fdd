import Glibc
import Redis

/// Hears channels as long as its process lives; runs on a thread of its own.
///
/// A line that is silent is tested, and given up where no answer comes; what is lost is begun anew, for ever.
public struct Listener: Sendable {
    private let configuration: RedisConfiguration
    private let channels: [Channel]
    private let silenceMilliseconds: Int
    private let pauseMilliseconds: Int

    /// - Parameters:
    ///   - silenceMilliseconds: after which the line is tested, and again after which it is given up.
    ///   - pauseMilliseconds: before it is tried again.
    public init(
        _ configuration: RedisConfiguration, _ channels: [Channel], silenceMilliseconds: Int = 10_000, pauseMilliseconds: Int = 250
    ) {
        self.configuration = configuration
        self.channels = channels
        self.silenceMilliseconds = silenceMilliseconds
        self.pauseMilliseconds = pauseMilliseconds
    }

    /// - Parameters:
    ///   - began: each word from now on is heard; nobody knows which were said before.
    ///   - lost: called once an outage, however long it lasts.
    ///   - hear: gets each word.
    public func run(
        began: () -> Void, lost: (any Error) -> Void, hear: (Channel, _ payload: [UInt8]) -> Void
    ) -> Never {
        var isLost = false
        while true {
            do {
                try Subscription.listen(
                    configuration, channels: channels.map(\.rawValue), silenceMilliseconds: silenceMilliseconds,
                    began: {
                        isLost = false
                        began()
                    },
                    hear: { name, payload in Channel(rawValue: name).map { hear($0, payload) } })
            } catch {
                if !isLost { lost(error) }
                isLost = true
            }
            usleep(UInt32(pauseMilliseconds) * 1000)
        }
    }
}
