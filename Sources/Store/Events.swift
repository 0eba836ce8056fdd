import MariaDB
import Model

/// The table `events`: the outbox of webhooks.
public enum Events {
    /// The statement that writes an event, to stand in the transaction of the change that it tells of.
    public static func insertion(of event: Event) -> SQL { insertion(of: [event][...]) }

    /// Writes the events of many changes, in the transaction of all of them.
    public static func insert(_ events: [Event], on connection: Connection) throws(MariaDBError) {
        guard events.count >= LoadRows.worthwhile else {
            for chunk in chunks(of: events) { try connection.execute(insertion(of: chunk)) }
            return
        }
        var rows = LoadRows()
        for event in events {
            rows.append(event.workspace)
            rows.append(event.id)
            rows.append(event.type.rawValue)
            rows.append(event.createdAt.sql)
            rows.append(utf8: event.body)
            rows.endRow()
        }
        try rows.load(events.count, """
            LOAD DATA LOCAL INFILE 'events' INTO TABLE events CHARACTER SET binary (workspace_id, id, type, created_at, body)
            """, on: connection)
    }

    private static func insertion(of events: ArraySlice<Event>) -> SQL {
        var insertion: SQL = "INSERT INTO events (workspace_id, id, type, created_at, body) VALUES "
        appendRows(events, to: &insertion) { event in
            """
            (\(event.workspace), \(event.id), \(event.type.rawValue), \(event.createdAt),
             \(String(decoding: event.body, as: UTF8.self)))
            """
        }
        return insertion
    }
}
