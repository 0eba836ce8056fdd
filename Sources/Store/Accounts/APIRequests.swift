import MariaDB
import Model

/// The table `api_requests`: every answered request, once.
public enum APIRequests {
    /// Stores requests and returns whether all were new. Where not all were, nothing can be said of any one of them: the
    /// caller rolls back and asks ``stored(in:from:to:on:)``.
    public static func insert(
        _ requests: [APIRequest], recordedAt: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> Bool {
        guard !requests.isEmpty else { return true }
        var rows = LoadRows()
        var times = TimeTexts()
        let recorded = recordedAt.sql
        for request in requests {
            rows.append(request.workspace)
            rows.append(times.sql(request.at))
            rows.append(request.id)
            rows.append(request.key)
            rows.append(request.endpoint)
            rows.append(request.resource)
            rows.append(request.status)
            rows.append(request.microseconds)
            rows.append(request.changed)
            rows.append(request.address)
            rows.append(request.userAgent)
            rows.append(recorded)
            rows.endRow()
        }
        return try connection.load(rows.bytes, """
            LOAD DATA LOCAL INFILE 'requests' INTO TABLE api_requests CHARACTER SET binary
            (workspace_id, at, id, key_id, endpoint, resource, status, microseconds, changed, address, user_agent, @recorded)
            SET recorded_at = \(AuditLog.stored("@recorded").text)
            """) == requests.count
    }

    /// The ids of the requests of a workspace that are stored with a time in a range, both ends included.
    public static func stored(
        in workspace: WorkspaceID, from first: Timestamp, to last: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> Set<UInt128> {
        var ids: Set<UInt128> = []
        for row in try connection.query(
            "SELECT id FROM api_requests WHERE workspace_id = \(workspace) AND at BETWEEN \(first) AND \(last)")
        {
            if let id = ULID(bytes: try row.bytes(0)) { ids.insert(id.value) }
        }
        return ids
    }
}
