import MariaDB
import Model

/// How much a workspace has of what its quotas bound. Counted when it is asked for, along an index of the workspace: a counter
/// that every change had to move would make the changes of a workspace wait for one another.
public enum Quotas {
    /// - Returns: nil of what is not counted by the workspace.
    public static func used(
        _ quota: Quota, in workspace: WorkspaceID, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> Int? {
        guard let number = number(of: quota, in: workspace, at: now) else { return nil }
        return try connection.query("SELECT CAST(\(number) AS SIGNED)").first?.integer(0)
    }

    private static func number(of quota: Quota, in workspace: WorkspaceID, at now: Timestamp) -> SQL? {
        switch quota {
        // A narrow index: the rows themselves are hundreds of bytes each.
        case .links: "(SELECT COUNT(*) FROM links FORCE INDEX (external_id) WHERE workspace_id = \(workspace))"
        case .domains: "(SELECT COUNT(*) FROM domains WHERE workspace_id = \(workspace))"
        case .bioPages: "(SELECT COUNT(*) FROM bio_pages WHERE workspace_id = \(workspace))"
        case .pageVersions: nil
        case .images: "(SELECT COUNT(*) FROM images WHERE workspace_id = \(workspace))"
        case .qrCodes: "(SELECT COUNT(*) FROM qr_codes WHERE workspace_id = \(workspace))"
        case .apiKeys:
            """
            (SELECT COUNT(*) FROM api_keys
             WHERE workspace_id = \(workspace) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > \(now)))
            """
        // Who is invited has a place.
        case .members:
            """
            (SELECT (SELECT COUNT(*) FROM members WHERE workspace_id = \(workspace))
              + (SELECT COUNT(*) FROM one_time_links
                 WHERE workspace_id = \(workspace) AND purpose <> 'reset' AND ends_at > \(now)))
            """
        case .webhooks: "(SELECT COUNT(*) FROM webhooks WHERE workspace_id = \(workspace))"
        case .idempotencyBytes:
            """
            (SELECT COALESCE(SUM(size), 0) FROM idempotency_keys FORCE INDEX (size)
             WHERE workspace_id = \(workspace) AND size > 0)
            """
        }
    }
}
