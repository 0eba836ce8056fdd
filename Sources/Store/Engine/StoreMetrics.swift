import MariaDB
import Metrics

/// What the processes of a host count of their work with the database.
public struct StoreMetrics: Sendable {
    /// Connections that were opened, or tried.
    let connections: Counter
    private let errors: CounterSet<Kind>

    private enum Kind: Int, CounterCase {
        /// Not reached, or lost.
        case unreachable
        /// Every connection of the process was lent for too long.
        case busy
        /// Deadlocks and the like: run again.
        case transient
        /// Refusals by a unique key among them, which are answers as good as any.
        case other
    }

    public init(_ memory: HostMemory) {
        connections = Counter("mask_database_connections", in: memory)
        errors = CounterSet(
            "mask_database_errors", by: "kind",
            "What MariaDB refused or did not answer, by kind. Transient errors are tried again; other ones may be duplicates.",
            in: memory)
    }

    func note(_ error: any Error) {
        switch error {
        case is StoreBusy: errors.add(.busy)
        case let error as MariaDBError where error.isConnectionLost: errors.add(.unreachable)
        case let error as MariaDBError where error.isTransient: errors.add(.transient)
        case is MariaDBError: errors.add(.other)
        default: break  // the caller's own
        }
    }

    public var families: [MetricFamily] {
        [
            .counter("mask_database_connections", "Connections to MariaDB that were opened, or tried.", [([], connections)]),
            errors.family,
        ]
    }
}
