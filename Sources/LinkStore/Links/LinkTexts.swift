import MariaDB
import Model
import Store

/// The table `link_texts`: what searches look through. A page's place among the links has none.
public enum LinkTexts {
    static func insertion(of link: Link) -> SQL? {
        guard link.workspace != .ofPages else { return nil }
        return SQL(
            text: "INSERT INTO link_texts (workspace_id, link_id, text) VALUES (?, ?, ?)",
            binding: [link.workspace.sqlValue, link.id.sqlValue, LinkText.of(link).sqlValue])
    }

    /// Of new links.
    static func insert(_ links: [Link], on connection: Connection) throws(MariaDBError) {
        var rows = LoadRows()
        for link in links {
            rows.append(link.workspace)
            rows.append(link.id)
            rows.append(LinkText.of(link).sqlValue)
            rows.endRow()
        }
        try rows.load(
            links.count,
            "LOAD DATA LOCAL INFILE 'texts' INTO TABLE link_texts CHARACTER SET binary (workspace_id, link_id, text)", on: connection)
    }

    /// Writes what links have now. In the caller's transaction.
    public static func replace(of links: [Link], on connection: Connection) throws(MariaDBError) {
        // In the order of the key: who changes the same links waits, and is not waited for.
        let links = links.sorted { ($0.workspace, $0.id) < ($1.workspace, $1.id) }
        try replace(links.map { Row(workspace: $0.workspace, link: $0.id, text: LinkText.of($0)) }, on: connection)
        for (workspace, links) in Dictionary(grouping: links, by: \.workspace) {
            try LinkTextBlocks.drop(links.map(\.id), in: workspace, on: connection)
        }
    }

    struct Row {
        var workspace: WorkspaceID
        var link: LinkID
        var text: [UInt8]?
    }

    static func replace(_ rows: [Row], on connection: Connection) throws(MariaDBError) {
        for chunk in chunks(of: rows) {
            var insertion: SQL = "INSERT INTO link_texts (workspace_id, link_id, text) VALUES "
            appendRows(chunk, to: &insertion) { "(\($0.workspace), \($0.link), \($0.text))" }
            try connection.execute(insertion + " ON DUPLICATE KEY UPDATE text = VALUES(text)")
        }
    }

    /// Deletes texts whose link is gone: workers of the version before leave them.
    /// - Parameter condition: which, of `link_texts` as s.
    static func deleteOrphans(_ condition: SQL, on connection: Connection) throws(MariaDBError) {
        // Looked for without locks: a link and its text come into sight at once, so a text alone is no new link's.
        let orphans = try connection.query("""
            SELECT s.workspace_id, s.link_id
            FROM link_texts s LEFT JOIN links l ON l.workspace_id = s.workspace_id AND l.id = s.link_id
            WHERE \(condition) AND l.id IS NULL
            """).map { row throws(MariaDBError) -> (WorkspaceID, LinkID) in (try row.identifier(0), try row.identifier(1)) }
        for (workspace, orphans) in Dictionary(grouping: orphans, by: \.0) {
            for chunk in chunks(of: orphans.map(\.1)) {
                try connection.execute(Links.deletion(from: "link_texts", of: chunk, in: workspace))
            }
        }
    }
}
