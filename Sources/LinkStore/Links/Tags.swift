import MariaDB
import Model

/// The table `link_tags` as a list of the tags in use.
public enum Tags {
    /// One page, by their names: bytes of UTF-8.
    /// - Parameter last: of the page before, with the same prefix.
    /// - Returns: each with how many links have it.
    public static func list(
        beginning prefix: String, in workspace: WorkspaceID, after last: String?, limit: Int, on connection: Connection
    ) throws(MariaDBError) -> [(tag: String, links: Int)] {
        // Along the index from one tag to the next, without a look at those who have it.
        let start: SQL = last.map { "tag > \($0)" } ?? "tag >= \(prefix)"
        let tags = try connection.query("""
            SELECT tag FROM link_tags WHERE workspace_id = \(workspace) AND \(start) GROUP BY tag ORDER BY tag LIMIT \(limit)
            """).map { row throws(MariaDBError) in try row.string(0) }.prefix { $0.utf8.starts(with: prefix.utf8) }
        guard !tags.isEmpty else { return [] }
        var counts: [String: Int] = [:]
        for row in try connection.query("""
            SELECT tag, CAST(COUNT(*) AS SIGNED) FROM link_tags
            WHERE workspace_id = \(workspace) AND tag IN (\(list: Array(tags))) GROUP BY tag
            """) { counts[try row.string(0)] = try row.integer(1) }
        return tags.map { ($0, counts[$0] ?? 0) }
    }
}
