/// Something that happened in a workspace and that webhooks can be told of.
public enum EventType: String, Sendable, CaseIterable {
    case linkCreated = "link.created"
    case linkUpdated = "link.updated"
    case linkDeleted = "link.deleted"
    case clickRecorded = "click.recorded"
    case pagePublished = "page.published"
    case subscriptionUpdated = "subscription.updated"
    /// Sent to one endpoint when its owner asks for it.
    case webhookTest = "webhook.test"

    /// What an endpoint can subscribe to.
    public static let subscribable = allCases.filter { $0 != .webhookTest }

    /// Clicks go their own way, so that a viral link never delays the rest.
    public var lane: EventLane { self == .clickRecorded ? .clicks : .changes }
}

/// A way on which events are delivered; each has its own place in the queue.
public enum EventLane: Int, Sendable, CaseIterable {
    case changes = 0
    case clicks = 1
}

/// An event as it is stored and sent: the body is serialised once, and those bytes are sent on every attempt.
public struct Event: Sendable {
    public var id: EventID
    public var workspace: WorkspaceID
    public var type: EventType
    public var createdAt: Timestamp
    /// JSON with `id`, `type`, `timestamp`, `data` and, of updates, `previous`.
    public var body: [UInt8]
    /// The only endpoint that is told.
    public var webhook: WebhookID?
    /// The place among the events of its workspace, without gaps; nil until it is first picked up.
    public var sequence: Int?

    public init(
        id: EventID, workspace: WorkspaceID, type: EventType, createdAt: Timestamp, body: [UInt8],
        webhook: WebhookID? = nil, sequence: Int? = nil
    ) {
        self.id = id
        self.workspace = workspace
        self.type = type
        self.createdAt = createdAt
        self.body = body
        self.webhook = webhook
        self.sequence = sequence
    }
}
