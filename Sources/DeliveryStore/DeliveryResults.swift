import MariaDB
import Model
import Store

extension DeliveryQueue {
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

    /// Writes results, each only where its claim still stands, in one transaction.
    /// - Parameter notBefore: until when an endpoint that is doing like this is left alone.
    /// - Returns: how the endpoints are doing now, without those that have been deleted.
    public static func record(
        _ results: [Result], at now: Timestamp, on connection: Connection,
        notBefore: (Work, WebhookHealth) -> Timestamp?
    ) throws -> [Work: WebhookHealth] {
        let groups = Dictionary(grouping: results, by: \.claimed.work).sorted { $0.key < $1.key }
        return try connection.transaction { connection in
            var healths: [Work: WebhookHealth] = [:]
            try Deliveries.insertAttempts(results, on: connection)
            for (work, results) in groups {
                healths[work] = try record(results, of: work, at: now, on: connection) { notBefore(work, $0) }
            }
            return healths
        }
    }

    private static func record(
        _ results: [Result], of work: Work, at now: Timestamp, on connection: Connection,
        notBefore: (WebhookHealth) -> Timestamp?
    ) throws(MariaDBError) -> WebhookHealth? {
        guard var lane = try WebhookLanes.lock(work, waiting: .forever, on: connection) else {
            _ = try finish(results, of: work, at: now, on: connection)
            return nil
        }
        let before = lane
        let (stood, finished) = try finish(results, of: work, at: now, on: connection)
        for attempt in stood.compactMap(\.attempt).sorted(by: { $0.startedAt < $1.startedAt }) { lane.health.note(attempt) }
        lane.notBefore = notBefore(lane.health)
        if before.health.failures >= breakerFailures, lane.health.failures == 0 {
            try WebhookLanes.hasten(otherThan: work, at: now, on: connection)
        }
        if results.allSatisfy({ $0.status == .succeeded }), before.health.failures == 0, before.notBefore == nil,
            lane.notBefore == nil, lane.health.waiting > finished
        {
            // All is well and goes on: the lane is due no later than before, and looking when exactly can wait until then.
            lane.health.waiting -= finished
            try WebhookLanes.write(work, lane, on: connection)
        } else {
            let isEnabled = try endpoint(work, on: connection) != nil
            try WebhookLanes.update(work, lane, finished: finished, isEnabled: isEnabled, on: connection)
        }
        return lane.health
    }

    /// Returns those whose claim stood, and how many deliveries there is nothing more to do with.
    private static func finish(
        _ results: [Result], of work: Work, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> (stood: [Result], finished: Int) {
        var (stood, finished) = ([Result](), 0)
        for (claim, group) in Dictionary(grouping: results.filter { $0.status == .succeeded }, by: \.claimed.claim) {
            let matched = try connection.execute("""
                UPDATE webhook_deliveries FORCE INDEX (PRIMARY)
                SET status = 'succeeded', due_at = NULL, claim = NULL, finished_at = \(now)
                WHERE workspace_id = \(work.workspace) AND id IN (\(list: group.map(\.claimed.delivery.id))) AND claim = \(claim)
                """)
            finished += matched
            // A success says the same of an endpoint, however many there are.
            if matched > 0 { stood += group }
        }
        for chunk in chunks(of: results.filter { $0.status != .succeeded }) {
            let those = try putBack(chunk, of: work, at: now, on: connection)
            finished += those.count { $0.status != .waiting }
            stood += those
        }
        return (stood, finished)
    }

    /// Deliveries that are tried again, later or at once, or never. Returns those whose claim stood.
    private static func putBack(
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

    /// Ends an endpoint's work: it has gone, or has failed for days. Deliveries that wait go on when it is enabled again.
    /// - Parameters:
    ///   - quietSince: nothing is done where a lane of the endpoint has had a success since then.
    ///   - audit: whose time is that of the change.
    /// - Returns: whether this was it that disabled the endpoint.
    public static func disable(
        _ work: Work, quietSince: Timestamp?, reason: String, audit: AuditEntry, on connection: Connection
    ) throws -> Bool {
        try connection.transaction { connection in
            let alive = try connection.query("""
                SELECT 1 FROM webhook_lanes
                WHERE workspace_id = \(work.workspace) AND webhook_id = \(work.webhook) AND last_success_at > \(quietSince)
                """)
            guard alive.isEmpty else { return false }
            let changed = try connection.execute("""
                UPDATE webhooks
                SET enabled = FALSE, disabled_reason = \(reason), disabled_at = \(audit.at), version = version + 1, updated_at = \(audit.at)
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
