import Threads

/// What arrives on a subscription.
public enum Message: Sendable, Hashable {
    /// Someone published `payload` on `channel`.
    case published(channel: String, payload: [UInt8])
    /// The answer to ``Subscription/ping()``.
    case pong
}

/// A connection of its own that listens to channels.
///
/// Messages published while no subscription stands are gone for good; Redis keeps none. What was known before a
/// subscription was lost has to be treated as stale once it is back.
///
/// A link can die without a sign, so a listener that has heard nothing for a while should ``ping()``, and count the
/// subscription as lost when no ``Message/pong`` follows.
public final class Subscription {
    private let connection: Connection

    /// Connects and subscribes. Every message published after this has returned will arrive.
    ///
    /// - Parameter channels: at least one name.
    public init(_ configuration: RedisConfiguration, channels: [String]) throws(RedisError) {
        precondition(!channels.isEmpty, "a subscription needs a channel")
        connection = try Connection(configuration)
        try connection.enqueue(["SUBSCRIBE"] + channels.map { RedisArgument($0) })
        // Redis confirms each channel with a reply of its own.
        for _ in channels { _ = try connection.receive() }
    }

    /// False once the connection is lost. A timeout of ``next(timeoutMilliseconds:)`` does not harm it.
    public var isUsable: Bool {
        connection.isUsable
    }

    /// The next message; nil when none came in time. A timeout of 0 takes only what has arrived.
    ///
    /// - Throws: ``RedisError/lost(_:)`` when the server has closed the connection.
    public func next(timeoutMilliseconds: Int) throws(RedisError) -> Message? {
        let deadline = Deadline.after(milliseconds: timeoutMilliseconds)
        while true {
            while let reply = try connection.receiveBuffered() {
                if let message = Message(reply) { return message }
            }
            // A read that times out would end the context, so only what is ready is read.
            guard try connection.waitUntilReadable(by: deadline) else { return nil }
            try connection.read()
        }
    }

    /// Asks the server for a sign of life, which arrives as ``Message/pong``. Does not wait for it.
    public func ping() throws(RedisError) {
        try connection.enqueue(["PING"])
        try connection.flush()
    }
}

extension Subscription {
    /// Listens until the line is lost. After a silence the line is tested, and given up after another one: a link can die
    /// without a sign.
    ///
    /// - Parameters:
    ///   - began: called once every message from now on will arrive.
    ///   - hear: gets each message, on the calling thread.
    public static func listen(
        _ configuration: RedisConfiguration, channels: [String], silenceMilliseconds: Int, began: () -> Void,
        hear: (_ channel: String, _ payload: [UInt8]) -> Void
    ) throws(RedisError) -> Never {
        let subscription = try Subscription(configuration, channels: channels)
        began()
        var isTesting = false
        while true {
            if let message = try subscription.next(timeoutMilliseconds: silenceMilliseconds) {
                isTesting = false
                if case .published(let channel, let payload) = message { hear(channel, payload) }
            } else if isTesting {
                throw RedisError.lost("the subscription has gone silent")
            } else {
                isTesting = true
                try subscription.ping()
            }
        }
    }
}

extension Message {
    /// Nil for what is neither a message nor a pong, such as the notice of a channel subscribed to.
    fileprivate init?(_ reply: Reply) {
        guard let fields = reply.elements, let kind = fields.first?.text else { return nil }
        switch (kind, fields.dropFirst().first, fields.last) {
        case ("pong", _, _):
            self = .pong
        case ("message", .string(let channel), .string(let payload)) where fields.count == 3:
            self = .published(channel: String(decoding: channel, as: UTF8.self), payload: payload)
        default:
            return nil
        }
    }
}
