import MariaDB
import Model
import Store

/// Picks up events: gives each its sequence and makes a delivery for every endpoint that wants it.
///
/// This is done by the sender, after the change: the transaction of the change writes the event and waits for nobody.
/// What the sender has room for is claimed with it, and so is written once instead of twice, and not read again.
public enum Outbox {
    /// Deliveries of clicks that an endpoint may have waiting; what is more is dropped and counted.
    public static let clickBacklog = 10_000

    /// An endpoint, as far as events concern it.
    private struct Subscriber {
        var webhook: WebhookID
        var events: [EventPattern]
        var filter: EventFilter
        /// Nil where it is disabled.
        var endpoint: DeliveryQueue.Endpoint?
    }

    /// Events that nobody has picked up, found without a lock.
    private struct Found {
        var ids: [WorkspaceID: [EventID]] = [:]
        var withoutSequence: Set<WorkspaceID> = []
        var count = 0
    }

    /// What was picked up: how many events, and those of their deliveries that were claimed.
    public struct PickedUp: Sendable {
        public var count = 0
        public var claimed: [DeliveryQueue.Claimed] = []
    }

    /// What becomes of events that are picked up.
    public struct Choice {
        let matches: (Event, EventFilter) -> Bool
        let room: (DeliveryQueue.Work, WebhookHealth, _ wanted: Int) -> Int

        /// - Parameters:
        ///   - matches: whether an event is about links that a filter names.
        ///   - room: of so many new deliveries of an endpoint that is doing like this, how many to claim. It is asked for those
        ///     only that are doing well and have nothing else due.
        public init(
            matches: @escaping (Event, EventFilter) -> Bool,
            room: @escaping (DeliveryQueue.Work, WebhookHealth, _ wanted: Int) -> Int = { _, _, _ in 0 }
        ) {
            self.matches = matches
            self.room = room
        }
    }

    /// Picks up at most `limit` events of a lane, oldest first, in one transaction. One sender at a time does so in a
    /// workspace: its sequences follow the order of the events, and workspaces that another has are passed over.
    public static func pickUp(
        _ lane: EventLane, limit: Int, at now: Timestamp, _ choice: Choice, on connection: Connection
    ) throws -> PickedUp {
        var passedOver: [WorkspaceID] = []
        while passedOver.count < 4 {
            let found = try waiting(lane, limit: limit, without: passedOver, on: connection)
            guard found.count > 0 else { return PickedUp() }
            try beginSequences(of: found.withoutSequence, on: connection)
            let picked = try connection.transaction { connection in
                var picked = PickedUp()
                for (workspace, last) in try lock(Array(found.ids.keys), on: connection) {
                    let events = try read((found.ids[workspace] ?? []).sorted(), after: last, in: workspace, on: connection)
                    guard !events.isEmpty else { continue }
                    try number(events, in: workspace, on: connection)
                    picked.claimed += try deliver(events, lane, at: now, choice, on: connection)
                    picked.count += events.count
                }
                return picked
            }
            if picked.count > 0 { return picked }
            // Somebody else was here first, or is here and has stopped: others need not wait for that.
            passedOver += found.ids.keys
        }
        return PickedUp()
    }

    /// Types that only a newer version knows are left to its senders.
    private static func waiting(
        _ lane: EventLane, limit: Int, without passedOver: [WorkspaceID], on connection: Connection
    ) throws(MariaDBError) -> Found {
        let others: SQL = passedOver.isEmpty ? "" : " AND e.workspace_id NOT IN (\(list: passedOver))"
        var found = Found()
        for row in try connection.query("""
            SELECT e.workspace_id, e.id, s.last IS NULL
            FROM events e FORCE INDEX (waiting) LEFT JOIN event_sequences s ON s.workspace_id = e.workspace_id
            WHERE e.sequence IS NULL AND e.lane = \(lane.rawValue) AND e.type IN (\(list: Events.known))\(others)
            ORDER BY e.id LIMIT \(limit)
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

    /// Those that are still waiting, in the order of their ids, with the sequences that they are to have.
    private static func read(
        _ ids: [EventID], after last: Int, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [Event] {
        var events: [Event] = []
        for chunk in chunks(of: ids) {
            for row in try connection.query("""
                SELECT e.id, e.type, e.created_at, e.webhook_id, e.body
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
        events.sort { $0.id < $1.id }
        for index in events.indices { events[index].sequence = last + 1 + index }
        return events
    }

    private static func number(_ events: [Event], in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            UPDATE event_sequences SET last = \(events.last?.sequence) WHERE workspace_id = \(workspace)
            """)
        for chunk in chunks(of: events) {
            var numbers: SQL = ""
            for (index, event) in chunk.enumerated() {
                let (id, number) = (event.id, event.sequence)
                appendUnion(
                    index, "SELECT \(cast: id) AS id, \(number) AS number", "(\(cast: id), \(number))", to: &numbers)
            }
            try connection.execute("""
                UPDATE (\(numbers)) n STRAIGHT_JOIN events e ON e.workspace_id = \(workspace) AND e.id = n.id
                SET e.sequence = n.number
                """)
        }
    }

    private static func subscribers(in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) -> [Subscriber] {
        try connection.query("""
            SELECT id, events, link_id, host, tag, enabled, \(DeliveryQueue.Endpoint.columns)
            FROM webhooks WHERE workspace_id = \(workspace) ORDER BY id
            """).map { row throws(MariaDBError) -> Subscriber in
                Subscriber(
                    webhook: try row.identifier(0), events: try row.patterns(1), filter: try row.filter(2),
                    endpoint: try row.bool(5) ? try DeliveryQueue.Endpoint(row, from: 6) : nil)
            }
    }

    /// Makes the deliveries of events of one workspace. Returns those that were claimed.
    private static func deliver(
        _ events: [Event], _ lane: EventLane, at now: Timestamp, _ choice: Choice, on connection: Connection
    ) throws(MariaDBError) -> [DeliveryQueue.Claimed] {
        guard let workspace = events.first?.workspace else { return [] }
        let (claim, lease) = (ULID(milliseconds: now.milliseconds), now.adding(milliseconds: DeliveryQueue.leaseMilliseconds))
        var (claimed, others) = ([DeliveryQueue.Claimed](), [Delivery]())
        for subscriber in try subscribers(in: workspace, on: connection) {
            var wanted = events.filter { event in
                if let only = event.webhook { return only == subscriber.webhook }
                return subscriber.events.contains { $0.matches(event.type) } && choice.matches(event, subscriber.filter)
            }
            let work = DeliveryQueue.Work(workspace: workspace, webhook: subscriber.webhook, lane: lane)
            guard !wanted.isEmpty, let state = try WebhookLanes.lock(work, waiting: .forever, on: connection) else { continue }
            let dropped = lane == .clicks ? max(0, wanted.count - max(0, clickBacklog - state.health.waiting)) : 0
            wanted.removeLast(dropped)
            let deliveries = deliveries(of: wanted, to: subscriber, at: now)
            guard let endpoint = subscriber.endpoint else {
                others += deliveries
                continue
            }
            let taken = state.isFree(at: now) ? choice.room(work, state.health, wanted.count) : 0
            for (event, var delivery) in zip(wanted, deliveries).prefix(taken) {
                delivery.attempts = 1
                claimed.append(DeliveryQueue.Claimed(
                    delivery: delivery, lane: lane, claim: claim, leaseEnd: lease, event: event, endpoint: endpoint))
            }
            others += deliveries.dropFirst(taken)
            try WebhookLanes.enqueue(
                wanted.count, dropped: dropped, for: work, dueAt: taken < wanted.count ? now : lease, on: connection)
        }
        try Deliveries.insert(others, lane: lane, on: connection)
        try Deliveries.insert(claimed.map(\.delivery), lane: lane, claim: (claim, lease), on: connection)
        return claimed
    }

    /// With ids in the order of the events: what is due at the same time is sent in the order of ids. What happens while
    /// an endpoint is disabled can be recovered later.
    private static func deliveries(of events: [Event], to subscriber: Subscriber, at now: Timestamp) -> [Delivery] {
        let isEnabled = subscriber.endpoint != nil
        return zip(events, DeliveryID.series(events.count)).map { event, id in
            Delivery(
                id: id, workspace: event.workspace, webhook: subscriber.webhook, event: event.id, type: event.type,
                status: isEnabled ? .waiting : .discarded, dueAt: isEnabled ? now : nil, createdAt: now,
                finishedAt: isEnabled ? nil : now)
        }
    }
}

extension WebhookLanes.Lane {
    /// Whether new deliveries need not wait for others, or for a probe.
    fileprivate func isFree(at now: Timestamp) -> Bool {
        health.failures == 0 && notBefore == nil && (dueAt.map { $0 > now } ?? true)
    }
}
