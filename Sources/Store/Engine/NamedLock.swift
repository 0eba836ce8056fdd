import MariaDB

/// What only one process of all hosts may do at a time.
///
/// The server gives the lock back by itself when the connection ends, so a process that dies holds nobody up. In a Galera
/// cluster the lock is known to one node only, the one that all processes write to. While they move to another node, two may
/// hold it for a moment: whoever uses it must do no harm then.
package enum NamedLock {
    /// Runs `body` under the lock. Nil when another process has it for longer than `seconds`.
    package static func hold<R>(_ name: String, waiting seconds: Int = 0, on connection: Connection, _ body: () throws -> R) throws -> R? {
        let taken = try connection.query("SELECT GET_LOCK(CONCAT('mask.', \(name), '.', DATABASE()), \(seconds))")
        guard try taken.first?.optionalInteger(0) == 1 else { return nil }
        let result = Result { try body() }
        do { try connection.execute("DO RELEASE_LOCK(CONCAT('mask.', \(name), '.', DATABASE()))") } catch {
            // The connection is lost, and the lock with it.
        }
        return try result.get()
    }
}
