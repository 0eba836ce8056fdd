import AccountStore
import AnalyticsStore
import DeliveryStore
import LinkStore
import Model
import Store
import Work

/// What is done each hour with all that is stored: partitions ahead, and forgetting what is older than it is kept.
///
/// It goes by MariaDB's clock, and only where this host's agrees: what is gone is gone. A run that is missed is made up for by
/// the next ones; see ``Partitions/day(_:on:)``.
public enum Maintenance {
    /// - Parameters:
    ///   - hostTime: this host's clock.
    ///   - office: clears sandboxes, of which visitors see something; nil leaves that.
    ///   - isRehearsal: only says what would be done.
    /// - Returns: what was done, a line each.
    public static func run(_ store: Store, hostTime: Timestamp = .now(), office: Office? = nil, isRehearsal: Bool = false) throws -> [String] {
        let now = try store.agreedTime(hostTime)
        let forgets = try store.read { try Partitions.day(now.day, on: $0).forgets }
        var (done, steps) = ([String](), Steps())
        if forgets && !isRehearsal { forget(store, at: now, &steps) }
        steps.take { done += try store.write { try Partitions.maintainAll(today: now.day, isRehearsal: isRehearsal, on: $0) } }
        // After their partitions: what is left are days that came late.
        if forgets && !isRehearsal { steps.take { try store.write { try ClickVisits.forgetOld(before: now.day - 2, on: $0) } } }
        if forgets && !isRehearsal { steps.take { try DeletedObjects.settle(in: store, at: now) } }
        if forgets && !isRehearsal, let office { steps.take { done += try clearSandboxes(office, at: now) } }
        if forgets { steps.take { done += try prune(at: now, store, isRehearsal) } }
        if !isRehearsal {
            steps.take { try moveFormer(store, at: now) }
            steps.take { if try store.read({ try LinkTextPass.isDue(at: now, on: $0) }) { try LinkTextPass.run(in: store, at: now) } }
            steps.take { try LinkTextBlocks.build(in: store, at: now) }
            steps.take { try DeletedWebhooks.settle(store, at: now) }
            steps.take { try DeletedWorkspaces.settle(store, at: now) }
        }
        try steps.finish()
        return done
    }

    private static func clearSandboxes(_ office: Office, at now: Timestamp) throws -> [String] {
        let count = try office.clearSandboxes(at: now)
        return count > 0 ? ["sandboxes: deleted \(count) things that were \(Sandbox.keepDays) days old"] : []
    }

    /// First what leads back to people, which no other step may keep.
    private static func forget(_ store: Store, at now: Timestamp, _ steps: inout Steps) {
        steps.take { try store.write { _ = try VisitorSalts.destroy(before: now.day - 1, on: $0) } }
        steps.take { while try store.write({ try IdempotencyKeys.forgetOld(at: now, on: $0) }) > 0 {} }
        steps.take {
            while try store.write({ try Sessions.forgetEnded(at: now, on: $0) }) > 0 {}
            while try store.write({ try OneTimeLinks.forgetEnded(at: now, on: $0) }) > 0 {}
            while try store.write({ try Challenges.forgetEnded(at: now, on: $0) }) > 0 {}
            while try store.write({ try KnownNetworks.forgetOld(at: now, on: $0) }) > 0 {}
            while try store.write({ try Mails.forgetOld(at: now, on: $0) }) > 0 {}
        }
        steps.take {
            try store.write {
                _ = try JournalSegments.forget(before: Timestamp(milliseconds: Int64(now.day - 30) * 86_400_000), on: $0)
            }
        }
    }

    /// What a worker of the version before has still written, and what could not be moved while it ran.
    private static func moveFormer(_ store: Store, at now: Timestamp) throws {
        if try store.read({ try FormerClicks.areThere(on: $0) }) { try FormerClicks.move(before: now.adding(days: 1), in: store) }
        if try store.read({ try FormerRollups.areThere(on: $0) }) { try FormerRollups.move(in: store) }
    }

    private static func prune(at now: Timestamp, _ store: Store, _ isRehearsal: Bool) throws -> [String] {
        var (done, steps) = ([String](), Steps())
        for workspace in try store.read({ try Workspaces.list(on: $0) }) {
            steps.take { done += try prune(workspace, at: now, store, isRehearsal) }
        }
        try steps.finish()
        return done
    }

    private static func prune(
        _ workspace: Workspace, at now: Timestamp, _ store: Store, _ isRehearsal: Bool
    ) throws -> [String] {
        if isRehearsal {
            let end = try store.read { try AuditChain.pruneEnd(workspace.id, plan: workspace.plan, at: now, on: $0) }
            return end.map { ["\(workspace.slug): would forget the audit log before \($0.rfc3339)"] } ?? []
        }
        let removed = try store.write { try AuditChain.prune(workspace.id, plan: workspace.plan, at: now, on: $0) }
        return removed > 0 ? ["\(workspace.slug): forgot \(removed) entries of the audit log"] : []
    }
}
