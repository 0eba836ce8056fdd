import Glibc
import Redis

/// What the webhooks' sender is told through Redis.
public enum SenderCalls: String, CaseIterable, Sendable {
    /// There are events that nobody has picked up.
    case events = "mask:events"
    /// Another sender has begun; one whose time is over may end.
    case successor = "mask:sender"

    public static func publish(_ call: SenderCalls, through redis: RedisPool) {
        _ = try? redis.withResource(timeoutMilliseconds: 50, keepIf: \.isUsable) {
            try $0.command("PUBLISH", RedisArgument(call.rawValue), RedisArgument(String(getpid())))
        }
    }
}
