import HTTP
import JSON
import Model
import Store
import Synchronization
import Threads

/// Whether a workspace may have more of something. What is there is counted before the change, not in its transaction.
///
/// A count is believed for a while, and what this process lets in is added to it. Far from the limit that is ten seconds and
/// more; near it a tenth of one processor goes into counting at the most, which is each time for what is quickly counted.
/// Other processes' changes show with the next count, so that together they can go a little beyond a quota.
final class QuotaCounts: Sendable {
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
    private let counts = Mutex<[Place: Count]>([:])

    private static let capacity = 10_000
    /// So many are counted in a moment.
    private static let few = 10_000
    /// With so many left a limit is far away.
    private static let farMargin = 1000

    init(store: Store) {
        self.store = store
    }

    /// How many of so many new ones there is room for, which are counted as there from now on.
    func admit(_ wanted: Int, of quota: Quota, in workspace: Workspace) throws -> Int {
        let limit = workspace.limit(of: quota)
        let used = try used(quota, in: workspace, wanting: wanted)
        let admitted = max(0, min(wanted, limit - used))
        add(admitted, of: quota, in: workspace.id)
        return admitted
    }

    /// Notes what was not known before.
    func add(_ number: Int, of quota: Quota, in workspace: WorkspaceID) {
        counts.withLock { $0[Place(workspace: workspace, quota: quota)]?.used += number }
    }

    /// How much there is.
    func used(_ quota: Quota, in workspace: Workspace, wanting wanted: Int = 0) throws -> Int {
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

extension Call {
    /// Refuses more than the workspace may have. Nothing has been done yet.
    func admit(_ number: Int = 1, of quota: Quota) throws {
        guard try room(for: number, of: quota) < number else { return }
        throw Problem.quotaExceeded(quota, of: principal.workspace)
    }

    /// How many of so many new ones the workspace may have.
    func room(for number: Int, of quota: Quota) throws -> Int {
        number == 0 ? 0 : try services.quotas.admit(number, of: quota, in: principal.workspace)
    }
}

extension Problem {
    static func quotaExceeded(_ quota: Quota, of workspace: Workspace) -> Problem {
        let limit = workspace.limit(of: quota)
        let way = quota == .idempotencyBytes
            ? "Send fewer items in a request, or no Idempotency-Key; answers are kept for a day."
            : "Delete what is not needed."
        return Problem(
            status: 422, code: "quota_exceeded", title: "Quota exceeded",
            detail: "This workspace may have \(quota.phrase(limit)). \(way) A larger plan has more, and whoever runs this "
                + "service can raise the quota.",
            extensions: ["quota": .string(quota.rawValue), "limit": JSON(limit)])
    }
}
