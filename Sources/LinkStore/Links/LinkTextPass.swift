import MariaDB
import Model
import Store

/// The table `link_text_passes`: how far the links that were there before `link_texts` have got their texts.
///
/// A pass goes along all links and makes their texts what they should be; who is killed leaves its place, where the next run goes
/// on. The first, of `maskctl migrate`, fills the table. Workers of the version before go on writing links without texts, so one
/// that begins a day later mends what they have left. Searches use the texts from its end on.
public enum LinkTextPass {
    /// Links of one transaction.
    private static let pieceLinks = 1000
    /// After which no worker of the version before is left.
    private static let upgradeDays = 1

    /// Whether every link has its text.
    public static func isComplete(on connection: Connection) throws(MariaDBError) -> Bool {
        try connection.query("SELECT complete FROM link_text_passes WHERE id = 1").first?.bool(0) ?? false
    }

    /// Whether a pass has been left, or the last one can begin.
    public static func isDue(at now: Timestamp, on connection: Connection) throws(MariaDBError) -> Bool {
        try !connection.query("""
            SELECT 1 FROM link_text_passes
            WHERE id = 1 AND NOT complete AND (begun_at IS NOT NULL OR since <= \(now.adding(days: -upgradeDays)))
            """).isEmpty
    }

    /// Goes on with the pass, or begins one, and tells after each piece how many links it has been at.
    public static func run(in store: Store, at now: Timestamp = .now(), each: (Int) -> Void = { _ in }) throws {
        guard try store.read({ try !isComplete(on: $0) }) else { return }
        var done = 0
        while case let count = try store.write({ try $0.transaction { try mendPiece(at: now, on: $0) } }), count > 0 {
            done += count
            each(done)
        }
    }

    /// - Returns: how many links that were; 0 at the end of the pass.
    private static func mendPiece(at now: Timestamp, on connection: Connection) throws(MariaDBError) -> Int {
        guard let place = try connection.query("""
            SELECT last_workspace, last_link FROM link_text_passes WHERE id = 1 AND NOT complete FOR UPDATE
            """).first
        else { return 0 }
        let (workspace, last): (WorkspaceID, LinkID) = (try place.identifier(0), try place.identifier(1))
        var links = try read("workspace_id = \(workspace) AND id > \(last)", on: connection)
        if links.isEmpty { links = try read("workspace_id > \(workspace)", on: connection) }
        let rest: SQL = "(s.workspace_id = \(workspace) AND s.link_id > \(last) OR s.workspace_id > \(workspace))"
        guard let end = links.last else {
            try LinkTexts.deleteOrphans(rest, on: connection)
            try finish(at: now, on: connection)
            return 0
        }
        try LinkTexts.replace(links.filter { $0.workspace != .ofPages }, on: connection)
        try LinkTexts.deleteOrphans(
            "\(rest) AND (s.workspace_id < \(end.workspace) OR s.workspace_id = \(end.workspace) AND s.link_id <= \(end.link))",
            on: connection)
        try connection.execute("""
            UPDATE link_text_passes
            SET begun_at = COALESCE(begun_at, \(now)), last_workspace = \(end.workspace), last_link = \(end.link)
            WHERE id = 1
            """)
        return links.count
    }

    /// Each locked until its text is written: a change of it waits.
    private static func read(_ condition: SQL, on connection: Connection) throws(MariaDBError) -> [LinkTexts.Row] {
        try connection.query("""
            SELECT workspace_id, id, slug, title, url FROM links
            WHERE \(condition) ORDER BY workspace_id, id LIMIT \(pieceLinks) LOCK IN SHARE MODE
            """).map { row throws(MariaDBError) in
            let text = LinkText.of(slug: try row.string(2), title: try row.optionalString(3), url: try row.string(4))
            return LinkTexts.Row(workspace: try row.identifier(0), link: try row.identifier(1), text: text)
        }
    }

    private static func finish(at now: Timestamp, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            UPDATE link_text_passes
            SET complete = COALESCE(begun_at, \(now)) >= since + INTERVAL \(upgradeDays) DAY, begun_at = NULL,
                last_workspace = \(ULID.lowest), last_link = \(ULID.lowest)
            WHERE id = 1
            """)
    }
}
