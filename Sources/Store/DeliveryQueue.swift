import MariaDB
import Model

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
    public struct Work: Sendable, Hashable {
        public var workspace: WorkspaceID
        public var webhook: WebhookID
        public var lane: EventLane

        public init(workspace: WorkspaceID, webhook: WebhookID, lane: EventLane) {
            self.workspace = workspace
            self.webhook = webhook
            self.lane = lane
        }

        /// The row of `webhook_lanes`.
        fileprivate var row: SQL {
            "workspace_id = \(workspace) AND webhook_id = \(webhook) AND lane = \(lane.rawValue)"
        }
    }

    /// Where deliveries go.
    public struct Endpoint: Sendable {
        public var url: String
        /// Encrypted.
        public var secret: [UInt8]
        public var previousSecret: [UInt8]?
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

    /// Notes new deliveries of an endpoint. One that keeps failing is not tried before its next probe all the same.
    static func enqueue(
        _ count: Int, dropped: Int, for webhook: WebhookID, _ lane: EventLane, in workspace: WorkspaceID,
        dueAt: Timestamp, on connection: Connection
    ) throws(MariaDBError) {
        try connection.execute("""
            UPDATE webhook_lanes
            SET due_at = IF(\(count) = 0, due_at,
                            LEAST(COALESCE(due_at, '9999-01-01'), GREATEST(\(dueAt), COALESCE(not_before, \(dueAt))))),
                waiting = waiting + \(count), dropped = dropped + \(dropped)
            WHERE \(Work(workspace: workspace, webhook: webhook, lane: lane).row)
            """)
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

    /// When the next lane has something due; nil when none will.
    public static func nextDue(on connection: Connection) throws(MariaDBError) -> Timestamp? {
        var next: Timestamp?
        for lane in EventLane.allCases {
            let query: SQL = "SELECT MIN(due_at) FROM webhook_lanes WHERE lane = \(lane.rawValue)"
            if let due = try connection.query(query).first?.optionalTimestamp(0) { next = min(next ?? due, due) }
        }
        return next
    }

    // MARK: Claiming

    /// A lane as its row says, which is locked until the transaction ends.
    private struct Lane {
        var health = WebhookHealth()
        var notBefore: Timestamp?
        /// Nil where it is disabled or gone: nothing is sent.
        var endpoint: Endpoint?
    }

    /// Claims due deliveries of a lane, longest due first, and sets when the lane is looked at again.
    /// - Parameter room: how many to claim of an endpoint that is doing like this. Of one that keeps failing it is one at
    ///   a time, among all senders.
    public static func claim(
        _ work: Work, at now: Timestamp, on connection: Connection, room: (WebhookHealth) -> Int
    ) throws -> (claimed: [Claimed], health: WebhookHealth) {
        try connection.transaction { connection in
            // The lane's row is the lock: two senders never claim of one endpoint at the same time.
            guard var lane = try lock(work, waiting: false, on: connection) else { return ([], WebhookHealth()) }
            guard let endpoint = lane.endpoint else {
                try update(work, lane, finished: 0, on: connection)
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
            try update(work, lane, finished: hopeless.count, on: connection)
            let claimed = deliveries.filter { $0.attempts <= attempts }.compactMap { delivery in
                events[delivery.event].map {
                    Claimed(delivery: delivery, lane: work.lane, claim: claim, leaseEnd: lease, event: $0, endpoint: endpoint)
                }
            }
            return (claimed, lane.health)
        }
    }

    /// Nil where the lane is gone or, unless this is to wait for it, another sender has it.
    private static func lock(_ work: Work, waiting: Bool, on connection: Connection) throws(MariaDBError) -> Lane? {
        let mode: SQL = waiting ? "FOR UPDATE" : "FOR UPDATE SKIP LOCKED"
        guard let row = try connection.query("""
            SELECT failures, failing_since, last_success_at, not_before FROM webhook_lanes WHERE \(work.row) \(mode)
            """).first
        else { return nil }
        var lane = Lane(notBefore: try row.optionalTimestamp(3), endpoint: try endpoint(work, on: connection))
        lane.health.failures = try row.integer(0)
        lane.health.failingSince = try row.optionalTimestamp(1)
        lane.health.lastSuccessAt = try row.optionalTimestamp(2)
        return lane
    }

    private static func endpoint(_ work: Work, on connection: Connection) throws(MariaDBError) -> Endpoint? {
        try connection.query("""
            SELECT url, secret, IF(previous_secret_ends_at > UTC_TIMESTAMP(3), previous_secret, NULL)
            FROM webhooks WHERE workspace_id = \(work.workspace) AND id = \(work.webhook) AND enabled
            """).first.map { row throws(MariaDBError) in
                Endpoint(url: try row.string(0), secret: try row.bytes(1), previousSecret: try row.optionalBytes(2))
            }
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
        for chunk in chunks(of: ids) {
            try connection.execute("""
                UPDATE (\(table(of: chunk))) r STRAIGHT_JOIN webhook_deliveries d
                ON d.workspace_id = \(work.workspace) AND d.id = r.id
                SET d.claim = \(claim), d.due_at = \(lease), d.attempts = d.attempts + 1
                """)
        }
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
        for chunk in chunks(of: ids) {
            try connection.execute("""
                UPDATE (\(table(of: chunk))) r STRAIGHT_JOIN webhook_deliveries d
                ON d.workspace_id = \(work.workspace) AND d.id = r.id
                SET d.status = 'failed', d.due_at = NULL, d.claim = NULL, d.attempts = d.attempts - 1, d.finished_at = \(now)
                """)
        }
    }

    /// Writes how a lane is doing and when it is due: when its next delivery is, but not before its next probe, and not at
    /// all when it is disabled or has none.
    private static func update(_ work: Work, _ lane: Lane, finished: Int, on connection: Connection) throws(MariaDBError) {
        let next = try connection.query("""
            SELECT due_at FROM webhook_deliveries FORCE INDEX (due)
            WHERE webhook_id = \(work.webhook) AND lane = \(work.lane.rawValue) AND due_at IS NOT NULL
            ORDER BY due_at LIMIT 1
            """).first?.timestamp(0)
        let due = lane.endpoint != nil ? next.map { max($0, lane.notBefore ?? $0) } : nil
        // Without anything due nothing waits, whatever has been counted: partitions go with what is in them.
        let waiting: SQL = next == nil ? "0" : "GREATEST(CAST(waiting AS SIGNED) - \(finished), 0)"
        try connection.execute("""
            UPDATE webhook_lanes
            SET due_at = \(due), not_before = \(lane.notBefore), waiting = \(waiting), failures = \(lane.health.failures),
                failing_since = \(lane.health.failingSince), last_success_at = \(lane.health.lastSuccessAt)
            WHERE \(work.row)
            """)
    }

    // MARK: Results

    /// What came of an attempt, and what is to be done with the delivery.
    public struct Result: Sendable {
        public var claimed: Claimed
        /// Nil gives the delivery back as if it had not been claimed.
        public var attempt: DeliveryAttempt?
        public var status: Delivery.Status
        /// When to try again, of a delivery that waits on.
        public var nextAt: Timestamp?

        public init(claimed: Claimed, attempt: DeliveryAttempt?, status: Delivery.Status, nextAt: Timestamp?) {
            self.claimed = claimed
            self.attempt = attempt
            self.status = status
            self.nextAt = nextAt
        }
    }

    /// Writes the results of a lane, each only where its claim still stands, in one transaction.
    /// - Parameter notBefore: until when an endpoint that is doing like this is left alone.
    /// - Returns: how the endpoint is doing now; nil when it has been deleted.
    public static func record(
        _ results: [Result], of work: Work, at now: Timestamp, on connection: Connection,
        notBefore: (WebhookHealth) -> Timestamp?
    ) throws -> WebhookHealth? {
        try connection.transaction { connection in
            var lane = try lock(work, waiting: true, on: connection)
            try insertAttempts(results, of: work, on: connection)
            var stood: [Result] = []
            for chunk in chunks(of: results) { stood += try record(chunk, of: work, at: now, on: connection) }
            for attempt in stood.compactMap(\.attempt).sorted(by: { $0.startedAt < $1.startedAt }) { lane?.health.note(attempt) }
            if let health = lane?.health { lane?.notBefore = notBefore(health) }
            if let lane { try update(work, lane, finished: stood.count { $0.status != .waiting }, on: connection) }
            return lane?.health
        }
    }

    /// Returns those whose claim stood.
    private static func record(
        _ results: ArraySlice<Result>, of work: Work, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> [Result] {
        var rows: SQL = ""
        for (index, result) in results.enumerated() {
            let (id, claim) = (result.claimed.delivery.id, result.claimed.claim)
            let taken = result.attempt == nil ? 1 : 0
            let (status, next) = (result.status.rawValue, result.nextAt)
            appendUnion(
                index, "SELECT \(id) AS id, \(claim) AS claim, \(status) AS status, \(next) AS next, \(taken) AS taken",
                "(\(id), \(claim), \(status), \(next), \(taken))", to: &rows)
        }
        let join: SQL = """
            (\(rows)) r STRAIGHT_JOIN webhook_deliveries d ON d.workspace_id = \(work.workspace) AND d.id = r.id
            """
        let standing = Set(try connection.query("SELECT d.id FROM \(join) WHERE d.claim = r.claim").map {
            row throws(MariaDBError) -> DeliveryID in try row.identifier(0)
        })
        try connection.execute("""
            UPDATE \(join)
            SET d.status = r.status, d.due_at = r.next, d.attempts = d.attempts - r.taken, d.claim = NULL,
                d.finished_at = IF(r.status = 'waiting', NULL, \(now))
            WHERE d.claim = r.claim
            """)
        return results.filter { standing.contains($0.claimed.delivery.id) }
    }

    /// An attempt that was made stands in the log, also where its delivery has gone to another sender meanwhile.
    private static func insertAttempts(_ results: [Result], of work: Work, on connection: Connection) throws(MariaDBError) {
        for chunk in chunks(of: results.filter { $0.attempt != nil }) {
            var insertion: SQL = """
                INSERT IGNORE INTO webhook_attempts (
                  workspace_id, delivery_id, number, started_at, milliseconds, address, http_version, status, error, body)
                VALUES
                """ + " "
            appendRows(chunk, to: &insertion) { result in
                let attempt = result.attempt
                return """
                    (\(work.workspace), \(result.claimed.delivery.id), \(attempt?.number), \(attempt?.startedAt),
                     \(attempt?.milliseconds), \(attempt?.address), \(attempt?.httpVersion), \(attempt?.status),
                     \(attempt?.error), \(attempt?.body))
                    """
            }
            try connection.execute(insertion)
        }
    }

    /// Ends an endpoint's work: it has gone, or has failed for days. Deliveries that wait go on when it is enabled again.
    /// - Parameter quietSince: nothing is done where a lane of the endpoint has had a success since then.
    /// - Returns: whether this was it that disabled the endpoint.
    public static func disable(
        _ work: Work, quietSince: Timestamp?, reason: String, at now: Timestamp, audit: AuditEntry, on connection: Connection
    ) throws -> Bool {
        try connection.transaction { connection in
            let alive = try connection.query("""
                SELECT 1 FROM webhook_lanes
                WHERE workspace_id = \(work.workspace) AND webhook_id = \(work.webhook) AND last_success_at > \(quietSince)
                """)
            guard alive.isEmpty else { return false }
            let changed = try connection.execute("""
                UPDATE webhooks
                SET enabled = FALSE, disabled_reason = \(reason), disabled_at = \(now), version = version + 1, updated_at = \(now)
                WHERE workspace_id = \(work.workspace) AND id = \(work.webhook) AND enabled
                """)
            guard changed == 1 else { return false }
            try connection.execute("""
                UPDATE webhook_lanes SET due_at = NULL, not_before = NULL
                WHERE workspace_id = \(work.workspace) AND webhook_id = \(work.webhook)
                """)
            try connection.execute(AuditLog.insertion(of: audit))
            return true
        }
    }

    // MARK: By hand

    /// Sends events again, as new deliveries that are due at once. In the caller's transaction.
    public static func resend(
        _ events: [(event: EventID, type: EventType)], to webhook: WebhookID, in workspace: WorkspaceID, at now: Timestamp,
        on connection: Connection
    ) throws(MariaDBError) -> [Delivery] {
        let deliveries = events.map {
            Delivery(
                workspace: workspace, webhook: webhook, event: $0.event, type: $0.type, trigger: .manual, dueAt: now, createdAt: now)
        }
        for (lane, group) in Dictionary(grouping: deliveries, by: \.type.lane) {
            try Deliveries.insert(group, lane: lane, on: connection)
            try enqueue(group.count, dropped: 0, for: webhook, lane, in: workspace, dueAt: now, on: connection)
        }
        return deliveries
    }
}

extension WebhookHealth {
    /// What one more attempt says of an endpoint.
    public mutating func note(_ attempt: DeliveryAttempt) {
        if attempt.isSuccess {
            failures = 0
            failingSince = nil
            lastSuccessAt = max(lastSuccessAt ?? attempt.startedAt, attempt.startedAt)
        } else {
            failures += 1
            failingSince = failingSince ?? attempt.startedAt
        }
    }
}
