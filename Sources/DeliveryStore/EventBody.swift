import JSON
import Model

extension Event {
    /// Standard Webhooks' `type`, `timestamp` and `data`, its own id, what differed before, and that it is of a sandbox.
    public static func about(
        _ type: EventType, in workspace: WorkspaceID, at now: Timestamp, data: JSON, previous: JSON? = nil
    ) -> Event {
        about(type, in: workspace, at: now, written: data.serialized(), previous: previous)
    }

    /// - Parameter data: as it is sent.
    public static func about(
        _ type: EventType, in workspace: WorkspaceID, at now: Timestamp, written data: [UInt8], previous: JSON? = nil
    ) -> Event {
        let id = EventID.new()
        var body = JSONText()
        body.member("id", id.description)
        body.member("type", type.rawValue)
        body.member("timestamp", now.rfc3339)
        body.member("data", written: data)
        if workspace.isSandbox { body.member("test", written: Array("true".utf8)) }
        if let previous { body.member("previous", written: previous.serialized()) }
        return Event(id: id, workspace: workspace, type: type, createdAt: now, body: body.finished())
    }
}
