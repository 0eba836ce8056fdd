import DNS
import MariaDB
import Metrics
import Model
import Redis
import Store

/// What a sysadmin does to workspaces, members, keys and domains. Each change and its audit entry are one transaction, and
/// holds on every worker when the call returns.
public struct Administration: Sendable {
    package let store: Store
    package let effects: Effects
    package let author: Author

    /// - Parameters:
    ///   - memory: by which the workers of this host hear of changes at once; without it they hear by Redis.
    ///   - person: who acts, as the audit log tells it.
    public init(store: Store, redis: RedisPool, memory: HostMemory = HostMemory(path: nil), person: String? = nil) {
        self.store = store
        author = .maskctl(person)
        effects = Effects(memory: memory, redis: redis, pages: nil)
    }

    public enum Refusal: Error, Equatable, CustomStringConvertible {
        case workspaceTaken(String)
        case unknownWorkspace(String)
        case unknownKey(String)
        case alreadyRotated(successor: String)
        case hostTaken(String)
        case unknownDomain(String)
        case domainInUse(String)
        case memberTaken(String)
        case unknownMember(String)
        case webhookDisabled(String)
        case quotaExceeded(_ workspace: String, _ quota: String, _ phrase: String)
        case changedMeanwhile

        public var description: String {
            switch self {
            case .workspaceTaken(let slug): "Workspace \(slug) exists already. Choose another name."
            case .unknownWorkspace(let slug): "Workspace \(slug) does not exist. List them with: maskctl workspace list"
            case .unknownKey(let id): "Key \(id) does not exist or has ended. List keys with: maskctl key list"
            case .alreadyRotated(let successor): "This key has a successor. Rotate that: maskctl key rotate \(successor)"
            case .hostTaken(let host): "\(host) is taken. List domains with: maskctl domain list"
            case .unknownDomain(let host): "Domain \(host) does not exist. List domains with: maskctl domain list"
            case .domainInUse(let host): "\(host) has links or pages. Move or delete them first."
            case .memberTaken(let email): "\(email) is a member already. List members with: maskctl member list"
            case .unknownMember(let email): "\(email) is no member. List members with: maskctl member list"
            case .webhookDisabled(let id): "Endpoint \(id) is disabled or deleted. Nothing is sent to it."
            case .quotaExceeded(let workspace, let quota, let phrase):
                "\(workspace) may have \(phrase). Raise the quota with: maskctl workspace quota \(workspace) \(quota) NUMBER"
            case .changedMeanwhile: "Somebody else has changed it at the same time. Look at it and try again."
            }
        }
    }

    // MARK: Workspaces

    public func createWorkspace(slug: String, name: String, plan: Plan) throws -> Workspace {
        let workspace = Workspace(id: .new(), slug: slug, name: name, plan: plan, createdAt: .now())
        try change(orRefuse: .workspaceTaken(slug)) { connection in
            try Workspaces.create(workspace, on: connection)
            try connection.execute(AuditLog.insertion(of: author.entry(
                .workspaceCreated, workspace.id.description, in: workspace.id, at: workspace.createdAt, after: workspace.json)))
        }
        return workspace
    }

    public func workspace(_ slug: String) throws -> Workspace {
        guard let workspace = try store.read({ try Workspaces.find(slug: slug, on: $0) }) else {
            throw Refusal.unknownWorkspace(slug)
        }
        return workspace
    }

    public func workspaces() throws -> [Workspace] { try store.read { try Workspaces.list(on: $0) } }

    public func setPlan(_ plan: Plan, of workspace: Workspace) throws { try update(workspace) { $0.plan = plan } }

    public func setLimit(_ limit: Int?, of workspace: Workspace) throws { try update(workspace) { $0.limitOverride = limit } }

    /// - Parameter number: nil goes back to the plan's.
    public func setQuota(_ quota: Quota, to number: Int?, of workspace: Workspace) throws {
        try update(workspace) { $0.quotas[quota] = number }
    }

    /// How much a workspace has of what a quota bounds; nil of what is not counted by the workspace.
    public func used(_ quota: Quota, of workspace: Workspace) throws -> Int? {
        try store.read { try Quotas.used(quota, in: workspace.id, at: .now(), on: $0) }
    }

    /// The sysadmin keeps to the quotas, too: they can be set.
    private func refuseMore(of quota: Quota, in workspace: Workspace) throws {
        let workspace = try self.workspace(workspace.slug)  // as it is now
        let limit = workspace.limit(of: quota)
        guard try used(quota, of: workspace) ?? 0 >= limit else { return }
        throw Refusal.quotaExceeded(workspace.slug, quota.rawValue, quota.phrase(limit))
    }

    private func update(_ workspace: Workspace, _ body: (inout Workspace) -> Void) throws {
        guard let before = try store.read({ try Workspaces.find(workspace.id, on: $0) }) else {
            throw Refusal.unknownWorkspace(workspace.slug)
        }
        var after = before
        body(&after)
        try change(followedBy: [.sender, .access(workspace.id), .brand(workspace.id)]) {
            try WorkspaceChanges.update(before, to: after, by: author, at: .now(), on: $0)
        }
    }

    // MARK: Members

    public func addMember(_ email: String, name: String, role: Role, to workspace: Workspace) throws -> Member {
        let member = Member(
            id: .new(), workspace: workspace.id, email: email.lowercased(), name: name, role: role, createdAt: .now())
        try refuseMore(of: .members, in: workspace)
        try change(orRefuse: .memberTaken(member.email)) { try WorkspaceChanges.add(member, by: author, on: $0) }
        return member
    }

    public func member(_ email: String, of workspace: Workspace) throws -> Member {
        guard let member = try store.read({ try Members.find(email: email.lowercased(), in: workspace.id, on: $0) }) else {
            throw Refusal.unknownMember(email)
        }
        return member
    }

    public func members(of workspace: Workspace) throws -> [Member] {
        try store.read { try Members.list(in: workspace.id, on: $0) }
    }

    public func setRole(_ role: Role, of member: Member) throws {
        try change(followedBy: [.access(member.workspace)]) {
            try WorkspaceChanges.setRole(role, of: member, by: author, at: .now(), on: $0)
        }
    }

    /// Removes a member and ends the keys that they have made.
    /// - Returns: how many keys that were.
    @discardableResult
    public func removeMember(_ member: Member) throws -> Int {
        try change(followedBy: [.access(member.workspace)]) {
            try WorkspaceChanges.remove(member, by: author, at: .now(), on: $0)
        }
    }

    // MARK: Keys

    /// Makes a key. Its text is in the answer and nowhere else, ever.
    public func createKey(
        in workspace: Workspace, name: String, scopes: [Scope], expiresAt: Timestamp? = nil, requestsPerMinute: Int? = nil,
        allowedAddresses: [AddressRange] = [], creator: MemberID? = nil
    ) throws -> (key: APIKey, text: APIKeyText) {
        try refuseMore(of: .apiKeys, in: workspace)
        let text = APIKeyText.random()
        let key = APIKey(
            id: .new(), workspace: workspace.id, name: name, hint: text.hint, scopes: Scopes(scopes),
            requestsPerMinute: requestsPerMinute, allowedAddresses: allowedAddresses, creator: creator, expiresAt: expiresAt,
            createdAt: .now())
        try change { try KeyChanges.create(key, text, by: author, on: $0) }
        return (key, text)
    }

    public func keys(in workspace: Workspace?) throws -> [APIKey] {
        try store.read { try APIKeys.list(workspace: workspace?.id, on: $0) }
    }

    /// Changes a key: the first request after this has returned meets it changed, on every worker of every host.
    @discardableResult
    public func updateKey(_ id: APIKeyID, _ body: (inout APIKey) -> Void) throws -> APIKey {
        let before = try key(id)
        var after = before
        body(&after)
        try change(followedBy: [.access(before.workspace)]) {
            try KeyChanges.update(before, to: after, by: author, at: .now(), on: $0)
        }
        return after
    }

    /// Puts a successor in a key's place; the old one works on for the overlap.
    public func rotateKey(_ id: APIKeyID, overlapSeconds: Int) throws -> (key: APIKey, text: APIKeyText) {
        let (old, text, now) = (try key(id), APIKeyText.random(), Timestamp.now())
        if let successor = old.successor { throw Refusal.alreadyRotated(successor: successor.description) }
        let successor = old.rotated(text, at: now)
        try change(followedBy: [.access(old.workspace)]) {
            try KeyChanges.rotate(old, to: successor, text, overlapSeconds: overlapSeconds, by: author, at: now, on: $0)
        }
        return (successor, text)
    }

    /// Ends a key: the first request after this has returned is refused, on every worker of every host.
    @discardableResult
    public func revokeKey(_ id: APIKeyID) throws -> APIKey {
        let key = try key(id)
        try change(followedBy: [.access(key.workspace)]) {
            try KeyChanges.revoke(key, by: author, at: .now(), on: $0)
        }
        return key
    }

    private func key(_ id: APIKeyID) throws -> APIKey {
        guard let key = try store.read({ try APIKeys.find(id, on: $0) }), key.isActive(at: .now()) else {
            throw Refusal.unknownKey(id.description)
        }
        return key
    }

    // MARK: Domains

    /// Gives a host to a workspace: the sysadmin vouches for it. One that waits there already is verified.
    public func addDomain(_ host: HostName, to workspace: Workspace) throws -> Domain {
        let now = Timestamp.now()
        let waiting = try store.read { try Domains.find(host: host.text, in: workspace.id, on: $0) }
        var domain = waiting ?? Domain(id: .new(), workspace: workspace.id, host: host.text, createdAt: now)
        if waiting == nil { try refuseMore(of: .domains, in: workspace) }
        if let waiting {
            guard waiting.status == .pending else { throw Refusal.hostTaken(host.text) }
            (domain.status, domain.verifiedAt, domain.updatedAt) = (.verified, now, now)
        }
        let made = domain
        try change(orRefuse: .hostTaken(host.text), followedBy: [.domain(host.text)]) { connection in
            if let waiting {
                try DomainChanges.update(waiting, to: made, .domainVerified, by: author, at: now, on: connection)
            } else {
                try DomainChanges.create(made, by: author, on: connection)
            }
        }
        return domain
    }

    public func domains() throws -> [Domain] { try store.read { try Domains.list(on: $0) } }

    /// The domain with a host: of a workspace, or where none is named of the one that has it, else of the first that waits.
    /// - Parameter includingShared: also the link host that all workspaces share.
    public func domain(_ host: String, of workspace: Workspace? = nil, includingShared: Bool = false) throws -> Domain {
        let found = try domains().filter {
            $0.host == host && (includingShared || $0.workspace != nil) && (workspace == nil || $0.workspace == workspace?.id)
        }
        guard let domain = found.first(where: { $0.status == .verified }) ?? found.first else {
            throw Refusal.unknownDomain(host)
        }
        return domain
    }

    /// Sets what visitors of a domain get who follow no link that works.
    public func set(_ settings: DomainSettings, of domain: Domain) throws {
        let now = Timestamp.now()
        var after = domain
        (after.settings, after.updatedAt) = (settings, now)
        let made = after
        try change(followedBy: [.domain(domain.host)]) {
            try DomainChanges.update(domain, to: made, .domainUpdated, by: author, at: now, on: $0)
        }
    }

    /// Looks at the DNS records of a domain, as its workspace can do over the API.
    public func verifyDomain(_ domain: Domain, with resolver: Resolver, linkHost: String) throws -> Domain {
        let now = Timestamp.now()
        let after = domain.inspected(DomainInspection(resolver: resolver, linkHost: linkHost).inspect(domain, at: now))
        let action = after.status == domain.status ? AuditAction.domainChecked : .domainVerified
        try change(orRefuse: .hostTaken(domain.host), followedBy: [.domain(domain.host)]) {
            try DomainChanges.update(domain, to: after, action, by: author, at: now, on: $0)
        }
        return after
    }

    /// Takes a host from its workspace, so that another may have it.
    public func removeDomain(_ domain: Domain) throws {
        do {
            try change(followedBy: [.domain(domain.host)]) {
                try DomainChanges.delete(domain, by: author, at: .now(), on: $0)
            }
        } catch let error as MariaDBError where error.code == .rowIsReferenced {
            throw Refusal.domainInUse(domain.host)
        }
    }

    // MARK: Webhooks

    /// Sends a delivery's event again, as a delivery of its own.
    public func replay(_ delivery: Delivery) throws -> Delivery {
        try requireEnabled(delivery.webhook)
        var fresh = delivery
        try change(followedBy: [.sender]) {
            fresh = try WebhookChanges.replay(delivery, by: author, at: .now(), on: $0)
        }
        return fresh
    }

    /// Sends again what came to nothing in a window, and returns how many.
    public func recover(_ webhook: Webhook, since: Timestamp, until: Timestamp, all: Bool) throws -> Int {
        try requireEnabled(webhook.id)
        var count = 0
        try change(followedBy: [.sender]) {
            count = try WebhookChanges.recover(
                webhook, since: since, until: until, all: all, by: author, at: .now(), on: $0).count
        }
        return count
    }

    private func requireEnabled(_ webhook: WebhookID) throws {
        guard try store.read({ try WebhookEndpoints.find(webhook, on: $0) })?.enabled == true else {
            throw Refusal.webhookDisabled(webhook.description)
        }
    }

    // MARK: One change, one transaction

    /// - Parameter list: what follows it; carried out also where the change may have been made and the connection was lost.
    @discardableResult
    package func change<R>(
        orRefuse taken: Refusal? = nil, followedBy list: [Effect] = [], _ body: (MariaDB.Connection) throws -> R
    ) throws -> R {
        do {
            return try store.write({ try $0.transaction(body) }, then: { effects.carryOut(list) })
        } catch let error as MariaDBError where error.code == .duplicateKey {
            if let taken { throw taken }
            throw error
        } catch where error.isChangedMeanwhile {
            throw Refusal.changedMeanwhile
        }
    }
}
