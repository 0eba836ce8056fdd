import AccountStore
import Model

/// Who makes a request of a workspace, and what they may. A class, because every request of a key shares one.
public final class Principal: Sendable {
    /// What lets a caller in.
    public enum Credential: Sendable {
        case key(APIKey)
        /// A member who is signed in.
        case session(Session, Member)
    }

    public let credential: Credential
    public let workspace: Workspace
    /// The present role of the member who made the key, or who is signed in; nil for the sysadmin's keys.
    public let role: Role?
    /// What the caller may do now: a key's scopes, cut by its creator's role; all of a member's role.
    public let scopes: Scopes
    /// Whether anybody is told of the workspace's events.
    package let hasWebhooks: Bool
    /// The workspace's limit, and the key's own; of a session the user's, wherever they work.
    package let limits: [RateLimit]
    /// What a request counts against them, and what one counts that only asks.
    let charges: [RateCharge]
    let noCharges: [RateCharge]

    /// Requests a minute of one user in all their sessions.
    package static let sessionLimit = 600

    /// - Parameter role: nil also for a creator who is no member any more, whose keys may do nothing.
    package init(key: APIKey, workspace: Workspace, role: Role?, hasWebhooks: Bool) {
        credential = .key(key)
        (self.workspace, self.role, self.hasWebhooks) = (workspace, role, hasWebhooks)
        scopes = key.creator == nil ? key.scopes : key.scopes.intersection(role?.scopes ?? [])
        let owner = workspace.id.description
        limits = [RateLimit(owner, perMinute: workspace.requestsPerMinute)]
            + (key.requestsPerMinute.map { [RateLimit(owner, part: key.id.description, perMinute: $0)] } ?? [])
        charges = limits.map { RateCharge(limit: $0) }
        noCharges = limits.map { RateCharge(limit: $0, cost: 0) }
    }

    package init(_ session: Session, as membership: Membership) {
        credential = .session(session, membership.member)
        (workspace, role, hasWebhooks) = (membership.workspace, membership.member.role, membership.hasWebhooks)
        scopes = membership.scopes
        limits = [Self.limit(of: session.user)]
        charges = limits.map { RateCharge(limit: $0) }
        noCharges = limits.map { RateCharge(limit: $0, cost: 0) }
    }

    package static func limit(of user: UserID) -> RateLimit { RateLimit(user.description, perMinute: sessionLimit) }

    /// Nil of a session.
    public var key: APIKey? { if case .key(let key) = credential { key } else { nil } }

    /// The member as whom a key was made or a session works; nil for the sysadmin's keys.
    public var member: MemberID? {
        switch credential {
        case .key(let key): key.creator
        case .session(_, let member): member.id
        }
    }

    func isActive(at now: Timestamp) -> Bool { key?.isActive(at: now) ?? true }
    func isAllowed(from address: String) -> Bool { key?.isAllowed(from: address) ?? true }

    /// What it takes in memory, at the most.
    var bytes: Int {
        512 + (key?.name.utf8.count ?? 0) + workspace.name.utf8.count + workspace.slug.utf8.count
            + (key?.allowedAddresses.count ?? 0) * 64
    }
}
