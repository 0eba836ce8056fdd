import Model
import Signals
import Threads

/// How many of a worker's threads its gates hold at the most, waiting or inside: half of many for what takes seconds, two thirds
/// with the drawings, which wait for a second at the most; never all of a few.
package struct GateSizes {
    private let threads: Int
    private let connections: Int

    /// - Parameter connections: to the database, that work for the API may have.
    package init(threads: Int, connections: Int) { (self.threads, self.connections) = (threads, connections) }

    /// scrypt takes 16 MiB and some 50 ms of a processor each, on purpose.
    package var passwords: Gate<WorkspaceID> {
        Gate("with other passwords", places: 2, queue: share(of: 16), retryAfter: 2)
    }
    /// Passwords of accounts: 0.2 to 0.4 s of a processor each, one at a time.
    package var accounts: Gate<String> {
        Gate("with other sign-ins", places: 1, queue: share(of: 8), retryAfter: 2)
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
    /// Answers that are made while they are sent, from their first byte to their last: a client that reads slowly keeps a thread
    /// once nginx has enough of the answer. A workspace has two at a time.
    package var exports: Gate<WorkspaceID> { Gate("with other exports", places: share(of: 8), queue: 0, retryAfter: 60) }

    /// Changes of keys, members and limits while Redis does not take their epochs: each then waits at its end until nobody can
    /// believe what was before.
    package var accessChanges: Gate<WorkspaceID> {
        Gate("with other changes of keys, webhooks or the workspace", places: share(of: 16), queue: 0, retryAfter: 5)
    }
    /// QR codes, for whoever asks: milliseconds of a processor each, tenths of a second for the largest. A page shows some dozens,
    /// which a browser fetches all at once, and not again.
    package var drawings: Gate<WorkspaceID> {
        Gate(
            "drawing other QR codes", places: min(2, share(of: 16)), queue: share(of: 40), retryAfter: 2,
            patienceMilliseconds: 1000)
    }

    private func share(of most: Int) -> Int { min(most, max(1, most * threads / 256)) }
}
