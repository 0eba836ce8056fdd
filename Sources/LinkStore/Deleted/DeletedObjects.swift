import MariaDB
import Model
import Store

/// The table `deleted_objects`: when what lies in a workspace's bin was deleted.
public enum DeletedObjects {
    public enum Kind: String, Sendable {
        case link
        case page
        case qrCode = "qr_code"
    }

    /// So long it can be restored.
    public static let keepDays = 30
    /// Of one bin; the oldest make room. A run of `maskctl maintain` sees to it.
    public static let most = 100_000
    /// Of one transaction.
    private static let piece = 200

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

    /// The external ids that links had, by their ids.
    public static func externalIDs(
        of links: [LinkID], in bin: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [LinkID: String] {
        var kept: [LinkID: String] = [:]
        for chunk in chunks(of: links) {
            for row in try connection.query("""
                SELECT object_id, external_id FROM deleted_objects
                WHERE workspace_id = \(bin) AND object_id IN (\(list: Array(chunk))) AND external_id IS NOT NULL
                """) { kept[try row.identifier(0)] = try row.string(1) }
        }
        return kept
    }

    // MARK: Writing

    /// Notes what is in the bin from now on. In the transaction that moves it there.
    static func note<Thing>(
        _ things: [(id: Identifier<Thing>, externalID: String?)], _ kind: Kind, in bin: WorkspaceID, at now: Timestamp,
        on connection: Connection
    ) throws(MariaDBError) {
        for chunk in chunks(of: things) {
            var insertion: SQL = "INSERT INTO deleted_objects (workspace_id, object_id, kind, external_id, deleted_at) VALUES "
            appendRows(chunk, to: &insertion) { "(\(bin), \($0.id), \(kind.rawValue), \($0.externalID), \(now))" }
            try connection.execute(insertion)
        }
    }

    /// What is in the bin no longer.
    static func forget<Thing>(_ ids: [Identifier<Thing>], in bin: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        for chunk in chunks(of: ids) {
            try connection.execute("""
                DELETE d FROM (\(table(of: chunk))) r
                STRAIGHT_JOIN deleted_objects d ON d.workspace_id = \(bin) AND d.object_id = r.id
                """)
        }
    }

    /// Brings the rows that a table has of links under another workspace. What stands there already was written by who did not know
    /// yet that the link had gone, or come back.
    static func move(
        rowsOf ids: [LinkID], in name: SQL, from old: WorkspaceID, to new: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) {
        for chunk in chunks(of: ids) {
            let rows: SQL = "(\(table(of: chunk))) r STRAIGHT_JOIN \(name) t ON t.link_id = r.id AND t.workspace_id ="
            try connection.execute("DELETE t FROM \(rows) \(new)")
            try connection.execute("UPDATE \(rows) \(old) SET t.workspace_id = \(new)")
        }
    }

    /// Brings the totals of links or pages under another workspace. Clicks that were loaded meanwhile stand there already.
    static func moveTotals(
        of ids: [LinkID], from old: WorkspaceID, to new: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) {
        for chunk in chunks(of: ids) {
            let ids: SQL = "workspace_id = \(old) AND link_id IN (\(list: Array(chunk)))"
            try connection.execute("""
                INSERT INTO link_totals (workspace_id, link_id, clicks, humans, last_clicked_at)
                SELECT \(new), o.link_id, o.clicks, o.humans, o.last_clicked_at FROM link_totals o WHERE \(ids)
                ON DUPLICATE KEY UPDATE
                  clicks = link_totals.clicks + VALUE(clicks), humans = link_totals.humans + VALUE(humans),
                  last_clicked_at = GREATEST(link_totals.last_clicked_at, VALUE(last_clicked_at))
                """)
            try connection.execute("DELETE FROM link_totals WHERE \(ids)")
        }
    }

    // MARK: Forgetting

    /// Purges what lies in a bin and was on a domain that goes: it could not come back.
    public static func purge(on domain: DomainID, in bin: WorkspaceID, _ store: Store) throws {
        var isDone = false
        while !isDone {
            try store.write { connection in
                try connection.transaction { connection in
                    let links: [LinkID] = try ids("links", on: domain, in: bin, connection)
                    try Links.purge(Links.lock(links, in: bin, on: connection).values.sorted { $0.id < $1.id }, on: connection)
                    let pages: [PageID] = try ids("bio_pages", on: domain, in: bin, connection)
                    for page in pages {
                        if let page = try BioPages.find(page, in: bin, on: connection) { try BioPages.purge(page, on: connection) }
                    }
                    isDone = links.count < piece && pages.count < piece
                }
            }
        }
    }

    private static func ids<Thing>(
        _ table: String, on domain: DomainID, in bin: WorkspaceID, _ connection: Connection
    ) throws(MariaDBError) -> [Identifier<Thing>] {
        try connection.query("""
            SELECT id FROM \(unsafeText: table) WHERE domain_id = \(domain) AND workspace_id = \(bin) LIMIT \(piece)
            """).map { row throws(MariaDBError) in try row.identifier(0) }
    }

    /// Deletes for good what was deleted longer ago than it is kept, and the oldest of bins that hold too much.
    public static func settle(in store: Store, at now: Timestamp) throws {
        while try forget(before: now.adding(days: -keepDays), in: nil, store) {}
        var steps = Steps()
        for bin in try store.read({ try full(on: $0) }) {
            steps.take {
                guard let end = try store.read({ try end(of: bin, on: $0) }) else { return }
                while try forget(before: end, in: bin, store) {}
            }
        }
        try steps.finish()
    }

    /// - Returns: whether there may be more.
    private static func forget(before end: Timestamp, in bin: WorkspaceID?, _ store: Store) throws -> Bool {
        let condition: SQL = bin.map { "workspace_id = \($0) AND" } ?? ""
        let rows = try store.read { connection in
            try connection.query("""
                SELECT workspace_id, object_id, kind FROM deleted_objects WHERE \(condition) deleted_at < \(end)
                ORDER BY deleted_at LIMIT \(piece)
                """).map { row throws(MariaDBError) -> (bin: WorkspaceID, id: ULID, kind: Kind?) in
                    (try row.identifier(0), (try row.identifier(1) as LinkID).ulid, Kind(rawValue: try row.string(2)))
                }
        }
        for (bin, rows) in Dictionary(grouping: rows, by: \.bin) {
            func ids<Thing>(_ kind: Kind) -> [Identifier<Thing>] { rows.filter { $0.kind == kind }.map { Identifier($0.id) } }
            try store.write { connection in
                try connection.transaction { connection in
                    try Links.purge(Links.lock(ids(.link), in: bin, on: connection).values.sorted { $0.id < $1.id }, on: connection)
                    for page in ids(.page) as [PageID] {
                        if let page = try BioPages.find(page, in: bin, on: connection) { try BioPages.purge(page, on: connection) }
                    }
                    for code in ids(.qrCode) as [QRCodeID] {
                        if let code = try QRCodes.find(code, in: bin, on: connection) { try QRCodes.purge(code, on: connection) }
                    }
                    // Also those whose thing has gone by another way.
                    try forget(rows.map { LinkID($0.id) }, in: bin, on: connection)
                }
            }
        }
        return rows.count == piece
    }

    private static func full(on connection: Connection) throws(MariaDBError) -> [WorkspaceID] {
        try connection.query("SELECT workspace_id FROM deleted_objects GROUP BY workspace_id HAVING COUNT(*) > \(most)")
            .map { row throws(MariaDBError) in try row.identifier(0) }
    }

    private static func end(of bin: WorkspaceID, on connection: Connection) throws(MariaDBError) -> Timestamp? {
        try connection.query("""
            SELECT deleted_at FROM deleted_objects WHERE workspace_id = \(bin) ORDER BY deleted_at DESC LIMIT 1 OFFSET \(most)
            """).first.map { row throws(MariaDBError) in try row.timestamp(0).adding(seconds: 1) }
    }
}
