import MariaDB
import Model

/// Picks up events: gives each its sequence and makes a delivery for every endpoint that wants it.
///
/// This is done by the sender, after the change: the transaction of the change writes the event and waits for nobody.
public enum Outbox {
    /// Deliveries of clicks that an endpoint may have waiting; what is more is dropped and counted.
    public static let clickBacklog = 10_000

    /// An endpoint, as far as events concern it.
    private struct Subscriber {
        var webhook: WebhookID
        var events: [EventPattern]
        var filter: EventFilter
        var enabled: Bool
        /// Clicks waiting.
        var clicks: Int
    }

    /// Events that nobody has picked up, found without a lock.
    private struct Found {
        var ids: [WorkspaceID: [EventID]] = [:]
        var withoutSequence: Set<WorkspaceID> = []
        var count = 0
    }

    /// Picks up at most `limit` events of a lane, oldest first, in one transaction. One sender at a time does so in a
    /// workspace: its sequences follow the order of the events, and workspaces that another has are passed over.
    /// - Parameter matches: whether an event is about links that a filter names.
    /// - Returns: how many were picked up.
    public static func pickUp(
        _ lane: EventLane, limit: Int, at now: Timestamp, on connection: Connection,
        matches: (Event, EventFilter) -> Bool
    ) throws -> Int {
        var passedOver: [WorkspaceID] = []
        while passedOver.count < 4 {
            let found = try waiting(lane, limit: limit, without: passedOver, on: connection)
            guard found.count > 0 else { return 0 }
            try beginSequences(of: found.withoutSequence, on: connection)
            let count = try connection.transaction { connection in
                var count = 0
                for (workspace, last) in try lock(Array(found.ids.keys), on: connection) {
                    let wanted = (found.ids[workspace] ?? []).sorted()
                    count += try pickUp(wanted, lane, workspace, after: last, at: now, on: connection, matches: matches)
                }
                return count
            }
            if count > 0 { return count }
            // Somebody else was here first, or is here and has stopped: others need not wait for that.
            passedOver += found.ids.keys
        }
        return 0
    }

    private static func waiting(
        _ lane: EventLane, limit: Int, without passedOver: [WorkspaceID], on connection: Connection
    ) throws(MariaDBError) -> Found {
        let others: SQL = passedOver.isEmpty ? "" : " AND e.workspace_id NOT IN (\(list: passedOver))"
        var found = Found()
        for row in try connection.query("""
            SELECT e.workspace_id, e.id, s.last IS NULL
            FROM events e FORCE INDEX (waiting) LEFT JOIN event_sequences s ON s.workspace_id = e.workspace_id
            WHERE e.sequence IS NULL AND e.lane = \(lane.rawValue)\(others) ORDER BY e.id LIMIT \(limit)
            """)
        {
            let workspace: WorkspaceID = try row.identifier(0)
            found.ids[workspace, default: []].append(try row.identifier(1))
            if try row.bool(2) { found.withoutSequence.insert(workspace) }
            found.count += 1
        }
        return found
    }

    private static func beginSequences(of workspaces: Set<WorkspaceID>, on connection: Connection) throws(MariaDBError) {
        for workspace in workspaces.sorted() {
            try connection.execute("INSERT IGNORE INTO event_sequences (workspace_id, last) VALUES (\(workspace), 0)")
        }
    }

    /// The last sequences of the workspaces that nobody else has, which are then this transaction's.
    private static func lock(
        _ workspaces: [WorkspaceID], on connection: Connection
    ) throws(MariaDBError) -> [(workspace: WorkspaceID, last: Int)] {
        var locked: [(workspace: WorkspaceID, last: Int)] = []
        for chunk in chunks(of: workspaces.sorted()) {
            locked += try connection.query("""
                SELECT workspace_id, CAST(last AS SIGNED) FROM event_sequences
                WHERE workspace_id IN (\(list: Array(chunk))) ORDER BY workspace_id FOR UPDATE SKIP LOCKED
                """).map { row throws(MariaDBError) in (try row.identifier(0), try row.integer(1)) }
        }
        return locked
    }

    private static func pickUp(
        _ ids: [EventID], _ lane: EventLane, _ workspace: WorkspaceID, after last: Int, at now: Timestamp,
        on connection: Connection, matches: (Event, EventFilter) -> Bool
    ) throws -> Int {
        let subscribers = try subscribers(in: workspace, on: connection)
        let isFiltered = subscribers.contains { !$0.filter.isEmpty }
        let events = try read(ids, in: workspace, withBody: isFiltered, on: connection)
        guard !events.isEmpty else { return 0 }
        try number(events, after: last, in: workspace, on: connection)
        try deliver(events, lane, to: subscribers, workspace, at: now, on: connection, matches: matches)
        return events.count
    }

    /// Those that are still waiting, in the order of their ids.
    private static func read(
        _ ids: [EventID], in workspace: WorkspaceID, withBody: Bool, on connection: Connection
    ) throws(MariaDBError) -> [Event] {
        let body: SQL = withBody ? "e.body" : "''"
        var events: [Event] = []
        for chunk in chunks(of: ids) {
            for row in try connection.query("""
                SELECT e.id, e.type, e.created_at, e.webhook_id, \(body)
                FROM (\(table(of: chunk))) r STRAIGHT_JOIN events e ON e.workspace_id = \(workspace) AND e.id = r.id
                WHERE e.sequence IS NULL
                """)
            {
                events.append(Event(
                    id: try row.identifier(0), workspace: workspace, type: try row.eventType(1),
                    createdAt: try row.timestamp(2), body: Array(try row.string(4).utf8),
                    webhook: try row.optionalIdentifier(3)))
            }
        }
        return events.sorted { $0.id < $1.id }
    }

    private static func number(
        _ events: [Event], after last: Int, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) {
        try connection.execute("""
            UPDATE event_sequences SET last = \(last + events.count) WHERE workspace_id = \(workspace)
            """)
        let numbered = events.enumerated().map { (id: $1.id, number: last + 1 + $0) }
        for chunk in chunks(of: numbered) {
            var numbers: SQL = ""
            for (index, event) in chunk.enumerated() {
                let (id, number) = (event.id, event.number)
                appendUnion(index, "SELECT \(id) AS id, \(number) AS number", "(\(id), \(number))", to: &numbers)
            }
            try connection.execute("""
                UPDATE (\(numbers)) n STRAIGHT_JOIN events e ON e.workspace_id = \(workspace) AND e.id = n.id
                SET e.sequence = n.number
                """)
        }
    }

    private static func subscribers(in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) -> [Subscriber] {
        try connection.query("""
            SELECT w.id, w.events, w.link_id, w.host, w.tag, w.enabled, CAST(l.waiting AS SIGNED)
            FROM webhooks w
            JOIN webhook_lanes l ON l.workspace_id = w.workspace_id AND l.webhook_id = w.id AND l.lane = 1
            WHERE w.workspace_id = \(workspace)
            """).map { row throws(MariaDBError) -> Subscriber in
                Subscriber(
                    webhook: try row.identifier(0), events: try row.patterns(1), filter: try row.filter(2),
                    enabled: try row.bool(5), clicks: try row.integer(6))
            }
    }

    private static func deliver(
        _ events: [Event], _ lane: EventLane, to subscribers: [Subscriber], _ workspace: WorkspaceID, at now: Timestamp,
        on connection: Connection, matches: (Event, EventFilter) -> Bool
    ) throws(MariaDBError) {
        for subscriber in subscribers.sorted(by: { $0.webhook < $1.webhook }) {
            var wanted = events.filter { event in
                if let only = event.webhook { return only == subscriber.webhook }
                return subscriber.events.contains { $0.matches(event.type) } && matches(event, subscriber.filter)
            }
            var dropped = 0
            if lane == .clicks {
                dropped = max(0, wanted.count - max(0, clickBacklog - subscriber.clicks))
                wanted.removeLast(dropped)
            }
            guard !wanted.isEmpty || dropped > 0 else { continue }
            // What happens while an endpoint is disabled can be recovered later.
            let deliveries = wanted.map { event in
                Delivery(
                    workspace: workspace, webhook: subscriber.webhook, event: event.id, type: event.type,
                    status: subscriber.enabled ? .waiting : .discarded, dueAt: subscriber.enabled ? now : nil,
                    createdAt: now, finishedAt: subscriber.enabled ? nil : now)
            }
            // Ids in the order of the events: what is due at the same time is sent in the order of ids.
            try Deliveries.insert(ordered(deliveries), lane: lane, on: connection)
            try DeliveryQueue.enqueue(
                subscriber.enabled ? wanted.count : 0, dropped: dropped, for: subscriber.webhook, lane, in: workspace,
                dueAt: now, on: connection)
        }
    }

    /// The same deliveries, with their ids in their order.
    private static func ordered(_ deliveries: [Delivery]) -> [Delivery] {
        zip(deliveries, deliveries.map(\.id).sorted()).map { delivery, id in
            var delivery = delivery
            delivery.id = id
            return delivery
        }
    }
}
