import MariaDB
import Model

/// The table `api_requests`.
public enum APIRequests {
    /// Stores requests. A request id is answered once, so one that is there already is the same row and is skipped.
    public static func insert(_ requests: [APIRequest], on connection: Connection) throws(MariaDBError) {
        guard !requests.isEmpty else { return }
        var rows = LoadRows()
        var times = TimeTexts()
        for request in requests {
            rows.append(request.workspace)
            rows.append(times.sql(request.at))
            rows.append(request.id)
            rows.append(request.key)
            rows.append(request.endpoint)
            rows.append(request.status)
            rows.append(request.microseconds)
            rows.endRow()
        }
        _ = try connection.load(rows.bytes, """
            LOAD DATA LOCAL INFILE 'requests' INTO TABLE api_requests CHARACTER SET binary
            (workspace_id, at, id, key_id, endpoint, status, microseconds)
            """)
    }
}
