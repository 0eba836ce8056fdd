import Threads

/// Where Redis is, and how long to wait for it.
///
/// The times are short on purpose: everything asked of Redis has another answer when Redis is slow or gone.
public struct RedisConfiguration: Sendable, CustomStringConvertible {
    /// The path of a Unix socket. When given, ``host`` and ``port`` are not used.
    public var socket: String?
    /// A host name or address. Resolving a name is not covered by ``connectMilliseconds``; an address needs none.
    public var host: String
    public var port: Int
    /// Redis Sentinels that know which of several servers is the master. When given, ``host`` and ``port`` are not used.
    public var sentinels: [Sentinel] = []
    /// What the sentinels call the master: `sentinel monitor NAME …`.
    public var masterName = "mask"
    /// The password of the default user, sent with `AUTH`.
    public var password: String?
    /// How long connecting may take.
    public var connectMilliseconds: Int
    /// How long one answer may keep the caller waiting.
    public var commandMilliseconds: Int

    public init(
        socket: String? = nil, host: String = "127.0.0.1", port: Int = 6379, password: String? = nil,
        connectMilliseconds: Int = 25, commandMilliseconds: Int = 50
    ) {
        self.socket = socket
        self.host = host
        self.port = port
        self.password = password
        self.connectMilliseconds = connectMilliseconds
        self.commandMilliseconds = commandMilliseconds
    }

    /// The address, without the password.
    public var description: String {
        sentinels.isEmpty ? socket ?? "\(host):\(port)" : "the master \(masterName) of \(sentinels.count) sentinels"
    }

    /// Where a Redis Sentinel is.
    public struct Sentinel: Sendable, Hashable {
        public var host: String
        public var port: Int

        public init(host: String, port: Int = 26379) {
            self.host = host
            self.port = port
        }
    }
}

/// Connections to one Redis server, lent to one thread at a time.
public typealias RedisPool = Pool<Connection>

extension RedisConfiguration {
    /// A pool that opens up to `capacity` connections as they are needed.
    ///
    /// Borrow with `withResource(keepIf: \.isUsable)`, so that broken connections are replaced. When one is
    /// ``RedisError/lost(_:)``, the idle ones have often gone with it, as after a restart: `drain()` the pool then.
    public func makePool(capacity: Int, reserved: Int = 0) -> RedisPool {
        RedisPool(capacity: capacity, reserved: reserved, isAlive: \.isQuiet) { [self] in try Connection(self) }
    }
}

extension RedisPool {
    /// How long a word waits for a connection of the pool, in milliseconds. Each is lent for the time of one command.
    private static var patience: Int { 250 }

    /// Tells all subscribers of a channel, once more over a fresh connection where the first has died unseen, and over one beside
    /// the pool where all of it are lent for longer than a word can wait.
    ///
    /// - Returns: whether Redis has taken it. False where it cannot be reached or is silent. Subscribers that have lost it, too,
    ///   know that they have missed words; others do not.
    @discardableResult
    public func publish(_ payload: RedisArgument, on channel: String) -> Bool {
        func tell(_ connection: Connection) throws {
            try connection.command("PUBLISH", RedisArgument(channel), payload)
        }
        for _ in 1...2 {
            do {
                try withResource(timeoutMilliseconds: Self.patience, keepIf: \.isUsable, tell)
                return true
            } catch RedisError.lost, RedisError.timedOut {
                drain()  // what else is idle is as old
            } catch PoolError.exhausted {
                return (try? withResourceOfItsOwn(tell)) != nil
            } catch {
                return false
            }
        }
        return false
    }
}
