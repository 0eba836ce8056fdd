import MariaDB
import Model

/// The table `events`: the outbox of webhooks.
public enum Events {
    /// The statement that writes an event, to stand in the transaction of the change that it tells of.
    public static func insertion(of event: Event) -> SQL { insertion(of: [event][...]) }

    /// Writes the events of many changes, in the transaction of all of them.
    public static func insert(_ events: [Event], on connection: Connection) throws(MariaDBError) {
        for chunk in chunks(of: events) { try connection.execute(insertion(of: chunk)) }
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
