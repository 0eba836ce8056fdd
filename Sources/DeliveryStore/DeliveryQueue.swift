import MariaDB
import Model
import Store

/// Deliveries that are due: claimed by one sender at a time, and given back by themselves when it dies.
///
/// A claim is a number that stands in the delivery together with the end of its lease. Whoever comes back after its lease
/// finds another claim there, and its result is not written.
public enum DeliveryQueue {
    /// Longer than any attempt can take, with the time that claimed deliveries wait for their turn.
    public static let leaseMilliseconds: Int64 = 60_000

    /// Failures in a row after which one delivery at a time finds out whether the endpoint is back.
    public static let breakerFailures = 5

    /// Attempts at a delivery. One that was begun counts, even when its sender died of it.
    public static let attempts = 10

    /// An endpoint's lane that has something to do.
    public struct Work: Sendable, Hashable, Comparable {
        public var workspace: WorkspaceID
        public var webhook: WebhookID
        public var lane: EventLane

        public init(workspace: WorkspaceID, webhook: WebhookID, lane: EventLane) {
            self.workspace = workspace
            self.webhook = webhook
            self.lane = lane
        }

        /// The order in which lanes are locked.
        public static func < (left: Self, right: Self) -> Bool {
            (left.workspace, left.webhook, left.lane.rawValue) < (right.workspace, right.webhook, right.lane.rawValue)
        }
    }

    /// Where deliveries go.
    public struct Endpoint: Sendable {
        public var url: String
        /// Encrypted.
        public var secret: [UInt8]
        public var previousSecret: [UInt8]?

        static let columns: SQL = "url, secret, IF(previous_secret_ends_at > UTC_TIMESTAMP(3), previous_secret, NULL)"

        /// Reads what `columns` names.
        init(_ row: Row, from column: Int = 0) throws(MariaDBError) {
            url = try row.string(column)
            secret = try row.bytes(column + 1)
            previousSecret = try row.optionalBytes(column + 2)
        }
    }

    /// A delivery that is claimed, with all that sending it takes. Its `attempts` counts the one that is to be made.
    public struct Claimed: Sendable {
        public var delivery: Delivery
        public var lane: EventLane
        public var claim: ULID
        public var leaseEnd: Timestamp
        public var event: Event
        public var endpoint: Endpoint

        public var work: Work { Work(workspace: delivery.workspace, webhook: delivery.webhook, lane: lane) }
    }

    /// The lanes with something due, longest due first.
    public static func due(_ lane: EventLane, at now: Timestamp, limit: Int, on connection: Connection) throws(MariaDBError) -> [Work] {
        try connection.query("""
            SELECT workspace_id, webhook_id FROM webhook_lanes
            WHERE lane = \(lane.rawValue) AND due_at <= \(now) ORDER BY due_at LIMIT \(limit)
            """).map { row throws(MariaDBError) in
                Work(workspace: try row.identifier(0), webhook: try row.identifier(1), lane: lane)
            }
    }

    /// When the next endpoint has something due in a lane; nil when none will.
    public static func nextDue(_ lane: EventLane, on connection: Connection) throws(MariaDBError) -> Timestamp? {
        try connection.query("SELECT MIN(due_at) FROM webhook_lanes WHERE lane = \(lane.rawValue)").first?.optionalTimestamp(0)
    }

    /// Claims due deliveries of a lane, longest due first, and sets when the lane is looked at again.
    /// - Parameter room: how many to claim of an endpoint that is doing like this. Of one that keeps failing it is one at
    ///   a time, among all senders.
    public static func claim(
        _ work: Work, at now: Timestamp, on connection: Connection, room: (WebhookHealth) -> Int
    ) throws -> (claimed: [Claimed], health: WebhookHealth) {
        try connection.transaction { connection in
            // The lane's row is the lock: two senders never claim of one endpoint at the same time.
            guard var lane = try WebhookLanes.lock(work, waiting: .never, on: connection) else { return ([], WebhookHealth()) }
            guard let endpoint = try endpoint(work, on: connection) else {
                try WebhookLanes.update(work, lane, finished: 0, isEnabled: false, on: connection)
                return ([], lane.health)
            }
            let isProbe = lane.health.failures >= breakerFailures
            let limit = isProbe ? min(1, room(lane.health)) : room(lane.health)
            guard limit > 0, isProbe == false || lane.notBefore ?? now <= now else { return ([], lane.health) }
            let deliveries = try dueDeliveries(work, at: now, limit: limit, on: connection)
            let claim = ULID(milliseconds: now.milliseconds)
            let lease = now.adding(milliseconds: leaseMilliseconds)
            try take(deliveries.map(\.id), of: work, claim, until: lease, on: connection)
            let events = try events(Set(deliveries.map(\.event)), in: work.workspace, on: connection)
            let hopeless = deliveries.filter { $0.attempts > attempts || events[$0.event] == nil }
            try giveUp(hopeless.map(\.id), of: work, at: now, on: connection)
            if isProbe, hopeless.count < deliveries.count { lane.notBefore = lease }
            try WebhookLanes.update(work, lane, finished: hopeless.count, isEnabled: true, on: connection)
            let claimed = deliveries.filter { $0.attempts <= attempts }.compactMap { delivery in
                events[delivery.event].map {
                    Claimed(delivery: delivery, lane: work.lane, claim: claim, leaseEnd: lease, event: $0, endpoint: endpoint)
                }
            }
            return (claimed, lane.health)
        }
    }

    /// Nil where the endpoint is disabled or gone: nothing is sent.
    static func endpoint(_ work: Work, on connection: Connection) throws(MariaDBError) -> Endpoint? {
        try connection.query("""
            SELECT \(Endpoint.columns) FROM webhooks
            WHERE workspace_id = \(work.workspace) AND id = \(work.webhook) AND enabled
            """).first.map { row throws(MariaDBError) in try Endpoint(row) }
    }

    private static func dueDeliveries(
        _ work: Work, at now: Timestamp, limit: Int, on connection: Connection
    ) throws(MariaDBError) -> [Delivery] {
        try connection.query("""
            SELECT id, event_id, event_type, trigger_kind, attempts, created_at, due_at
            FROM webhook_deliveries FORCE INDEX (due)
            WHERE webhook_id = \(work.webhook) AND lane = \(work.lane.rawValue) AND due_at <= \(now)
            ORDER BY due_at, id LIMIT \(limit)
            """).map { row throws(MariaDBError) -> Delivery in
                Delivery(
                    id: try row.identifier(0), workspace: work.workspace, webhook: work.webhook, event: try row.identifier(1),
                    type: try row.eventType(2), trigger: Delivery.Trigger(rawValue: try row.string(3)) ?? .automatic,
                    attempts: try row.integer(4) + 1, dueAt: try row.timestamp(6), createdAt: try row.timestamp(5))
            }
    }

    private static func take(
        _ ids: [DeliveryID], of work: Work, _ claim: ULID, until lease: Timestamp, on connection: Connection
    ) throws(MariaDBError) {
        guard !ids.isEmpty else { return }
        try connection.execute("""
            UPDATE webhook_deliveries FORCE INDEX (PRIMARY) SET claim = \(claim), due_at = \(lease), attempts = attempts + 1
            WHERE workspace_id = \(work.workspace) AND id IN (\(list: ids))
            """)
    }

    private static func events(
        _ ids: Set<EventID>, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [EventID: Event] {
        var events: [EventID: Event] = [:]
        for chunk in chunks(of: ids.sorted()) {
            for row in try connection.query("""
                SELECT e.id, e.type, e.created_at, e.body, CAST(e.sequence AS SIGNED)
                FROM (\(table(of: chunk))) r STRAIGHT_JOIN events e ON e.workspace_id = \(workspace) AND e.id = r.id
                """)
            {
                let event = Event(
                    id: try row.identifier(0), workspace: workspace, type: try row.eventType(1),
                    createdAt: try row.timestamp(2), body: Array(try row.string(3).utf8), sequence: try row.optionalInteger(4))
                events[event.id] = event
            }
        }
        return events
    }

    /// Of what has been begun too often, or whose event is no longer kept, there will be no attempt.
    private static func giveUp(_ ids: [DeliveryID], of work: Work, at now: Timestamp, on connection: Connection) throws(MariaDBError) {
        guard !ids.isEmpty else { return }
        try connection.execute("""
            UPDATE webhook_deliveries FORCE INDEX (PRIMARY)
            SET status = 'failed', due_at = NULL, claim = NULL, attempts = attempts - 1, finished_at = \(now)
            WHERE workspace_id = \(work.workspace) AND id IN (\(list: ids))
            """)
    }

    /// Sends events again, as new deliveries that are due at once. In the caller's transaction.
    public static func resend(
        _ events: [(event: EventID, type: EventType)], to webhook: WebhookID, in workspace: WorkspaceID, at now: Timestamp,
        on connection: Connection
    ) throws(MariaDBError) -> [Delivery] {
        let deliveries = events.map {
            Delivery(
                workspace: workspace, webhook: webhook, event: $0.event, type: $0.type, trigger: .manual, dueAt: now, createdAt: now)
        }
        for (lane, group) in Dictionary(grouping: deliveries, by: \.type.lane).sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            try Deliveries.insert(group, lane: lane, on: connection)
            let work = Work(workspace: workspace, webhook: webhook, lane: lane)
            try WebhookLanes.enqueue(group.count, dropped: 0, for: work, dueAt: now, on: connection)
        }
        return deliveries
    }
}
