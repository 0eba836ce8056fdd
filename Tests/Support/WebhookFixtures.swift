import Crypto
import DeliveryStore
import HTTP
import JSON
import Logging
import MariaDB
import Model
import Store
import Webhooks

extension TestDatabase {
    /// Encrypts the secrets of the endpoints that tests make.
    public static let secretKey = "0123456789abcdef0123456789abcdef"

    @discardableResult
    public func makeWebhook(
        of tenant: Tenant, to url: String = "https://receiver.example/", events: [String] = ["*"],
        filter: EventFilter = EventFilter(), secret: WebhookSecret = .random(), enabled: Bool = true
    ) throws -> Webhook {
        var webhook = Webhook(
            workspace: tenant.workspace.id, url: url, events: events.compactMap { EventPattern($0) }, createdAt: .now())
        webhook.filter = filter
        webhook.enabled = enabled
        let sealed = try seal(secret.bytes, secret: Self.secretKey)
        try store.write { connection in
            try connection.transaction { try WebhookEndpoints.create(webhook, secret: sealed, on: $0) }
        }
        return webhook
    }

    /// Writes events as changes of links do, in one transaction.
    @discardableResult
    public func makeEvents(
        _ count: Int = 1, of tenant: Tenant, type: EventType = .linkCreated, webhook: WebhookID? = nil,
        data: JSON = ["domain": "go.demo.example", "tags": []]
    ) throws -> [Event] {
        let events = (0..<count).map { _ in
            let id = EventID.new()
            let body: JSON = ["id": .string(id.description), "type": .string(type.rawValue), "data": data]
            return Event(
                id: id, workspace: tenant.workspace.id, type: type, createdAt: .now(), body: body.serialized(),
                webhook: webhook)
        }
        try store.write { connection in
            try connection.transaction { try Events.insert(events, on: $0) }
        }
        return events
    }

    /// Picks up until nothing waits.
    @discardableResult
    public func pickUpAll(_ lane: EventLane = .changes, limit: Int = 500, at now: Timestamp = .now()) throws -> Int {
        var count = 0
        while true {
            let picked = try senderStore.write {
                var reader = EventReader()
                return try Outbox.pickUp(lane, limit: limit, at: now, .init { reader.matches($0, $1) }, on: $0)
            }
            if picked.count == 0 { return count }
            count += picked.count
        }
    }

    /// The rows of one column or several, as text.
    public func texts(_ query: SQL) throws -> [[String]] {
        try administratorStore.read { connection in
            try connection.query(query).map { row in try (0..<row.values.count).map { try row.optionalString($0) ?? "NULL" } }
        }
    }

    public func number(_ query: SQL) throws -> Int { try administratorStore.read { try $0.query(query)[0].integer(0) } }

    /// A sender that may go to this machine.
    public func makeSender(
        whole: Int = 15_000, key: String = TestDatabase.secretKey, ports: Set<Int>? = nil, logLevel: Logger.Level = .critical
    ) throws -> Sender {
        var logger = Logger(label: "sender") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel
        let addresses = AddressPolicy(opened: [try AddressRange(validating: "127.0.0.0/8")], ports: ports)
        return try Sender(
            store: senderStore, policy: WebhookPolicy(allowsHTTP: true, addresses: addresses, key: key),
            limits: .init(wholeMilliseconds: whole), logger: logger)
    }
}
