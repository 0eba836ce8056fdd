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
        if let answer = try inReplica({ try $0.snapshot { (try body($0), try JournalSegments.newest(on: $0) ?? .now()) } }) {
            return answer
        }
        let now = Timestamp.now()
        return (try store.snapshot(body), now)
    }

    /// Lends a connection to where analytics are read.
    public func read(_ body: (Connection) throws -> Void) throws {
        if try inReplica({ try $0.read(body) }) == nil { try store.read(body) }
    }

    /// Nil where there is no replica, or it is away.
    private func inReplica<R>(_ body: (Store) throws -> R) throws -> R? {
        guard let replica else { return nil }
        do { return try body(replica) } catch where error.isDatabaseUnavailable { return nil }
    }
}
