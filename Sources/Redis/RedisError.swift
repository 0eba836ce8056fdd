/// Why Redis gave no answer.
public enum RedisError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No connection could be made: refused, no such socket, or not within the time set for it.
    case unreachable(String)
    /// No answer within the time set for it. Whether the command was carried out is not known.
    case timedOut
    /// The connection broke or spoke another protocol. Whether the command was carried out is not known.
    case lost(String)
    /// Redis answered with an error, such as `LOADING Redis is loading the dataset in memory`. The connection is fine.
    case server(String)

    /// The first word of a server's error, such as `LOADING`, `NOSCRIPT`, `READONLY`, `OOM` or `WRONGPASS`; nil for
    /// other errors.
    public var code: String? {
        guard case .server(let message) = self else { return nil }
        return message.split(separator: " ", maxSplits: 1).first.map(String.init)
    }

    /// Names neither keys nor values, except where the server's own message does.
    public var description: String {
        switch self {
        case .unreachable(let reason): "Redis cannot be reached: \(reason)"
        case .timedOut: "Redis did not answer in time"
        case .lost(let reason): "the connection to Redis was lost: \(reason)"
        case .server(let message): "Redis refused: \(message)"
        }
    }
}
