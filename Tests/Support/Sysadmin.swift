import AccountStore
import Metrics
import Model
import Redis
import Store
import Work

/// What a sysadmin does with `maskctl`, as its commands do it.
public struct Sysadmin: Sendable {
    public let office: Office
    private let person: String?

    public init(
        _ site: SiteConfiguration, _ store: Store, _ redis: RedisPool, memory: HostMemory = HostMemory(path: nil),
        person: String? = nil
    ) {
        office = Office(site: site, store: store, redis: redis, memory: memory)
        self.person = person
    }

    /// For a workspace as it is now.
    private func assignment(for workspace: WorkspaceID) throws -> Assignment {
        Assignment(office, for: try office.workspace(workspace), by: .maskctl(person))
    }

    // MARK: Workspaces

    public func createWorkspace(slug: String, name: String, plan: Plan) throws -> Workspace {
        let workspace = Workspace(id: .new(), slug: slug, name: name, plan: plan, createdAt: .now())
        return try WorkspaceWork(Assignment(office, for: workspace, by: .maskctl(person))).create().make().value
    }

    public func setPlan(_ plan: Plan, of workspace: Workspace) throws { try update(workspace) { $0.plan = plan } }

    public func setLimit(_ limit: Int?, of workspace: Workspace) throws { try update(workspace) { $0.limitOverride = limit } }

    public func setQuota(_ quota: Quota, to number: Int?, of workspace: Workspace) throws {
        try update(workspace) { $0.quotas[quota] = number }
    }

    private func update(_ workspace: Workspace, _ body: (inout Workspace) -> Void) throws {
        let assignment = try assignment(for: workspace.id)
        var after = assignment.workspace
        body(&after)
        try WorkspaceWork(assignment).update(assignment.workspace, to: after).make()
    }

    public func deleteWorkspace(_ slug: String) throws -> Int { try office.deleteWorkspace(slug, by: .maskctl(person)) }

    // MARK: Members

    public func addMember(_ email: String, name: String, role: Role, to workspace: Workspace) throws -> Member {
        try MemberWork(assignment(for: workspace.id)).add(email, name: name, role: role).make().value
    }

    public func member(_ email: String, of workspace: Workspace) throws -> Member { try office.member(email, of: workspace) }

    public func setRole(_ role: Role, of member: Member) throws {
        try MemberWork(assignment(for: member.workspace)).setRole(role, of: member).make()
    }

    @discardableResult
    public func removeMember(_ member: Member) throws -> Int {
        try MemberWork(assignment(for: member.workspace)).remove(member).make().value
    }

    // MARK: Users

    /// - Parameter membership: nil for somebody who makes a workspace of their own.
    public func inviteUser(_ email: String, to membership: (workspace: Workspace, role: Role)? = nil) throws -> String {
        let (origin, links) = (try office.dashboard(), OneTimeLinkWork(office, by: .maskctl(person)))
        let change = if let (workspace, role) = membership {
            try links.invite(email, to: workspace, as: role, for: .welcome)
        } else {
            try links.welcome(email)
        }
        return try change.make().value.url(at: origin)
    }

    public func resetUser(_ email: String) throws -> String {
        let origin = try office.dashboard()
        return try OneTimeLinkWork(office, by: .maskctl(person)).reset(office.user(email)).make().value.url(at: origin)
    }

    public func endSessions(of email: String) throws -> Int {
        try SessionWork(.other(office, office.user(email), by: .maskctl(person))).endAll().make().value
    }

    public func setDisabled(_ isDisabled: Bool, _ email: String) throws {
        try UserWork(.other(office, office.user(email), by: .maskctl(person))).setDisabled(isDisabled).make()
    }

    // MARK: Keys

    public func createKey(
        in workspace: Workspace, name: String, scopes: [Scope], expiresAt: Timestamp? = nil, requestsPerMinute: Int? = nil,
        allowedAddresses: [AddressRange] = [], creator: MemberID? = nil, isTest: Bool = false
    ) throws -> (key: APIKey, text: APIKeyText) {
        let key = APIKey(
            id: .new(), workspace: workspace.id, name: name, isTest: isTest, scopes: Scopes(scopes), requestsPerMinute: requestsPerMinute,
            allowedAddresses: allowedAddresses, creator: creator, expiresAt: expiresAt, createdAt: .now())
        return try KeyWork(assignment(for: workspace.id)).create(key).make().value
    }

    public func updateKey(_ id: APIKeyID, _ body: (inout APIKey) -> Void) throws {
        let before = try office.key(id)
        var after = before
        body(&after)
        try KeyWork(assignment(for: before.workspace)).update(before, to: after).make()
    }

    @discardableResult
    public func rotateKey(_ id: APIKeyID, overlapSeconds: Int) throws -> (key: APIKey, text: APIKeyText) {
        let key = try office.key(id)
        return try KeyWork(assignment(for: key.workspace)).rotate(key, overlapSeconds: overlapSeconds).make().value
    }

    public func revokeKey(_ id: APIKeyID) throws {
        let key = try office.key(id)
        try KeyWork(assignment(for: key.workspace)).revoke(key).make()
    }

    // MARK: Domains

    public func addDomain(_ host: HostName, to workspace: Workspace) throws -> Domain {
        try DomainWork(assignment(for: workspace.id)).vouch(for: host).make().value
    }

    public func removeDomain(_ domain: Domain) throws {
        guard let owner = domain.workspace else { throw Refusal.unknownDomain(domain.host) }
        try DomainWork(assignment(for: owner)).delete(domain).make()
    }
}
