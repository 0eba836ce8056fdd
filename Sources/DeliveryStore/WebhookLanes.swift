import MariaDB
import Model
import Store

/// The table `webhook_lanes`: what each endpoint has to do next in a lane, and how it is doing. Its row is the lock of
/// all that concerns the lane's deliveries; who locks several does so in the order of their keys.
enum WebhookLanes {
    /// A lane as its row says, which is locked until the transaction ends.
    struct Lane {
        var health = WebhookHealth()
        var dueAt: Timestamp?
        /// The next probe of an endpoint that keeps failing.
        var notBefore: Timestamp?
    }

    /// Whether to wait for a row that somebody else has.
    enum Waiting { case forever, never }

    /// Nil where the lane is gone, or somebody has it who is not waited for.
    static func lock(
        _ work: DeliveryQueue.Work, waiting: Waiting, on connection: Connection
    ) throws(MariaDBError) -> Lane? {
        let mode: SQL = switch waiting {
        case .forever: "FOR UPDATE"
        case .never: "FOR UPDATE SKIP LOCKED"
        }
        return try connection.query("""
            SELECT failures, failing_since, last_success_at, due_at, not_before, CAST(waiting AS SIGNED)
            FROM webhook_lanes WHERE \(work.row) \(mode)
            """).first.map { row throws(MariaDBError) in
                var lane = Lane(dueAt: try row.optionalTimestamp(3), notBefore: try row.optionalTimestamp(4))
                lane.health.failures = try row.integer(0)
                lane.health.failingSince = try row.optionalTimestamp(1)
                lane.health.lastSuccessAt = try row.optionalTimestamp(2)
                lane.health.waiting = try row.integer(5)
                return lane
            }
    }

    /// Notes new deliveries of an endpoint. One that keeps failing is not tried before its next probe all the same.
    static func enqueue(
        _ count: Int, dropped: Int, for work: DeliveryQueue.Work, dueAt: Timestamp, on connection: Connection
    ) throws(MariaDBError) {
        try connection.execute("""
            UPDATE webhook_lanes
            SET due_at = IF(\(count) = 0, due_at,
                            LEAST(COALESCE(due_at, '9999-01-01'), GREATEST(\(dueAt), COALESCE(not_before, \(dueAt))))),
                waiting = waiting + \(count), dropped = dropped + \(dropped)
            WHERE \(work.row)
            """)
    }

    /// Writes how a lane is doing and when it is due: when its next delivery is, but not before its next probe, and not at
    /// all when it is disabled or has none.
    static func update(
        _ work: DeliveryQueue.Work, _ lane: Lane, finished: Int, isEnabled: Bool, on connection: Connection
    ) throws(MariaDBError) {
        let next = try connection.query("""
            SELECT due_at FROM webhook_deliveries FORCE INDEX (due)
            WHERE webhook_id = \(work.webhook) AND lane = \(work.lane.rawValue) AND due_at IS NOT NULL
            ORDER BY due_at LIMIT 1
            """).first?.timestamp(0)
        var lane = lane
        lane.dueAt = isEnabled ? next.map { max($0, lane.notBefore ?? $0) } : nil
        // Without anything due nothing waits, whatever has been counted: partitions go with what is in them.
        lane.health.waiting = next == nil ? 0 : max(lane.health.waiting - finished, 0)
        try write(work, lane, on: connection)
    }

    /// An endpoint is back: what its other lane has waiting need not wait for a probe of its own. Rows are not locked in order
    /// here; a deadlock runs the transaction again.
    static func hasten(otherThan work: DeliveryQueue.Work, at now: Timestamp, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            UPDATE webhook_lanes SET not_before = NULL, due_at = \(now)
            WHERE workspace_id = \(work.workspace) AND webhook_id = \(work.webhook) AND lane <> \(work.lane.rawValue)
              AND not_before > \(now) AND due_at IS NOT NULL
            """)
    }

    /// Writes a lane as it is here.
    static func write(_ work: DeliveryQueue.Work, _ lane: Lane, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            UPDATE webhook_lanes
            SET due_at = \(lane.dueAt), not_before = \(lane.notBefore), waiting = \(lane.health.waiting),
                failures = \(lane.health.failures), failing_since = \(lane.health.failingSince),
                last_success_at = \(lane.health.lastSuccessAt)
            WHERE \(work.row)
            """)
    }
}

extension DeliveryQueue.Work {
    /// The row of `webhook_lanes`.
    fileprivate var row: SQL {
        "workspace_id = \(workspace) AND webhook_id = \(webhook) AND lane = \(lane.rawValue)"
    }
}
