import MariaDB
import Model
import Store

/// The table `recorded_clicks`: every click, once.
public enum Clicks {
    package static let table = JournalTable<NumberedClick>(
        name: "recorded_clicks", columns: "link, visitor, place, agent, referrer, campaign, marks"
    ) { click, rows in
        rows.append(Int(click.what))
        rows.append(click.visitor)
        rows.append(Int(click.fact.place))
        rows.append(Int(click.fact.agent))
        rows.append(Int(click.fact.referrer))
        rows.append(Int(click.fact.campaign))
        rows.append(Int(click.fact.marks.bits))
    }

    /// The UTC day of the oldest click that is kept.
    public static func firstDay(on connection: Connection) throws(MariaDBError) -> Int? {
        try connection.query("SELECT DATEDIFF(MIN(at), '1970-01-01') FROM recorded_clicks").first?.optionalInteger(0)
    }

    /// The UTC day of a workspace's oldest click that is kept.
    static func firstDay(of workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) -> Int? {
        try connection.query("""
            SELECT DATEDIFF(MIN(at), '1970-01-01') FROM recorded_clicks WHERE workspace_id = \(workspace)
            """).first?.optionalInteger(0)
    }

    /// How many clicks are stored with a time in a range, both ends included, over all workspaces.
    public static func count(from first: Timestamp, to last: Timestamp, on connection: Connection) throws(MariaDBError) -> Int {
        try connection.query("SELECT COUNT(*) FROM recorded_clicks WHERE at BETWEEN \(first) AND \(last)").first?.integer(0) ?? 0
    }

    /// Calls `each` with the id of every click stored with a time in a range, in constant memory.
    public static func ids(
        from first: Timestamp, to last: Timestamp, on connection: Connection, each: (UInt128) -> Void
    ) throws(MariaDBError) {
        try connection.query("SELECT id FROM recorded_clicks WHERE at BETWEEN \(first) AND \(last)") { row in
            if case .bytes(let bytes) = row[0], let id = ULID(bytes: bytes) { each(id.value) }
        }
    }
}

extension NumberedClick: Journaled {}
