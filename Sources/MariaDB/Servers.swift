import Glibc
import Threads

/// The servers that a program may write to, of which it uses one: the first that can be written to, in the order in which
/// they are configured. With one server alone this is a plain connection and nothing more.
///
/// Several servers are the nodes of a Galera cluster. All programs of all hosts have the same list, so they agree on the
/// node without talking to each other; a look at the list each second brings those together that have come apart. Two nodes
/// written to for a moment do no harm: the cluster commits a change of the same rows once, and answers the other with a
/// deadlock; and sessions wait for what the cluster committed before they read (`wsrep_sync_wait`).
public final class Servers: Sendable {
    private struct State {
        /// Counts up with each move, so that what belongs to another server can be told.
        var moves = 0
        /// The place in the list of the server that is in use.
        var chosen = 0
        var isWatched = false
    }

    private let list: [MariaDBConfiguration]
    private let state = Monitor(State())

    private static let watchMicroseconds: UInt32 = 1_000_000

    public init(_ configuration: MariaDBConfiguration) {
        list = ([configuration.address] + configuration.others).map { address in
            var one = configuration
            (one.address, one.others) = (address, [])
            return one
        }
    }

    /// Connects to the server in use; where it cannot be written to, to the first that can.
    /// - Throws: the server's own refusal where there is one server; else ``MariaDBError/Code/unreachable``, with a reason
    ///   for each.
    public func connect() throws(MariaDBError) -> Connection {
        guard list.count > 1 else { return try Connection(list[0]) }
        watch()
        let chosen = state.withLock { $0.chosen }
        var reasons: [String] = []
        for place in [chosen] + list.indices.filter({ $0 != chosen }) {
            do throws(MariaDBError) {
                let connection = try writable(list[place])
                if place != chosen { choose(place, insteadOf: chosen) }
                return connection
            } catch {
                reasons.append("\(list[place].address): \(error.message)")
            }
        }
        throw MariaDBError(
            code: .unreachable, message: "none of \(list.count) servers can be written to (\(reasons.joined(separator: "; ")))")
    }

    /// How often another server was chosen. After a change connections to the one before are to be dropped.
    public var moves: Int { state.withLock { $0.moves } }

    /// The server in use.
    public var address: MariaDBConfiguration.Address { list[state.withLock { $0.chosen }].address }

    /// Whether a connection goes to the server in use.
    public func isChosen(_ connection: Connection) -> Bool { list.count == 1 || connection.address == address }

    /// Unless somebody else has chosen meanwhile.
    private func choose(_ place: Int, insteadOf old: Int) {
        state.withLock { state in
            guard state.chosen == old else { return }
            state.chosen = place
            state.moves += 1
        }
    }

    // MARK: One node of a cluster

    /// Connects, if the server can be written to and is in step with its cluster.
    private func writable(_ one: MariaDBConfiguration) throws(MariaDBError) -> Connection {
        let connection = try Connection(one)
        let row = try connection.query("""
            SELECT @@global.read_only, @@global.wsrep_on, (
              SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'wsrep_ready')
            """).first
        guard try row?.integer(0) == 0 else { throw MariaDBError(code: .readOnly, message: "it is read-only") }
        guard try row?.integer(1) == 1 else { return connection }
        guard try row?.optionalString(2) == "ON" else {
            throw MariaDBError(code: .notReady, message: "it is not in step with its cluster (wsrep_ready is OFF)")
        }
        try connection.run("SET SESSION wsrep_sync_wait = 1")
        return connection
    }

    // MARK: The watch

    /// Looks each second, on a thread of its own, as long as this object lives.
    private func watch() {
        let isFirst = state.withLock { state in
            defer { state.isWatched = true }
            return !state.isWatched
        }
        guard isFirst else { return }
        // Where there is no thread, a connection that fails is still followed by another one.
        _ = try? Thread.start(name: "servers") { [weak self] in
            repeat { usleep(Self.watchMicroseconds) } while self?.look() != nil
        }
    }

    /// Moves to the first server that can be written to.
    private func look() {
        let chosen = state.withLock { $0.chosen }
        for place in list.indices {
            var one = list[place]
            one.answerSeconds = 2
            guard (try? writable(one)) != nil else { continue }
            if place != chosen { choose(place, insteadOf: chosen) }
            return
        }
    }
}
