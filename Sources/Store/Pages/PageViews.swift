import MariaDB
import Model

/// The table `page_views`: every view of a page, once.
public enum PageViews {
    /// A view, told apart from a click.
    public struct View: Sendable {
        /// Its `link` is the id of the page.
        public var click: Click

        public init(_ click: Click) { self.click = click }
    }

    /// Stores views and returns whether all were new, as ``Clicks/insert(_:on:)`` does.
    public static func insert(_ views: [Click], on connection: Connection) throws(MariaDBError) -> Bool {
        guard !views.isEmpty else { return true }
        var rows = LoadRows()
        for view in views {
            rows.append(view.workspace)
            rows.append(view.at.sql)
            rows.append(view.id)
            rows.append(view.link)
            rows.append(view.visitor)
            rows.endRow()
        }
        return try connection.load(
            rows.bytes,
            """
            LOAD DATA LOCAL INFILE 'views' INTO TABLE page_views CHARACTER SET binary
            (workspace_id, at, id, page_id, visitor)
            """) == views.count
    }

    /// The ids of the views of a workspace that are stored with a time in a range, both ends included.
    public static func stored(
        in workspace: WorkspaceID, from first: Timestamp, to last: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> Set<UInt128> {
        var ids: Set<UInt128> = []
        for row in try connection.query(
            "SELECT id FROM page_views WHERE workspace_id = \(workspace) AND at BETWEEN \(first) AND \(last)")
        {
            if let id = ULID(bytes: try row.bytes(0)) { ids.insert(id.value) }
        }
        return ids
    }
}
