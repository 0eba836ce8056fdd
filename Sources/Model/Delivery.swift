/// One event on its way to one endpoint.
public struct Delivery: Sendable, Equatable {
    public enum Status: String, Sendable, CaseIterable {
        /// To be tried, now or later.
        case waiting
        case succeeded
        /// All attempts have failed.
        case failed
        /// Never tried: the endpoint was disabled. Can be recovered.
        case discarded
    }

    public enum Trigger: String, Sendable {
        case automatic
        /// A replay or a recovery.
        case manual
    }

    public var id: DeliveryID
    public var workspace: WorkspaceID
    public var webhook: WebhookID
    public var event: EventID
    public var type: EventType
    public var status: Status
    public var trigger: Trigger
    public var attempts: Int
    /// When it is tried next; nil when it is finished.
    public var dueAt: Timestamp?
    public var createdAt: Timestamp
    public var finishedAt: Timestamp?

    public init(
        id: DeliveryID = .new(), workspace: WorkspaceID, webhook: WebhookID, event: EventID, type: EventType,
        status: Status = .waiting, trigger: Trigger = .automatic, attempts: Int = 0, dueAt: Timestamp? = nil,
        createdAt: Timestamp, finishedAt: Timestamp? = nil
    ) {
        self.id = id
        self.workspace = workspace
        self.webhook = webhook
        self.event = event
        self.type = type
        self.status = status
        self.trigger = trigger
        self.attempts = attempts
        self.dueAt = dueAt
        self.createdAt = createdAt
        self.finishedAt = finishedAt
    }
}

/// What came of one attempt at a delivery.
public struct DeliveryAttempt: Sendable, Equatable {
    /// From 1.
    public var number: Int
    public var startedAt: Timestamp
    public var milliseconds: Int
    /// The address that was connected to; empty where there was none.
    public var address: String
    public var httpVersion: String
    /// The answer's status; nil where there was no answer.
    public var status: Int?
    /// Why there was none: `timeout`, `blocked_address`, ….
    public var error: String?
    /// The first 16 KiB of the answer.
    public var body: [UInt8]

    public init(
        number: Int, startedAt: Timestamp, milliseconds: Int, address: String = "", httpVersion: String = "",
        status: Int? = nil, error: String? = nil, body: [UInt8] = []
    ) {
        self.number = number
        self.startedAt = startedAt
        self.milliseconds = milliseconds
        self.address = address
        self.httpVersion = httpVersion
        self.status = status
        self.error = error
        self.body = body
    }

    public var isSuccess: Bool { status.map { (200..<300).contains($0) } ?? false }
}
