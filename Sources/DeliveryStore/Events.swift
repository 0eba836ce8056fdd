import MariaDB
import Model
import Store

/// The table `events`: the outbox of webhooks.
public enum Events {
    /// The statement that writes an event, to stand in the transaction of the change that it tells of.
    public static func insertion(of event: Event) -> SQL { insertion.statement(of: [event]) }

    /// Writes the events of many changes, in the transaction of all of them; in the order of the key, which leaves full pages.
    public static func insert(_ events: [Event], on connection: Connection) throws(MariaDBError) {
        let events = events.sorted { $0.id < $1.id }
        guard events.count >= LoadRows.worthwhile else {
            for chunk in chunks(of: events) { try connection.execute(insertion.statement(of: chunk)) }
            return
        }
        var rows = LoadRows()
        for event in events {
            rows.append(event.workspace)
            rows.append(event.id)
            rows.append(event.type.rawValue)
            rows.append(event.type.lane.rawValue)
            if let webhook = event.webhook { rows.append(webhook) } else { rows.appendNull() }
            rows.append(event.createdAt.sql)
            rows.append(utf8: event.body)
            rows.endRow()
        }
        try rows.load(events.count, """
            LOAD DATA LOCAL INFILE 'events' INTO TABLE events CHARACTER SET binary
            (workspace_id, id, type, lane, webhook_id, created_at, body)
            """, on: connection)
    }

    private static let insertion = RowInsertion<Event>(
        "INSERT INTO events (workspace_id, id, type, lane, webhook_id, created_at, body) VALUES", row: "(?, ?, ?, ?, ?, ?, ?)"
    ) { event in
        [
            event.workspace.sqlValue, event.id.sqlValue, .string(event.type.rawValue), .integer(Int64(event.type.lane.rawValue)),
            event.webhook.sqlValue, event.createdAt.sqlValue, .string(String(decoding: event.body, as: UTF8.self)),
        ]
    }

    public static func find(_ id: EventID, in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) -> Event? {
        try connection.query("\(columns) WHERE workspace_id = \(workspace) AND id = \(id) AND type IN (\(list: known))").first.map(event)
    }

    /// One page, newest first.
    public static func list(
        type: EventType?, in workspace: WorkspaceID, after last: EventID?, limit: Int, on connection: Connection
    ) throws(MariaDBError) -> [Event] {
        var query: SQL = "\(columns) WHERE workspace_id = \(workspace) AND type IN (\(list: type.map { [$0.rawValue] } ?? known))"
        if let last { query += " AND id < \(last)" }
        query += " ORDER BY id DESC LIMIT \(limit)"
        return try connection.query(query).map(event)
    }

    /// While a host is brought up to date another may write events of a type that this program does not know: it shows the
    /// others.
    static let known = EventType.allCases.map(\.rawValue)

    private static let columns: SQL = """
        SELECT workspace_id, id, type, created_at, body, webhook_id, CAST(sequence AS SIGNED) FROM events
        """

    private static func event(_ row: Row) throws(MariaDBError) -> Event {
        Event(
            id: try row.identifier(1), workspace: try row.identifier(0), type: try row.eventType(2),
            createdAt: try row.timestamp(3), body: Array(try row.string(4).utf8), webhook: try row.optionalIdentifier(5),
            sequence: try row.optionalInteger(6))
    }
}
