import JSON
import Model

extension Event {
    /// Standard Webhooks' `type`, `timestamp` and `data`, its own id, and what differed before.
    public static func about(
        _ type: EventType, in workspace: WorkspaceID, at now: Timestamp, data: JSON, previous: JSON? = nil
    ) -> Event {
        let id = EventID.new()
        var body: JSONObject = [
            "id": .string(id.description), "type": .string(type.rawValue), "timestamp": .string(now.rfc3339), "data": data,
        ]
        if let previous { body["previous"] = previous }
        return Event(id: id, workspace: workspace, type: type, createdAt: now, body: JSON.object(body).serialized())
    }
}
