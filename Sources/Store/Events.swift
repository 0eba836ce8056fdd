import MariaDB
import Model

/// The table `events`: the outbox of webhooks.
public enum Events {
    /// The statement that writes an event, to stand in the transaction of the change that it tells of.
    public static func insertion(of event: Event) -> SQL {
        """
        INSERT INTO events (workspace_id, id, type, created_at, body)
        VALUES (\(event.workspace), \(event.id), \(event.type.rawValue), \(event.createdAt),
                \(String(decoding: event.body, as: UTF8.self)))
        """
    }
}
