import Model
import Threads

/// How many of a worker's threads its gates hold at the most, waiting or inside: less than half of many, never all of a few.
package struct GateSizes {
    private let threads: Int
    private let connections: Int

    /// - Parameter connections: to the database, that work for the API may have.
    package init(threads: Int, connections: Int) { (self.threads, self.connections) = (threads, connections) }

    /// scrypt takes 16 MiB and some 50 ms of a processor each, on purpose.
    package var passwords: Gate<WorkspaceID> {
        Gate("with other passwords", places: 2, queue: share(of: 16), retryAfter: 2)
    }
    /// Pictures from outside.
    package var pictures: Gate<WorkspaceID> {
        Gate("with other images", places: 2, queue: share(of: 8), retryAfter: 5)
    }
    /// Questions to name servers, which may take seconds.
    package var lookups: Gate<WorkspaceID> {
        Gate("with other domains", places: max(2, share(of: 16)), queue: share(of: 16), retryAfter: 5)
    }

    /// Questions whose cost grows with what a workspace has stored. Half of the connections to the database are left to what is
    /// quick, whoever asks how much.
    package var reports: Gate<WorkspaceID> {
        Gate("with other reports", places: max(1, min(connections / 2, share(of: 14))), queue: share(of: 28), retryAfter: 5)
    }
    /// QR codes, for whoever asks: milliseconds of a processor each, tenths of a second for the largest.
    package var drawings: Gate<WorkspaceID> {
        Gate("drawing other QR codes", places: 2, queue: share(of: 8), retryAfter: 2)
    }

    private func share(of most: Int) -> Int { min(most, max(1, most * threads / 256)) }
}
