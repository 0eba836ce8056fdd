import MariaDB
import Model
import Store

/// The table `clicks`, in which clicks stood as texts until version 0.9.1: its rows are moved to `recorded_clicks`, and counted as
/// facts.
///
/// A row is moved in one transaction, so each is in one of the tables, whoever is killed when; the next run goes on. Workers
/// of the version before go on writing to the old table until they are replaced.
public enum FormerClicks {
    /// Rows of one transaction.
    private static let pieceRows = 10_000

    /// How many there are.
    public static func count(on connection: Connection) throws(MariaDBError) -> Int {
        try connection.query("SELECT COUNT(*) FROM clicks").first?.integer(0) ?? 0
    }

    public static func areThere(on connection: Connection) throws(MariaDBError) -> Bool {
        try !connection.query("SELECT 1 FROM clicks LIMIT 1").isEmpty
    }

    /// Moves the clicks of a time, and tells after each piece how many have been moved. What another process is moving stays.
    /// - Parameter start: of the first.
    public static func move(
        from start: Timestamp = Timestamp(day: 0), before end: Timestamp, in store: Store, each: (Int) -> Void = { _ in }
    ) throws {
        var numbers = ClickNumbers(isLimited: false)
        var moved = 0
        for workspace in try store.read({ try workspaces(on: $0) }) {
            var waiting = ClickParts.Appended()
            while let piece = try movePiece(of: workspace, from: start, before: end, &numbers, in: store) {
                waiting = waiting + piece.appended
                if ClickCompaction.Threshold.usual.isReached(by: waiting) {
                    try ClickCompaction.run(workspace, in: store)
                    waiting = ClickParts.Appended()
                }
                moved += piece.rows
                each(moved)
            }
            if waiting.parts > 0 { try ClickCompaction.run(workspace, in: store) }
        }
    }

    private static func workspaces(on connection: Connection) throws(MariaDBError) -> [WorkspaceID] {
        var (found, last) = ([WorkspaceID](), WorkspaceID(ULID(value: 0)))
        while let row = try connection.query("""
            SELECT workspace_id FROM clicks WHERE workspace_id > \(last) ORDER BY workspace_id LIMIT 1
            """).first
        {
            last = try row.identifier(0)
            found.append(last)
        }
        return found
    }

    /// Nil where there is no more, or another process moves those of the workspace.
    private static func movePiece(
        of workspace: WorkspaceID, from start: Timestamp, before end: Timestamp, _ numbers: inout ClickNumbers, in store: Store
    ) throws -> (rows: Int, appended: ClickParts.Appended)? {
        let clicks = try store.read { try read(of: workspace, from: start, before: end, on: $0) }
        guard let first = clicks.first, let last = clicks.last else { return nil }
        let numbered = try numbers.number(clicks, in: store)
        let appended = try store.write { connection in
            try NamedLock.hold("clicks.\(workspace.ulid)", on: connection) {
                try connection.transaction { connection in
                    try delete(clicks, on: connection)
                    // A request that two pools have answered may be stored already.
                    let stored = try Clicks.table.stored(in: workspace, from: first.at, to: last.at, on: connection)
                    let fresh = numbered.filter { !stored.contains($0.id) }
                    guard try Clicks.table.insert(fresh, on: connection) else { throw ChangedMeanwhile() }
                    try ClickVisits.noteMoved(fresh, on: connection)
                    return try ClickParts.append(fresh, on: connection)[workspace] ?? .init()
                }
            }
        }
        return appended.map { (clicks.count, $0) }
    }

    private static func read(
        of workspace: WorkspaceID, from start: Timestamp, before end: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> [Click] {
        try connection.query("""
            SELECT link_id, id, at, visitor, device, browser, os, bot, country, city, referrer, utm_source, utm_medium, utm_campaign,
                   trigger_kind, first_visit
            FROM clicks WHERE workspace_id = \(workspace) AND at >= \(start) AND at < \(end) ORDER BY at, id LIMIT \(pieceRows)
            """).map { row throws(MariaDBError) in
            var click = Click(
                workspace: workspace, link: try row.identifier(0), id: try row.ulid(1).value, at: try row.timestamp(2),
                visitor: try row.bytes(3).reduce(0) { $0 << 8 | UInt64($1) },
                agent: UserAgent(
                    device: UserAgent.Device(rawValue: try row.string(4)) ?? .unknown, browser: try row.string(5),
                    os: try row.string(6), isBot: try row.bool(7)),
                country: try row.string(8), city: try row.string(9), referrer: try row.string(10),
                utmSource: try row.string(11), utmMedium: try row.string(12), utmCampaign: try row.string(13),
                trigger: ClickTrigger(rawValue: try row.string(14)) ?? .click)
            click.isFirstVisit = try row.bool(15)
            return click
        }
    }

    private static func delete(_ clicks: [Click], on connection: Connection) throws {
        for chunk in chunks(of: clicks) {
            var keys: SQL = ""
            for (index, click) in chunk.enumerated() {
                let time: SQL = "CAST(\(click.at) AS DATETIME(3))"
                let id: SQL = "CAST(\(ULID(value: click.id)) AS BINARY(16))"
                appendUnion(index, "SELECT \(time) AS at, \(id) AS id", "(\(time), \(id))", to: &keys)
            }
            let removed = try connection.execute("""
                DELETE c FROM (\(keys)) k
                STRAIGHT_JOIN clicks c ON c.workspace_id = \(clicks[0].workspace) AND c.at = k.at AND c.id = k.id
                """)
            // Another process has moved some of them before this one had the lock: the next piece is read anew.
            guard removed == chunk.count else { throw MariaDBError(code: .recordChanged, message: "clicks were moved meanwhile") }
        }
    }
}
