import MariaDB
import Model

/// What is done each hour with all that is stored: partitions ahead, and forgetting what is older than it is kept.
///
/// It goes by MariaDB's clock, and only where this host's agrees: what is gone is gone. A run that is missed is made up for by
/// the next ones; see ``Partitions/day(_:on:)``.
public enum Maintenance {
    /// The clocks are too far apart to forget anything.
    public struct ClocksApart: Error, CustomStringConvertible {
        public var seconds: Int

        public var description: String {
            "the clocks of this host and of MariaDB's are \(seconds) s apart, so nothing was done; run NTP on both"
        }
    }

    /// No more than the clocks of hosts without NTP are apart by themselves.
    static let toleranceMilliseconds: Int64 = 600_000

    /// - Parameters:
    ///   - hostTime: this host's clock.
    ///   - isRehearsal: only says what would be done.
    /// - Returns: what was done, a line each.
    public static func run(_ store: Store, hostTime: Timestamp = .now(), isRehearsal: Bool = false) throws -> [String] {
        let now = try store.agreedTime(hostTime)
        let forgets = try store.read { try Partitions.day(now.day, on: $0).forgets }
        var done = try store.write { try Partitions.maintainAll(today: now.day, isRehearsal: isRehearsal, on: $0) }
        if !isRehearsal {
            try DeletedWorkspaces.settle(store, at: now)
            try DeletedWebhooks.settle(store, at: now)
        }
        guard forgets else { return done }
        let workspaces = try store.read { try Workspaces.list(on: $0) }
        for workspace in workspaces {
            done += try prune(workspace, at: now, store, isRehearsal)
        }
        guard !isRehearsal else { return done }
        try store.write { connection in
            try VisitorSalts.destroy(before: now.day - 1, on: connection)
            try JournalSegments.forget(before: Timestamp(milliseconds: Int64(now.day - 30) * 86_400_000), on: connection)
        }
        while try store.write({ try IdempotencyKeys.forgetOld(at: now, on: $0) }) > 0 {}
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

extension Store {
    /// MariaDB's time.
    public func time() throws -> Timestamp {
        let text = try read { try $0.query("SELECT UTC_TIMESTAMP(3)").first?.string(0) ?? "" }
        guard let time = Timestamp(sql: text) else { throw MariaDBError(code: .unexpectedResult, message: "MariaDB tells no time") }
        return time
    }

    /// MariaDB's time, which this host's clock agrees with.
    /// - Throws: ``Maintenance/ClocksApart``.
    public func agreedTime(_ hostTime: Timestamp = .now()) throws -> Timestamp {
        let time = try time()
        let apart = abs(time.milliseconds - hostTime.milliseconds)
        guard apart <= Maintenance.toleranceMilliseconds else { throw Maintenance.ClocksApart(seconds: Int(apart / 1000)) }
        return time
    }
}
