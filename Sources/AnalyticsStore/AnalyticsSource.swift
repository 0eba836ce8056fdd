import MariaDB
import Model
import Store

/// Where analytics are read: in a replica of the database, where the installation has one, so that long questions cost the
/// database itself nothing. While the replica is away they are read in the database.
public struct AnalyticsSource: Sendable {
    private let store: Store
    private let replica: Store?

    public init(_ store: Store, replica: Store? = nil) { (self.store, self.replica) = (store, replica) }

    /// Runs queries that all see one moment, and tells up to when all that had been loaded is in it. A replica tells the time of
    /// the last batch that it has, as nothing after that is known of it.
    public func snapshot<R>(_ body: (Connection) throws -> R) throws -> (answer: R, asOf: Timestamp) {
        if let replica {
            do {
                return try replica.snapshot { (try body($0), try JournalSegments.newest(on: $0) ?? .now()) }
            } catch where error.isDatabaseUnavailable {
                // As if there were none.
            }
        }
        let now = Timestamp.now()
        return (try store.snapshot(body), now)
    }

    /// Lends a connection to where analytics are read.
    public func read(_ body: (Connection) throws -> Void) throws {
        if let replica {
            do { return try replica.read(body) } catch where error.isDatabaseUnavailable {}
        }
        try store.read(body)
    }
}
