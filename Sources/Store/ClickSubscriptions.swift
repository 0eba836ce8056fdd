import MariaDB
import Model

/// Who is told of clicks, and how many more they may have waiting.
public enum ClickSubscriptions {
    /// The workspaces with an endpoint that wants clicks, and the room that the fullest of their backlogs leaves at the
    /// least full endpoint.
    public static func rooms(on connection: Connection) throws(MariaDBError) -> [WorkspaceID: Int] {
        var rooms: [WorkspaceID: Int] = [:]
        for row in try connection.query("""
            SELECT w.workspace_id, w.events, CAST(l.waiting AS SIGNED)
            FROM webhooks w
            JOIN webhook_lanes l ON l.workspace_id = w.workspace_id AND l.webhook_id = w.id AND l.lane = 1
            WHERE w.enabled
            """) where try row.patterns(1).contains(where: { $0.matches(.clickRecorded) })
        {
            let workspace: WorkspaceID = try row.identifier(0)
            rooms[workspace] = max(rooms[workspace] ?? 0, Outbox.clickBacklog - (try row.integer(2)))
        }
        return rooms
    }

    /// Counts clicks that no endpoint of a workspace is told of.
    public static func noteDropped(_ count: Int, in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            UPDATE webhook_lanes SET dropped = dropped + \(count) WHERE workspace_id = \(workspace) AND lane = 1
            """)
    }

    /// What events tell of links: their places and tags.
    public static func links(
        _ ids: [LinkID], in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [LinkID: (host: String, slug: String, tags: [String])] {
        var links: [LinkID: (host: String, slug: String, tags: [String])] = [:]
        for chunk in chunks(of: ids) {
            for row in try connection.query("""
                SELECT id, host, slug, tags FROM links WHERE workspace_id = \(workspace) AND id IN (\(list: Array(chunk)))
                """)
            {
                let tags = try row.string(3).split(separator: Links.tagSeparator).map(String.init)
                links[try row.identifier(0)] = (try row.string(1), try row.string(2), tags)
            }
        }
        return links
    }
}
