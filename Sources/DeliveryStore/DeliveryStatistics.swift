import MariaDB
import Model
import Store

/// How webhooks are doing over all workspaces.
public struct DeliveryStatistics: Sendable, Equatable {
    /// Events that nobody has picked up.
    public var eventsWaiting = 0
    /// Deliveries that are not finished.
    public var deliveriesWaiting = 0
    /// How long the event or the delivery that is due the longest has been so.
    public var oldestDueSeconds = 0
    /// Finished in the last day.
    public var succeeded = 0
    public var failed = 0
    public var clicksDropped = 0

    public static func read(at now: Timestamp, on connection: Connection) throws(MariaDBError) -> DeliveryStatistics {
        var statistics = try backlog(at: now, on: connection)
        try statistics.countLastDay(at: now, on: connection)
        return statistics
    }

    /// What waits, without what has ended: its cost does not grow with the traffic of the last day.
    public static func backlog(at now: Timestamp, on connection: Connection) throws(MariaDBError) -> DeliveryStatistics {
        var statistics = DeliveryStatistics()
        statistics.eventsWaiting =
            try connection.query("SELECT COUNT(*) FROM events WHERE sequence IS NULL").first?.integer(0) ?? 0
        if let row = try connection.query("""
            SELECT CAST(COALESCE(SUM(waiting), 0) AS SIGNED), CAST(COALESCE(SUM(dropped), 0) AS SIGNED), MIN(due_at)
            FROM webhook_lanes
            """).first
        {
            statistics.deliveriesWaiting = try row.integer(0)
            statistics.clicksDropped = try row.integer(1)
            if let due = try row.optionalTimestamp(2) {
                statistics.oldestDueSeconds = max(0, Int((now.milliseconds - due.milliseconds) / 1000))
            }
        }
        for lane in EventLane.allCases {
            guard let created = try connection.query("""
                SELECT created_at FROM events WHERE sequence IS NULL AND lane = \(lane.rawValue) ORDER BY id LIMIT 1
                """).first?.timestamp(0)
            else { continue }
            statistics.oldestDueSeconds = max(statistics.oldestDueSeconds, Int((now.milliseconds - created.milliseconds) / 1000))
        }
        return statistics
    }

    private mutating func countLastDay(at now: Timestamp, on connection: Connection) throws(MariaDBError) {
        let day = ULID(value: UInt128(UInt64(now.milliseconds - 86_400_000)) << 80)
        for row in try connection.query("""
            SELECT status, COUNT(*) FROM webhook_deliveries WHERE id >= \(day) AND status IN ('succeeded', 'failed') GROUP BY status
            """)
        {
            if try row.string(0) == Delivery.Status.succeeded.rawValue {
                succeeded = try row.integer(1)
            } else {
                failed = try row.integer(1)
            }
        }
    }
}
