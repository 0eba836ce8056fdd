import MariaDB
import Model
import Store

/// Which deliveries to list.
public struct DeliveryFilter: Sendable, Equatable {
    public var status: Delivery.Status?
    public var type: EventType?
    public var after: Timestamp?
    public var before: Timestamp?

    public init() {}
}

/// The tables `webhook_deliveries` and `webhook_attempts`: the log of what was sent.
public enum Deliveries {
    /// Writes new deliveries; those with a claim are their claimer's until its lease ends.
    public static func insert(
        _ deliveries: [Delivery], lane: EventLane, claim: (id: ULID, leaseEnd: Timestamp)? = nil, on connection: Connection
    ) throws(MariaDBError) {
        guard !deliveries.isEmpty else { return }
        var rows = LoadRows()
        for delivery in deliveries {
            rows.append(delivery.workspace)
            rows.append(delivery.id)
            rows.append(delivery.webhook)
            rows.append(lane.rawValue)
            rows.append(delivery.event)
            rows.append(delivery.type.rawValue)
            rows.append(delivery.status.rawValue)
            rows.append(delivery.trigger.rawValue)
            rows.append(delivery.attempts)
            rows.append((claim?.leaseEnd ?? delivery.dueAt)?.sql)
            if let claim { rows.append(claim.id.value) } else { rows.appendNull() }
            rows.append(delivery.createdAt.sql)
            rows.append(delivery.finishedAt?.sql)
            rows.endRow()
        }
        try rows.load(deliveries.count, """
            LOAD DATA LOCAL INFILE 'deliveries' INTO TABLE webhook_deliveries CHARACTER SET binary
            (workspace_id, id, webhook_id, lane, event_id, event_type, status, trigger_kind, attempts, due_at, claim, created_at,
             finished_at)
            """, on: connection)
    }

    /// Writes what came of attempts. One that was made stands in the log also where its delivery has gone to another
    /// sender meanwhile; one that stands there already is passed over.
    static func insertAttempts(_ results: [DeliveryQueue.Result], on connection: Connection) throws(MariaDBError) {
        var rows = LoadRows()
        for result in results {
            guard let attempt = result.attempt else { continue }
            rows.append(result.claimed.delivery.workspace)
            rows.append(result.claimed.delivery.id)
            rows.append(attempt.number)
            rows.append(attempt.startedAt.sql)
            rows.append(attempt.milliseconds)
            rows.append(attempt.address)
            rows.append(attempt.httpVersion)
            if let status = attempt.status { rows.append(status) } else { rows.appendNull() }
            rows.append(attempt.error)
            rows.append(utf8: attempt.body)
            rows.endRow()
        }
        guard !rows.bytes.isEmpty else { return }
        _ = try connection.load(rows.bytes, """
            LOAD DATA LOCAL INFILE 'attempts' INTO TABLE webhook_attempts CHARACTER SET binary
            (workspace_id, delivery_id, number, started_at, milliseconds, address, http_version, status, error, body)
            """)
    }

    /// One page of an endpoint's deliveries, newest first.
    public static func list(
        _ filter: DeliveryFilter, of webhook: Webhook, after last: DeliveryID?, limit: Int, on connection: Connection
    ) throws(MariaDBError) -> [Delivery] {
        var query: SQL = "\(columns) WHERE workspace_id = \(webhook.workspace) AND webhook_id = \(webhook.id)"
        if let status = filter.status { query += " AND status = \(status.rawValue)" }
        if let type = filter.type { query += " AND event_type = \(type.rawValue)" }
        if let time = filter.after { query += " AND created_at > \(time)" }
        if let time = filter.before { query += " AND created_at < \(time)" }
        if let last { query += " AND id < \(last)" }
        query += " AND event_type IN (\(list: Events.known)) ORDER BY id DESC LIMIT \(limit)"
        return try connection.query(query).map(delivery)
    }

    public static func find(
        _ id: DeliveryID, of webhook: WebhookID, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> Delivery? {
        try connection.query("\(columns) WHERE workspace_id = \(workspace) AND id = \(id) AND webhook_id = \(webhook) AND event_type IN (\(list: Events.known))")
            .first.map(delivery)
    }

    /// The delivery with this id, whoever's it is: for the sysadmin.
    public static func find(_ id: DeliveryID, on connection: Connection) throws(MariaDBError) -> Delivery? {
        try connection.query("\(columns) WHERE id = \(id) AND event_type IN (\(list: Events.known))").first.map(delivery)
    }

    /// The attempts at some deliveries of a workspace, in order.
    /// - Parameter withBodies: of what was answered, up to 16 KiB an attempt; without, they are empty.
    public static func attempts(
        at deliveries: [DeliveryID], in workspace: WorkspaceID, withBodies: Bool, on connection: Connection
    ) throws(MariaDBError) -> [DeliveryID: [DeliveryAttempt]] {
        let body: SQL = withBodies ? ", body" : ""
        var attempts: [DeliveryID: [DeliveryAttempt]] = [:]
        for row in try connection.query("""
            SELECT delivery_id, number, started_at, milliseconds, address, http_version, status, error\(body)
            FROM webhook_attempts
            WHERE workspace_id = \(workspace) AND delivery_id IN (\(list: deliveries))
            ORDER BY delivery_id, number
            """)
        {
            attempts[try row.identifier(0), default: []].append(DeliveryAttempt(
                number: try row.integer(1), startedAt: try row.timestamp(2), milliseconds: try row.integer(3),
                address: try row.string(4), httpVersion: try row.string(5), status: try row.optionalInteger(6),
                error: try row.optionalString(7), body: withBodies ? try row.bytes(8) : []))
        }
        return attempts
    }

    private static let columns: SQL = """
        SELECT workspace_id, id, webhook_id, event_id, event_type, status, trigger_kind, attempts, due_at, created_at, finished_at
        FROM webhook_deliveries
        """

    private static func delivery(_ row: Row) throws(MariaDBError) -> Delivery {
        guard let status = Delivery.Status(rawValue: try row.string(5)) else { throw row.wrong(5, "a status") }
        guard let trigger = Delivery.Trigger(rawValue: try row.string(6)) else { throw row.wrong(6, "a trigger") }
        return Delivery(
            id: try row.identifier(1), workspace: try row.identifier(0), webhook: try row.identifier(2),
            event: try row.identifier(3), type: try row.eventType(4), status: status, trigger: trigger,
            attempts: try row.integer(7), dueAt: try row.optionalTimestamp(8), createdAt: try row.timestamp(9),
            finishedAt: try row.optionalTimestamp(10))
    }
}
