import Model
import Store

/// The table `api_requests`: every answered request, once.
public enum APIRequests {
    /// - Parameter recordedAt: by this host's clock.
    package static func table(recordedAt: Timestamp) -> JournalTable<APIRequest> {
        let recorded = recordedAt.sql
        return JournalTable(
            name: "api_requests",
            columns: "key_id, endpoint, resource, status, microseconds, changed, address, user_agent, @recorded",
            setting: "SET recorded_at = \(AuditLog.stored("@recorded").text)"
        ) { request, rows in
            rows.append(request.caller.stored.value)
            rows.append(request.endpoint)
            rows.append(request.resource)
            rows.append(request.status)
            rows.append(request.microseconds)
            rows.append(request.changed)
            rows.append(request.address)
            rows.append(request.userAgent)
            rows.append(recorded)
        }
    }
}

extension APIRequest: Journaled {}
