import MariaDB
import Model
import Store

// The table `link_budgets`: what has been given out of `max_clicks`.
extension Links {
    /// Takes one redirect out of a link's budget. False when all have been given out.
    ///
    /// One statement decides, so that over all processes never one too many is given out. A request that comes again, because
    /// the worker that had it died before it answered, has what it took: the row knows the latest that were given one.
    /// - Parameter request: 16 bytes that no other request has.
    public static func takeClick(
        of id: LinkID, in workspace: WorkspaceID, maximum: Int, request: [UInt8], on connection: Connection
    ) throws(MariaDBError) -> Bool {
        guard maximum > 0 else { return false }
        while true {
            // SET goes from left to right: `taken` is told by the requests of before.
            let taken = try connection.execute("""
                UPDATE link_budgets
                SET taken = taken + (LOCATE(\(request), requests) = 0),
                    requests = IF(LOCATE(\(request), requests) = 0, RIGHT(CONCAT(requests, \(request)), \(budgetRequestBytes)), requests)
                WHERE workspace_id = \(workspace) AND link_id = \(id)
                  AND (taken < \(maximum) OR LOCATE(\(request), requests) > 0)
                """)
            if taken == 1 { return true }
            let opened = try connection.execute("""
                INSERT IGNORE INTO link_budgets (workspace_id, link_id, taken, requests)
                VALUES (\(workspace), \(id), 1, \(request))
                """)
            if opened == 1 { return true }
            guard try hasClicksLeft(id, in: workspace, maximum: maximum, on: connection) else { return false }
        }
    }

    /// Of the column `requests`: 128 of them.
    private static let budgetRequestBytes = 2048

    /// Whether a link's budget has not been given out yet. Whoever wants a redirect has to take it.
    public static func hasClicksLeft(
        _ id: LinkID, in workspace: WorkspaceID, maximum: Int, on connection: Connection
    ) throws(MariaDBError) -> Bool {
        try connection.query("""
            SELECT taken < \(maximum) FROM link_budgets WHERE workspace_id = \(workspace) AND link_id = \(id)
            """).first?.bool(0) ?? (maximum > 0)
    }
}
