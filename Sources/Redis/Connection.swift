import CHiredis
import Glibc
import Threads

/// One connection to Redis: hiredis' blocking `redisContext`.
///
/// ```swift
/// let redis = try Connection(RedisConfiguration(socket: "/run/redis/redis-server.sock"))
/// try redis.command("SET", "greeting", "hello", "EX", 60)
/// let greeting = try redis.command("GET", "greeting").text
/// ```
///
/// Not Sendable, so the compiler sees to it that threads do not share one; a ``RedisPool`` lends them. It never
/// reconnects by itself: once ``isUsable`` is false it is to be thrown away.
///
/// Writing to a connection that the server has closed raises SIGPIPE. The application has to ignore that signal.
public final class Connection {
    private let context: UnsafeMutablePointer<redisContext>
    /// The command that is being sent; its memory is used again.
    private var output: [UInt8] = []

    /// Connects, and authenticates when there is a password.
    ///
    /// - Throws: ``RedisError/unreachable(_:)``, or ``RedisError/server(_:)`` for a wrong password.
    public init(_ configuration: RedisConfiguration) throws(RedisError) {
        let place = try configuration.located()
        guard let context = Self.connect(place) else { throw .unreachable("out of memory") }
        self.context = context
        guard isUsable else { throw .unreachable("\(place): \(reason)") }
        // Sets SO_RCVTIMEO and SO_SNDTIMEO.
        guard redisSetTimeout(context, timeval(milliseconds: configuration.commandMilliseconds)) == REDIS_OK else {
            throw .unreachable("\(configuration): \(reason)")
        }
        if let password = configuration.password { try command("AUTH", RedisArgument(password)) }
        if !configuration.sentinels.isEmpty { try requireMaster() }
    }

    deinit {
        redisFree(context)
    }

    /// False once anything went wrong below the level of replies: the stream may be in the middle of an answer.
    ///
    /// > "Once an error is returned the context cannot be reused and you should set up a new connection."
    /// > https://github.com/redis/hiredis/tree/v0.14.1#errors
    public var isUsable: Bool {
        context.pointee.err == 0
    }

    /// Nothing has arrived that was not asked for. On an idle connection that could only be the news that the server has
    /// closed it.
    public var isQuiet: Bool {
        var query = pollfd(fd: context.pointee.fd, events: Int16(POLLIN), revents: 0)
        return poll(&query, 1, 0) == 0
    }

    /// Sends one command and waits for its answer.
    ///
    /// - Throws: ``RedisError``; after `.timedOut` and `.lost` the connection is no longer usable.
    @discardableResult
    public func command(_ name: RedisArgument, _ arguments: RedisArgument...) throws(RedisError) -> Reply {
        try command(name, arguments)
    }

    /// Sends one command with a number of arguments known only at run time, and waits for its answer.
    @discardableResult
    public func command(_ name: RedisArgument, _ arguments: [RedisArgument]) throws(RedisError) -> Reply {
        try enqueue([name] + arguments)
        return try receive()
    }
}

// What Subscription builds on as well: the two directions of the stream, one at a time.
extension Connection {
    /// Appends a command to hiredis' output buffer: `redisAppendFormattedCommand`.
    func enqueue(_ arguments: [RedisArgument]) throws(RedisError) {
        output.removeAll(keepingCapacity: output.count <= 1 << 16)
        RedisArgument.encode(length: arguments.count, after: "*", into: &output)
        for argument in arguments { argument.encode(into: &output) }
        let result = output.withUnsafeBytes {
            redisAppendFormattedCommand(context, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
        }
        try check(result)
    }

    /// Writes the output buffer to the socket: `redisBufferWrite`.
    func flush() throws(RedisError) {
        var isDone: Int32 = 0
        while isDone == 0 { try check(redisBufferWrite(context, &isDone)) }
    }

    /// Writes what is waiting to be written, then blocks until one reply is there: `redisGetReply`.
    func receive() throws(RedisError) -> Reply {
        var reply: UnsafeMutableRawPointer?
        try check(redisGetReply(context, &reply))
        guard let reply = try take(reply) else { throw .lost("no reply") }
        return reply
    }

    /// A reply that has been read already, without touching the socket: `redisGetReplyFromReader`.
    func receiveBuffered() throws(RedisError) -> Reply? {
        var reply: UnsafeMutableRawPointer?
        try check(redisGetReplyFromReader(context, &reply))
        return try take(reply)
    }

    /// Reads once from the socket into the input buffer: `redisBufferRead`.
    func read() throws(RedisError) {
        try check(redisBufferRead(context))
    }

    /// Blocks until there is something to read, be it the end of the stream; false when the deadline came first.
    func waitUntilReadable(by deadline: Deadline) throws(RedisError) -> Bool {
        var descriptor = pollfd(fd: context.pointee.fd, events: Int16(POLLIN), revents: 0)
        while true {
            let count = poll(&descriptor, 1, deadline.pollTimeout)
            if count > 0 { return true }
            if count == 0 { return false }
            if errno != EINTR { throw .lost("poll: \(String(cString: strerror(errno)))") }
        }
    }

    /// Copies a reply and frees the original.
    private func take(_ reply: UnsafeMutableRawPointer?) throws(RedisError) -> Reply? {
        guard let reply else { return nil }
        defer { freeReplyObject(reply) }
        return try Reply(reply.assumingMemoryBound(to: redisReply.self).pointee)
    }

    private func check(_ result: Int32) throws(RedisError) {
        if result == REDIS_OK { return }
        // A socket timeout shows as EAGAIN, which hiredis keeps in errno.
        let isTimeout = errno == EAGAIN && context.pointee.err == REDIS_ERR_IO
        throw isTimeout ? .timedOut : .lost(reason)
    }

    /// hiredis' own words.
    private var reason: String {
        withUnsafeBytes(of: context.pointee.errstr) { text in
            String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private static func connect(_ configuration: RedisConfiguration) -> UnsafeMutablePointer<redisContext>? {
        let timeout = timeval(milliseconds: configuration.connectMilliseconds)
        if let socket = configuration.socket { return redisConnectUnixWithTimeout(socket, timeout) }
        return redisConnectWithTimeout(configuration.host, Int32(clamping: configuration.port), timeout)
    }
}

extension timeval {
    fileprivate init(milliseconds: Int) {
        self.init(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
    }
}
