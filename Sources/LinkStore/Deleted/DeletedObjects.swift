import MariaDB
import Model
import Store

/// The table `deleted_objects`: when what lies in a workspace's bin was deleted.
public enum DeletedObjects {
    public enum Kind: String, Sendable, CaseIterable {
        case link
        case page
        case qrCode = "qr_code"
    }

    /// So long it can be restored.
    public static let keepDays = 30
    /// Of each kind in one bin, whatever the workspace may have; the oldest make room.
    public static let most = 100_000
    /// Of one transaction.
    static let piece = 200

    // MARK: Reading

    /// When things were deleted, by their ids.
    public static func times<Kind>(
        of ids: [Identifier<Kind>], in bin: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [Identifier<Kind>: Timestamp] {
        var times: [Identifier<Kind>: Timestamp] = [:]
        for chunk in chunks(of: ids) {
            for row in try connection.query("""
                SELECT object_id, deleted_at FROM deleted_objects WHERE workspace_id = \(bin) AND object_id IN (\(list: Array(chunk)))
                """) { times[try row.identifier(0)] = try row.timestamp(1) }
        }
        return times
    }

    /// Those that have to go so that as many more have room in a bin, the oldest first.
    /// - Parameter limit: of the kind.
    public static func inTheWay<Thing>(
        of number: Int, _ kind: Kind, limit: Int, in bin: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [Identifier<Thing>] {
        let limit = min(limit, most)
        func count() throws(MariaDBError) -> Int {
            // What is far beyond goes piece by piece.
            try connection.query("""
                SELECT CAST(COUNT(*) AS SIGNED)
                FROM (SELECT 1 FROM deleted_objects WHERE workspace_id = \(bin) AND kind = \(kind.rawValue) LIMIT \(limit + 1000)) d
                """).first?.integer(0) ?? 0
        }
        guard try count() + number > limit else { return [] }
        // Others who bring something wait, and count what this one has brought.
        try connection.execute("SELECT id FROM workspaces WHERE id = \(bin.ofBin.ofSandbox) FOR UPDATE")
        let count = try count()
        guard count + number > limit else { return [] }
        return try connection.query("""
            SELECT object_id FROM deleted_objects WHERE workspace_id = \(bin) AND kind = \(kind.rawValue)
            ORDER BY deleted_at LIMIT \(count + number - limit)
            """).map { row throws(MariaDBError) in try row.identifier(0) }
    }

    /// The bins with something that was deleted longer ago than it is kept.
    static func oldBins(at now: Timestamp, on connection: Connection) throws(MariaDBError) -> [WorkspaceID] {
        try connection.query("SELECT DISTINCT workspace_id FROM deleted_objects WHERE deleted_at < \(now.adding(days: -keepDays))")
            .map { row throws(MariaDBError) in try row.identifier(0) }
    }

    /// Some of it, the oldest first.
    static func old(
        in bin: WorkspaceID, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> [(id: ULID, kind: Kind?)] {
        try connection.query("""
            SELECT object_id, kind FROM deleted_objects WHERE workspace_id = \(bin) AND deleted_at < \(now.adding(days: -keepDays))
            ORDER BY deleted_at LIMIT \(piece)
            """).map { row throws(MariaDBError) in ((try row.identifier(0) as LinkID).ulid, Kind(rawValue: try row.string(1))) }
    }

    // MARK: Writing

    /// Notes what is in the bin from now on. In the transaction that moves it there.
    static func note<Thing>(
        _ ids: [Identifier<Thing>], _ kind: Kind, in bin: WorkspaceID, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) {
        for chunk in chunks(of: ids) {
            var insertion: SQL = "INSERT INTO deleted_objects (workspace_id, object_id, kind, deleted_at) VALUES "
            appendRows(chunk, to: &insertion) { "(\(bin), \($0), \(kind.rawValue), \(now))" }
            try connection.execute(insertion)
        }
    }

    /// What is in the bin no longer.
    public static func forget<Thing>(
        _ ids: [Identifier<Thing>], in bin: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) {
        for chunk in chunks(of: ids) {
            try connection.execute("""
                DELETE d FROM (\(table(of: chunk))) r
                STRAIGHT_JOIN deleted_objects d ON d.workspace_id = \(bin) AND d.object_id = r.id
                """)
        }
    }

    /// Brings the totals of links or pages under another workspace. Clicks that were loaded meanwhile stand there already, and who
    /// loads more waits.
    static func moveTotals(
        of ids: [LinkID], from old: WorkspaceID, to new: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) {
        for chunk in chunks(of: ids) {
            let ids: SQL = "workspace_id = \(old) AND link_id IN (\(list: Array(chunk)))"
            try connection.execute("""
                INSERT INTO link_totals (workspace_id, link_id, clicks, humans, last_clicked_at)
                SELECT \(new), o.link_id, o.clicks, o.humans, o.last_clicked_at FROM link_totals o WHERE \(ids) FOR UPDATE
                ON DUPLICATE KEY UPDATE
                  clicks = link_totals.clicks + VALUE(clicks), humans = link_totals.humans + VALUE(humans),
                  last_clicked_at = GREATEST(link_totals.last_clicked_at, VALUE(last_clicked_at))
                """)
            try connection.execute("DELETE FROM link_totals WHERE \(ids)")
        }
    }
}
