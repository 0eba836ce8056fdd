import MariaDB
import Model
import Store
import Text

/// The table `link_text_blocks`: what a thousand links side by side have in their texts, so that a search passes over those that
/// cannot have it.
///
/// A block that may be wrong is not there: whoever changes a text drops its block, and where there is none the texts are looked
/// through. `maskctl maintain` makes those that are missing, of links older than an hour: no other comes between them by then.
public enum LinkTextBlocks {
    static let blockLinks = 1000
    private static let settledSeconds = 3600
    /// Of a search, more would hardly exclude more.
    private static let mostGrams = 32
    /// More stretches of links are not told apart.
    private static let mostStretches = 64

    /// A stretch of links by their ids.
    struct Stretch: Equatable {
        /// The last link before it.
        var after: LinkID
        /// Its last link; nil up to the newest.
        var last: LinkID?
    }

    private struct Block {
        var stretch: Stretch
        /// Whether a search may find something in it.
        var matches: Bool
    }

    // MARK: Reading

    /// Where links may be that have one of the texts, newest first; nil where that may be anywhere.
    static func stretches(
        having texts: [[UInt8]], in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [Stretch]? {
        let forms = texts.map(TextGrams.places(of:))
        guard forms.allSatisfy({ !$0.isEmpty }) else { return nil }
        var condition: SQL = "FALSE"
        for form in forms {
            condition += " OR (TRUE"
            for place in form.sorted(by: { $0.byte < $1.byte }).prefix(mostGrams).filledUp {
                condition += " AND ORD(SUBSTR(grams, \(place.byte + 1), 1)) & \(Int(place.bit)) > 0"
            }
            condition += ")"
        }
        let blocks = try blocks(of: workspace, matching: condition, on: connection)
        return blocks.isEmpty ? nil : open(between: blocks)
    }

    private static func blocks(
        of workspace: WorkspaceID, matching condition: SQL, on connection: Connection
    ) throws(MariaDBError) -> [Block] {
        try connection.query("""
            SELECT after_link, last_link, \(condition) FROM link_text_blocks WHERE workspace_id = \(workspace) ORDER BY last_link DESC
            """).map { row throws(MariaDBError) in
            Block(stretch: Stretch(after: try row.identifier(0), last: try row.identifier(1)), matches: try row.bool(2))
        }
    }

    /// What no block excludes. Stretches side by side are one, and so are the oldest where they are too many.
    private static func open(between blocks: [Block]) -> [Stretch] {
        var open: [Stretch] = []
        var end: LinkID?
        func add(_ stretch: Stretch) {
            if let last = open.last, last.after == stretch.last || open.count == mostStretches {
                open[open.count - 1].after = stretch.after
            } else {
                open.append(stretch)
            }
        }
        for block in blocks {
            if block.stretch.last != end, let last = block.stretch.last { add(Stretch(after: last, last: end)) }
            if block.matches { add(block.stretch) }
            end = block.stretch.after
        }
        if end != LinkID(.lowest) { add(Stretch(after: LinkID(.lowest), last: end)) }
        return open
    }

    // MARK: Writing

    /// Drops the blocks that links are in. In the caller's transaction, after the texts: who makes a block has locked them, so it
    /// is either there by now or made of what they are then.
    /// - Parameter links: by their ids.
    static func drop(_ links: [LinkID], in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        guard let first = links.first, let end = links.last else { return }
        let places: SQL = "SELECT after_link, last_link FROM link_text_blocks WHERE workspace_id = \(workspace) AND"
        // The first beyond the end may begin before it; more of them if, against expectation, they overlap.
        let stretches = try connection.query("""
            (\(places) last_link >= \(first) AND last_link < \(end) LOCK IN SHARE MODE)
            UNION ALL (\(places) last_link >= \(end) ORDER BY last_link LIMIT 4 LOCK IN SHARE MODE)
            """).map { row throws(MariaDBError) -> (after: LinkID, last: LinkID) in (try row.identifier(0), try row.identifier(1)) }
        let wrong = stretches.filter { stretch in links.contains { $0 > stretch.after && $0 <= stretch.last } }
        for chunk in chunks(of: wrong.map(\.last).sorted()) {
            try connection.execute("""
                DELETE FROM link_text_blocks WHERE workspace_id = \(workspace) AND last_link IN (\(list: Array(chunk)))
                """)
        }
    }

    /// Drops the blocks of links before one, which have all gone. A block of links that have gone hides nothing: it would only stay for ever.
    public static func forget(before link: LinkID, in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        try connection.execute("DELETE FROM link_text_blocks WHERE workspace_id = \(workspace) AND last_link < \(link)")
    }

    /// Makes the blocks that are missing.
    public static func build(in store: Store, at now: Timestamp) throws {
        guard try store.read({ try LinkTextPass.isComplete(on: $0) }) else { return }
        let end = LinkID(ULID.first(at: now.adding(seconds: -settledSeconds)))
        var steps = Steps()
        for workspace in try store.read({ try workspaces(on: $0) }) {
            steps.take {
                try store.write { connection in
                    // Nothing while another host does so.
                    _ = try NamedLock.hold("texts.\(workspace.ulid)", on: connection) {
                        try build(before: end, in: workspace, on: connection)
                    }
                }
            }
        }
        try steps.finish()
    }

    private static func workspaces(on connection: Connection) throws(MariaDBError) -> [WorkspaceID] {
        let own: [WorkspaceID] = try connection.query("SELECT id FROM workspaces").map { row throws(MariaDBError) in try row.identifier(0) }
        return try own + APIKeys.sandboxes(on: connection)
    }

    private static func build(before end: LinkID, in workspace: WorkspaceID, on connection: Connection) throws {
        for stretch in open(between: try blocks(of: workspace, matching: "FALSE", on: connection)) {
            var rest = stretch
            while let made = try connection.transaction({ try build(rest, before: end, in: workspace, on: $0) }) { rest.after = made }
        }
    }

    /// Makes the first block of a stretch. Its texts are locked meanwhile: who changes one then drops the block.
    /// - Returns: its last link; nil where there is no more to make.
    private static func build(
        _ stretch: Stretch, before end: LinkID, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> LinkID? {
        guard stretch.after != stretch.last else { return nil }
        let condition: SQL = stretch.last.map { "link_id <= \($0)" } ?? "link_id < \(end)"
        let texts = try connection.query("""
            SELECT link_id, text FROM link_texts
            WHERE workspace_id = \(workspace) AND link_id > \(stretch.after) AND \(condition)
            ORDER BY link_id LIMIT \(blockLinks) LOCK IN SHARE MODE
            """)
        guard let newest = texts.last,
            let last: LinkID = texts.count == blockLinks ? try newest.identifier(0) : stretch.last
        else { return nil }
        var grams = TextGrams()
        for row in texts {
            if row.isNull(1) { grams.insertAll() } else { grams.insert(try row.bytes(1)) }
        }
        try connection.execute("""
            INSERT IGNORE INTO link_text_blocks (workspace_id, last_link, after_link, grams)
            SELECT \(workspace), \(last), \(stretch.after), \(grams.bytes) FROM DUAL
            WHERE NOT EXISTS (
              SELECT 1 FROM link_text_blocks b
              WHERE b.workspace_id = \(workspace) AND b.last_link > \(stretch.after) AND b.after_link < \(last))
            """)
        // A link that was restored meanwhile has come between them: the block would hide it.
        let count = try connection.query("""
            SELECT CAST(COUNT(*) AS SIGNED) FROM link_texts
            WHERE workspace_id = \(workspace) AND link_id > \(stretch.after) AND link_id <= \(last) LOCK IN SHARE MODE
            """).first?.integer(0)
        if count != texts.count { try drop([last], in: workspace, on: connection) }
        return last
    }
}
