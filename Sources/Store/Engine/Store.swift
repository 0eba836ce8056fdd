import Glibc
import MariaDB
import Metrics
import Synchronization
import Threads

/// The database as the application sees it: connections lent for one piece of work, and transactions that are run again
/// where running them again is right. All SQL lives in this module, one file per table.
public final class Store: Sendable {
    private let servers: Servers
    private let pool: Pool<Connection>
    /// The moves of `servers` that the pool has followed.
    private let moves = Atomic(0)
    private let metrics: StoreMetrics?
    /// Whether the database is away.
    public let outage: Outage
    /// Connections that are not reserved.
    public let ordinaryConnections: Int

    /// How often a transaction is run at the most when the server asks for another try.
    static let attempts = 6

    /// - Parameters:
    ///   - reserved: connections that only redirects may take, so that slow reports cannot starve visitors.
    ///   - statementSeconds: after which the server ends a statement (`max_statement_time`). Without it a question whose asker
    ///     has given up goes on in the server.
    public init(
        _ configuration: MariaDBConfiguration, connections: Int, reserved: Int = 0, statementSeconds: Int? = nil,
        metrics: StoreMetrics? = nil
    ) {
        self.metrics = metrics
        ordinaryConnections = connections - reserved
        var configuration = configuration
        if let statementSeconds { configuration.sessionStatement += ", max_statement_time = \(statementSeconds)" }
        let servers = Servers(configuration)
        let outage = Outage { () throws(MariaDBError) in _ = try servers.connect() }
        (self.servers, self.outage) = (servers, outage)
        pool = Pool(capacity: connections, reserved: reserved, isAlive: \.isQuiet) {
            metrics?.connections.add()
            let began = ContinuousClock.now
            do throws(MariaDBError) {
                let connection = try servers.connect()
                outage.noteConnection()
                return connection
            } catch {
                outage.note(error, triedAt: began)
                throw error
            }
        }
    }

    public typealias Connection = MariaDB.Connection

    /// Lends a connection for reading. A connection that proves to be dead (the server was restarted) is replaced once. One
    /// that was given up because the server is slow is not: asking again would only add to its work.
    public func read<R>(priority: PoolPriority = .normal, _ body: (Connection) throws -> R) throws -> R {
        try replacingLost(priority, body)
    }

    /// Lends a connection for a change that is the same made once or twice, as `INSERT IGNORE` is: so it is run again where
    /// ``write(_:)`` could not know whether it may be.
    public func writeRepeatably<R>(priority: PoolPriority = .normal, _ body: (Connection) throws -> R) throws -> R {
        try repeatingTransient { try replacingLost(priority, body) }
    }

    /// Lends a connection for reading what was so at one moment, whatever is committed meanwhile: for answers whose parts have
    /// to add up.
    public func snapshot<R>(_ body: (Connection) throws -> R) throws -> R {
        try read { try $0.snapshot(body) }
    }

    /// Lends a connection for a change that `body` makes as one transaction: ``Connection/transaction(_:)`` or
    /// ``Connection/executeAtomically(_:)``. Run again, with growing jittered pauses, after a deadlock, a lock wait or a
    /// changed record, and when the server was gone before it had read anything. A connection lost later leaves the
    /// outcome unknown: that error goes to the caller, who alone can look.
    /// - Parameter follow: what a change asks for once it is made, such as telling those who remember what was before. It is done
    ///   where the outcome is unknown, too: nobody else would.
    public func write<R>(_ body: (Connection) throws -> R, then follow: () -> Void = {}) throws -> R {
        var isBegun = false
        do {
            let result = try repeatingTransient {
                try lend(.normal) {
                    isBegun = true
                    return try body($0)
                }
            }
            follow()
            return result
        } catch {
            if isBegun, (error as? MariaDBError)?.isConnectionLost == true { follow() }
            throw error
        }
    }

    private func replacingLost<R>(_ priority: PoolPriority, _ body: (Connection) throws -> R) throws -> R {
        let began = ContinuousClock.now
        do {
            return try lend(priority, body)
        } catch let error as MariaDBError
            where error.lostConnection && ContinuousClock.now - began < .seconds(5)
        {
            return try lend(priority, body)
        }
    }

    private func repeatingTransient<R>(_ body: () throws -> R) throws -> R {
        var attempt = 1
        while true {
            do {
                return try body()
            } catch let error as MariaDBError where attempt < Self.attempts && (error.isTransient || error.neverArrived) {
                if error.isTransient { pause(afterAttempt: attempt) }
                attempt += 1
            }
        }
    }

    private func lend<R>(_ priority: PoolPriority, _ body: (Connection) throws -> R) throws -> R {
        if let reason = outage.reason {
            metrics?.note(reason)
            throw reason
        }
        follow()
        do {
            return try pool.withResource(priority: priority, keepIf: { $0.isUsable && servers.isChosen($0) }, body)
        } catch PoolError.exhausted {
            // Ordinary work may be waiting for other work; visitors' own places are there unless MariaDB is late.
            if priority == .reserved { outage.doubt() }
            metrics?.note(StoreBusy())
            throw StoreBusy()
        } catch {
            if let error = error as? MariaDBError, error.lostConnection {
                pool.drain()  // what is idle was connected to the same server
            }
            metrics?.note(error)
            throw error
        }
    }

    /// Connections that nobody has at the moment are not kept when another server has been chosen.
    private func follow() {
        let moves = servers.moves
        if self.moves.exchange(moves, ordering: .relaxed) != moves { pool.drain() }
    }

    /// 5, 10, 20, 40, 80 ms at the most, each with full jitter.
    private func pause(afterAttempt attempt: Int) {
        usleep(UInt32.random(in: 0...(5_000 << UInt32(attempt - 1))))
    }
}

/// Every connection was lent for longer than a request may wait.
public struct StoreBusy: Error {}

extension MariaDBError {
    /// The connection has died, or could not be made: not because there are too many.
    fileprivate var lostConnection: Bool { isConnectionLost && code != .tooManyConnections }

    /// The statement could not even be sent, or the server refused to begin with it: nothing has happened.
    var neverArrived: Bool { code == .serverGone || code == .notReady }
}

/// The database has not answered in the time that a visitor waits for it.
public struct StoreSilent: Error {
    public init() {}
}

/// What was to be written is not as it was when it was read: somebody else changed or deleted it meanwhile.
public struct ChangedMeanwhile: Error {
    public init() {}
}

extension Error {
    /// Reading again and deciding anew may succeed.
    public var isChangedMeanwhile: Bool { self is ChangedMeanwhile }

    /// The server has ended a statement that took longer than it may.
    public var isStatementTimeout: Bool { (self as? MariaDBError)?.code == .statementTimeout }

    /// The database cannot be reached or has no time: the caller should say "later", not "wrong".
    public var isDatabaseUnavailable: Bool {
        switch self {
        case let error as MariaDBError: error.isConnectionLost || error.isTransient || error.code == .readOnly
        case is StoreBusy, is StoreSilent: true
        default: false
        }
    }
}
