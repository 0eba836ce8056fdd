import MariaDB
import Model
import Store

/// An enabled endpoint that wants clicks.
public struct ClickSubscription: Sendable {
    public var webhook: WebhookID
    public var filter: EventFilter
    /// How many more clicks may wait for it.
    public var room: Int
}

/// Who is told of clicks, and how many more they may have waiting.
public enum ClickSubscriptions {
    /// The subscriptions of every workspace that has any.
    ///
    /// What waits for an endpoint are its deliveries and, as nobody knows yet whose they will be, all clicks of its
    /// workspace that no sender has picked up: so the table of events stays bounded while no sender runs.
    public static func read(on connection: Connection) throws(MariaDBError) -> [WorkspaceID: [ClickSubscription]] {
        var subscriptions: [WorkspaceID: [ClickSubscription]] = [:]
        for row in try connection.query("""
            SELECT w.workspace_id, w.id, w.events, w.link_id, w.host, w.tag, CAST(l.waiting AS SIGNED)
            FROM webhooks w
            JOIN webhook_lanes l ON l.workspace_id = w.workspace_id AND l.webhook_id = w.id AND l.lane = 1
            WHERE w.enabled ORDER BY w.workspace_id, w.id
            """) where try row.patterns(2).contains(where: { $0.matches(.clickRecorded) })
        {
            let room = Outbox.clickBacklog - (try row.integer(6))
            subscriptions[try row.identifier(0), default: []].append(ClickSubscription(
                webhook: try row.identifier(1), filter: try row.filter(3), room: max(0, room)))
        }
        guard !subscriptions.isEmpty else { return [:] }
        for (workspace, count) in try unpicked(on: connection) {
            subscriptions[workspace] = subscriptions[workspace]?.map { $0.with(taken: count) }
        }
        return subscriptions
    }

    /// Clicks that no sender has picked up, of each workspace.
    private static func unpicked(on connection: Connection) throws(MariaDBError) -> [(WorkspaceID, Int)] {
        try connection.query("""
            SELECT workspace_id, COUNT(*) FROM events FORCE INDEX (waiting)
            WHERE sequence IS NULL AND lane = 1 GROUP BY workspace_id
            """).map { row throws(MariaDBError) in (try row.identifier(0), try row.integer(1)) }
    }

    /// Counts clicks that an endpoint is not told of: its `clicks_dropped`.
    public static func noteDropped(
        _ count: Int, of webhook: WebhookID, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) {
        try connection.execute("""
            UPDATE webhook_lanes SET dropped = dropped + \(count)
            WHERE workspace_id = \(workspace) AND webhook_id = \(webhook) AND lane = 1
            """)
    }
}

extension ClickSubscription {
    /// The same, with so many clicks more waiting.
    public func with(taken count: Int) -> ClickSubscription {
        var copy = self
        copy.room = max(0, room - count)
        return copy
    }
}
