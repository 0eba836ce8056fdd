/// An endpoint that is told of events by signed HTTP requests.
public struct Webhook: Sendable, Equatable {
    public var id: WebhookID
    public var workspace: WorkspaceID
    public var url: String
    public var description: String?
    public var events: [EventPattern]
    public var filter = EventFilter()
    public var enabled = true
    /// Why it was disabled, where it was not its owner who did.
    public var disabledReason: String?
    public var disabledAt: Timestamp?
    /// Until when the secret before the last rotation signs as well.
    public var previousSecretEndsAt: Timestamp?
    /// Grows by one with each change: the entity tag, and what an update compares with.
    public var version = 1
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
    public var health = WebhookHealth()

    public init(
        id: WebhookID = .new(), workspace: WorkspaceID, url: String, events: [EventPattern], createdAt: Timestamp
    ) {
        self.id = id
        self.workspace = workspace
        self.url = url
        self.events = events
        self.createdAt = createdAt
        updatedAt = createdAt
    }

    /// Whether its health starts over: its URL changed, or it was re-enabled.
    public func beginsAnew(after before: Webhook) -> Bool { enabled && (url != before.url || !before.enabled) }

    public func wants(_ type: EventType) -> Bool { events.contains { $0.matches(type) } }
}

/// How an endpoint is doing, as its sender knows it.
public struct WebhookHealth: Sendable, Equatable {
    /// Attempts that failed since the last success.
    public var failures = 0
    public var failingSince: Timestamp?
    public var lastSuccessAt: Timestamp?
    /// Deliveries that are not finished.
    public var waiting = 0
    /// Clicks beyond the backlog that it was never told of.
    public var clicksDropped = 0

    public init() {}
}

/// Which links' events an endpoint is told of; all conditions have to hold.
public struct EventFilter: Sendable, Equatable {
    public var link: LinkID?
    public var host: String?
    public var tag: String?

    public init(link: LinkID? = nil, host: String? = nil, tag: String? = nil) {
        self.link = link
        self.host = host
        self.tag = tag
    }

    public var isEmpty: Bool { link == nil && host == nil && tag == nil }

    /// Whether it names this link. One that has been deleted has neither host nor tags any more.
    public func matches(_ link: LinkID, host: String?, tags: [String]) -> Bool {
        (self.link ?? link) == link && (self.host == nil || self.host == host) && tag.map(tags.contains) != false
    }
}

/// What an endpoint subscribes to: one type (`link.created`), a family (`link.*`), or everything (`*`).
public struct EventPattern: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// Nil for what no event is called.
    public init?(_ text: String) {
        guard Self.all.contains(text) else { return nil }
        description = text
    }

    public func matches(_ type: EventType) -> Bool {
        description == "*" || description == type.rawValue
            || description.hasSuffix(".*") && type.rawValue.hasPrefix(description.dropLast())
    }

    public static let everything = ["*"]

    /// Every pattern there is.
    public static let all: [String] = {
        let families = Set(EventType.subscribable.map { String($0.rawValue.prefix { $0 != "." }) + ".*" })
        return everything + families.sorted() + EventType.subscribable.map(\.rawValue)
    }()
}

/// A webhook's secret (Standard Webhooks 1.0): `whsec_` and the base64 of 32 random bytes, which sign.
public struct WebhookSecret: Sendable {
    public static let prefix = "whsec_"
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }

    public static func random() -> WebhookSecret {
        var source = SystemRandomNumberGenerator()
        return WebhookSecret(bytes: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &source) })
    }
}
