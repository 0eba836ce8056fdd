import MariaDB
import Model

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
    private static let mostRanges = 64

    /// A stretch of links by their ids.
    struct Range: Equatable {
        /// The last link before it.
        var after: LinkID
        /// Its last link; nil up to the newest.
        var last: LinkID?
    }

    private struct Block {
        var range: Range
        /// Whether a search may find something in it.
        var matches: Bool
    }

    private static let first = LinkID(ULID(value: 0))

    // MARK: Reading

    /// Where links may be that have one of the texts, newest first; nil where that may be anywhere.
    static func ranges(
        having texts: [[UInt8]], in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [Range]? {
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
        return blocks.isEmpty ? nil : holes(between: blocks)
    }

    private static func blocks(
        of workspace: WorkspaceID, matching condition: SQL, on connection: Connection
    ) throws(MariaDBError) -> [Block] {
        try connection.query("""
            SELECT after_link, last_link, \(condition) FROM link_text_blocks WHERE workspace_id = \(workspace) ORDER BY last_link DESC
            """).map { row throws(MariaDBError) in
            Block(range: Range(after: try row.identifier(0), last: try row.identifier(1)), matches: try row.bool(2))
        }
    }

    /// What no block excludes. Stretches side by side are one, and so are the oldest where they are too many.
    private static func holes(between blocks: [Block]) -> [Range] {
        var holes: [Range] = []
        var end: LinkID?
        func add(_ range: Range) {
            if let last = holes.last, last.after == range.last || holes.count == mostRanges {
                holes[holes.count - 1].after = range.after
            } else {
                holes.append(range)
            }
        }
        for block in blocks {
            if block.range.last != end, let last = block.range.last { add(Range(after: last, last: end)) }
            if block.matches { add(block.range) }
            end = block.range.after
        }
        if end != first { add(Range(after: first, last: end)) }
        return holes
    }

    // MARK: Writing

    /// Drops the block that a link is in, and the next one where it is in none. In the caller's transaction.
    static func drop(_ link: LinkID, in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            DELETE FROM link_text_blocks WHERE workspace_id = \(workspace) AND last_link >= \(link) ORDER BY last_link LIMIT 1
            """)
    }

    /// Makes the blocks that are missing.
    public static func build(in store: Store, at now: Timestamp) throws {
        guard try store.read({ try LinkTextPass.isComplete(on: $0) }) else { return }
        let end = LinkID(ULID.first(at: now.adding(seconds: -settledSeconds)))
        for workspace in try store.read({ try workspaces(on: $0) }) {
            let present = try store.read { try blocks(of: workspace, matching: "FALSE", on: $0) }
            for hole in holes(between: present) {
                var rest = hole
                while let made = try store.write({ try $0.transaction { try build(rest, before: end, in: workspace, on: $0) } }) {
                    rest.after = made
                }
            }
        }
    }

    private static func workspaces(on connection: Connection) throws(MariaDBError) -> [WorkspaceID] {
        try connection.query("SELECT id FROM workspaces").map { row throws(MariaDBError) in try row.identifier(0) }
    }

    /// Makes the first block of a stretch. Its texts are locked meanwhile: who changes one then drops the block.
    /// - Returns: its last link; nil where there is no more to make.
    private static func build(
        _ range: Range, before end: LinkID, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> LinkID? {
        guard range.after != range.last else { return nil }
        let (condition, isOpen): (SQL, Bool) = range.last.map { ("link_id <= \($0)", false) } ?? ("link_id < \(end)", true)
        let texts = try connection.query("""
            SELECT link_id, text FROM link_texts
            WHERE workspace_id = \(workspace) AND link_id > \(range.after) AND \(condition)
            ORDER BY link_id LIMIT \(blockLinks) LOCK IN SHARE MODE
            """)
        guard let newest = texts.last, !isOpen || texts.count == blockLinks else { return nil }
        let newestLink: LinkID = try newest.identifier(0)
        var grams = TextGrams()
        for row in texts {
            if row.isNull(1) { grams.insertAll() } else { grams.insert(try row.bytes(1)) }
        }
        let last: LinkID = texts.count == blockLinks ? newestLink : range.last ?? newestLink
        try connection.execute("""
            INSERT IGNORE INTO link_text_blocks (workspace_id, last_link, after_link, grams)
            VALUES (\(workspace), \(last), \(range.after), \(grams.bytes))
            """)
        return last
    }
}
