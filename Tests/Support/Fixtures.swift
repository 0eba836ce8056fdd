import Crypto
import DeliveryStore
import LinkStore
import MariaDB
import Model
import Store
import Synchronization

/// A workspace with a domain of its own and a key that may do everything public.
public struct Tenant: Sendable {
    public var workspace: Workspace
    public var domain: Domain
    public var key: APIKey
    /// What stands behind `Authorization: Bearer`.
    public var token: String
}

extension TestDatabase {
    public func makeTenant(
        slug: String = "demo", host: String? = nil, plan: Plan = .enterprise, scopes: [Scope] = Scope.publicScopes
    ) throws -> Tenant {
        let workspace = Workspace(id: .new(), slug: slug, name: "Workspace \(slug)", plan: plan, createdAt: .now())
        let domain = Domain(id: .new(), workspace: workspace.id, host: host ?? "go.\(slug).example", createdAt: .now())
        try store.write { connection in
            try Workspaces.create(workspace, on: connection)
            try Domains.create(domain, on: connection)
        }
        let (key, token) = try makeKey(in: workspace, scopes: scopes)
        return Tenant(workspace: workspace, domain: domain, key: key, token: token)
    }

    public func makeKey(
        in workspace: Workspace, scopes: [Scope] = Scope.publicScopes, expiresAt: Timestamp? = nil, limit: Int? = nil
    ) throws -> (key: APIKey, token: String) {
        let text = APIKeyText.random()
        let key = APIKey(
            id: .new(), workspace: workspace.id, name: "test", hint: text.hint, scopes: Scopes(scopes),
            requestsPerMinute: limit, expiresAt: expiresAt, createdAt: .now())
        try store.write { try APIKeys.create(key, digest: sha256(text.text), on: $0) }
        return (key, text.text)
    }

    /// Stores a link, with the audit entry and the event that every change has.
    @discardableResult
    public func makeLink(
        _ slug: String, of tenant: Tenant, to url: String = "https://example.com/", tags: [String] = [],
        createdAt: Timestamp = .now(), _ change: (inout LinkSettings) -> Void = { _ in }
    ) throws -> Link {
        var settings = LinkSettings(url: url)
        change(&settings)
        let link = Link(
            id: Self.nextLinkID(at: createdAt), workspace: tenant.workspace.id, domain: tenant.domain.id,
            host: tenant.domain.host, slug: slug, settings: settings, tags: tags, createdAt: createdAt, updatedAt: createdAt)
        try Links.refusing {
            try store.write {
                try $0.executeAtomically(Links.creation(of: link) + [
                    AuditLog.insertion(of: .about(link, "link.created")), Events.insertion(of: .about(link, .linkCreated)),
                ])
            }
        }
        return link
    }

    /// After all that were made before in the same millisecond: lists show them in that order.
    private static func nextLinkID(at time: Timestamp) -> LinkID {
        LinkID(ULID(value: UInt128(time.milliseconds) << 80 | UInt128(linkCount.add(1, ordering: .relaxed).newValue)))
    }

    private static let linkCount = Atomic(0)
}

extension AuditEntry {
    /// What a change of a link writes into the audit log.
    public static func about(_ link: Link, _ action: String) -> AuditEntry {
        AuditEntry(workspace: link.workspace, at: .now(), actor: .maskctl(person: nil), action: action, resource: link.id.description)
    }
}

extension Event {
    /// What a change of a link writes into the outbox.
    public static func about(_ link: Link, _ type: EventType) -> Event {
        Event(id: .new(), workspace: link.workspace, type: type, createdAt: .now(), body: Array("{\"data\":{}}".utf8))
    }
}

extension Timestamp {
    /// A time in a test, such as `Timestamp("2026-03-29T01:15:00Z")`.
    public init(_ text: StaticString) {
        guard let time = Timestamp(rfc3339: text.description) else { preconditionFailure("not a time: \(text)") }
        self = time
    }
}
