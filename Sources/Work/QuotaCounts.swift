import Model
import Store
import Threads

/// Whether a workspace may have more of something. What is there is counted before the change, not in its transaction.
///
/// A count is believed for a while, and what this process lets in is added to it. Far from the limit that is ten seconds and
/// more; near it a tenth of one processor goes into counting at the most, which is each time for what is quickly counted.
/// Other processes' changes show with the next count, so that together they can go a little beyond a quota.
package final class QuotaCounts: Sendable {
    private struct Place: Hashable {
        var workspace: WorkspaceID
        var quota: Quota
    }

    private struct Count {
        var used: Int
        /// On the monotonic clock.
        var countedAt: Int
        /// What counting took.
        var microseconds: Int
        /// Somebody counts again; others go by what is known.
        var isCounting = false

        /// - Parameter left: after what is wanted; below 0 it would be refused. What is quickly counted is counted again before.
        func isTrusted(_ left: Int) -> Bool {
            if left < 0, used < QuotaCounts.few { return false }
            let far = left >= QuotaCounts.farMargin
            return monotonicMicroseconds() - countedAt < (far ? max(10_000_000, 100 * microseconds) : 10 * microseconds)
        }
    }

    private let store: Store
    private let counts = Monitor<[Place: Count]>([:])

    private static let capacity = 10_000
    /// So many are counted in a moment.
    private static let few = 10_000
    /// With so many left a limit is far away.
    private static let farMargin = 1000

    package init(store: Store) {
        self.store = store
    }

    /// How many of so many new ones there is room for, which are counted as there from now on.
    package func admit(_ wanted: Int, of quota: Quota, in workspace: Workspace) throws -> Int {
        let limit = workspace.limit(of: quota)
        let used = try used(quota, in: workspace, wanting: wanted)
        let admitted = max(0, min(wanted, limit - used))
        add(admitted, of: quota, in: workspace.id)
        return admitted
    }

    /// Notes what was not known before.
    package func add(_ number: Int, of quota: Quota, in workspace: WorkspaceID) {
        counts.withLock { $0[Place(workspace: workspace, quota: quota)]?.used += number }
    }

    /// How much there is.
    package func used(_ quota: Quota, in workspace: Workspace, wanting wanted: Int = 0) throws -> Int {
        let place = Place(workspace: workspace.id, quota: quota)
        let left = workspace.limit(of: quota) - wanted
        let known = counts.withLock { counts -> Int? in
            guard let count = counts[place] else { return nil }
            if count.isCounting && left >= count.used || count.isTrusted(left - count.used) { return count.used }
            counts[place]?.isCounting = true
            return nil
        }
        return try known ?? count(place)
    }

    private func count(_ place: Place) throws -> Int {
        defer { counts.withLock { $0[place]?.isCounting = false } }
        let began = monotonicMicroseconds()
        let used = try store.read { try Quotas.used(place.quota, in: place.workspace, at: .now(), on: $0) } ?? 0
        let count = Count(used: used, countedAt: began, microseconds: monotonicMicroseconds() - began)
        counts.withLock { counts in
            if counts.count >= Self.capacity, let first = counts.keys.first { counts[first] = nil }
            counts[place] = count
        }
        return used
    }
}
