import LinkStore
import MariaDB
import Model
import Signals
import Store
import Threads

/// How the pages of ours look that a workspace's visitors get: kept in memory for a minute, or until
/// it changes. Only such pages ask, no redirect.
package final class BrandDirectory: Sendable {
    package struct Look: Sendable, Equatable {
        package var name: String?
        package var color: Color?
        package var logo: Image?
    }

    private struct Entry {
        var look: Look?
        /// Monotonic milliseconds.
        var loadedAt: Int
        var stamp: Changes.Stamp
    }

    private let lookups: VisitorLookups
    private let changes: Changes
    private let entries = Monitor(RecentlyUsed<WorkspaceID, Entry>(budget: 1000))

    private static let milliseconds = 60_000

    package init(_ lookups: VisitorLookups, _ changes: Changes) { (self.lookups, self.changes) = (lookups, changes) }

    /// Nil where the workspace has set nothing, and while it cannot be told: a sober page is never wrong.
    package func look(of owner: WorkspaceID) -> Look? {
        let workspace = owner.ofSandbox
        let (now, stamp) = (monotonicMilliseconds(), changes.stamp(Place.brand(of: workspace).key))
        let (known, isMine) = entries.withLock { entries -> (Look?, Bool) in
            let entry = entries.use(workspace)
            if let entry, now - entry.loadedAt < Self.milliseconds, entry.stamp == stamp { return (entry.look, false) }
            // One asks; the others take what was known meanwhile.
            entries.set(workspace, to: Entry(look: entry?.look, loadedAt: now, stamp: stamp))
            return (entry?.look, true)
        }
        guard isMine else { return known }
        guard let read = try? lookups.attempt({ [store = lookups.store] in
            try store.read(priority: .reserved) { try Self.look(of: workspace, on: $0) }
        }) else {
            // What was known may have changed: the next one asks again.
            entries.withLock { $0.remove(workspace) }
            return nil
        }
        let look = read == Look() ? nil : read
        entries.withLock { $0.set(workspace, to: Entry(look: look, loadedAt: now, stamp: stamp)) }
        return look
    }

    private static func look(of workspace: WorkspaceID, on connection: Connection) throws -> Look {
        guard let brand = try Workspaces.find(workspace, on: connection)?.brand else { return Look() }
        let logo = try brand.logo.flatMap { try Images.find($0, in: workspace, on: connection) }
        return Look(name: brand.name, color: brand.color, logo: logo)
    }
}
