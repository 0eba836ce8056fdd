/// Something that happened in a workspace and that webhooks can be told of.
public enum EventType: String, Sendable, CaseIterable {
    case linkCreated = "link.created"
    case linkUpdated = "link.updated"
    case linkDeleted = "link.deleted"
    case clickRecorded = "click.recorded"
    case pagePublished = "page.published"
    case subscriptionUpdated = "subscription.updated"
}

/// An event as it is stored and sent: the body is serialised once, and those bytes are sent on every attempt.
public struct Event: Sendable {
    public var id: EventID
    public var workspace: WorkspaceID
    public var type: EventType
    public var createdAt: Timestamp
    public var body: [UInt8]

    public init(id: EventID, workspace: WorkspaceID, type: EventType, createdAt: Timestamp, body: [UInt8]) {
        self.id = id
        self.workspace = workspace
        self.type = type
        self.createdAt = createdAt
        self.body = body
    }
}
