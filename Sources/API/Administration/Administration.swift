import Crypto
import MariaDB
import Model
import Redis
import Store

/// What a sysadmin does to workspaces, keys and domains. Each change and its audit entry are one transaction, and holds on
/// every worker when the call returns.
public struct Administration: Sendable {
    private let store: Store
    private let revocation: Revocation

    public init(store: Store, redis: RedisPool) {
        self.store = store
        revocation = Revocation(redis: redis)
    }

    public enum Refusal: Error, Equatable, CustomStringConvertible {
        case workspaceTaken(String)
        case unknownWorkspace(String)
        case unknownKey(String)
        case hostTaken(String)

        public var description: String {
            switch self {
            case .workspaceTaken(let slug): "there is a workspace \(slug) already; choose another name"
            case .unknownWorkspace(let slug): "there is no workspace \(slug); see: maskctl workspace list"
            case .unknownKey(let id): "there is no key \(id); see: maskctl key list"
            case .hostTaken(let host): "\(host) is taken already; see: maskctl domain list"
            }
        }
    }

    // MARK: Workspaces

    public func createWorkspace(slug: String, name: String, plan: Plan) throws -> Workspace {
        let workspace = Workspace(id: .new(), slug: slug, name: name, plan: plan, createdAt: .now())
        do {
            try change(workspace.id, "workspace.created", workspace.id.description) {
                try Workspaces.create(workspace, on: $0)
            }
        } catch let error as MariaDBError where error.code == .duplicateKey {
            throw Refusal.workspaceTaken(slug)
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

    public func setPlan(_ plan: Plan, of workspace: Workspace) throws {
        try change(workspace.id, "workspace.plan_changed", workspace.id.description) {
            try Workspaces.setPlan(plan, of: workspace.id, on: $0)
        }
        revocation.takeEffect(in: workspace.id)
    }

    public func setLimit(_ limit: Int?, of workspace: Workspace) throws {
        try change(workspace.id, "workspace.limit_changed", workspace.id.description) {
            try Workspaces.setLimit(limit, of: workspace.id, on: $0)
        }
        revocation.takeEffect(in: workspace.id)
    }

    // MARK: Keys

    /// Makes a key. Its text is in the answer and nowhere else, ever.
    public func createKey(
        in workspace: Workspace, name: String, scopes: [Scope], expiresAt: Timestamp? = nil, requestsPerMinute: Int? = nil
    ) throws -> (key: APIKey, text: APIKeyText) {
        let text = APIKeyText.random()
        let key = APIKey(
            id: .new(), workspace: workspace.id, name: name, hint: text.hint, scopes: Scopes(scopes),
            requestsPerMinute: requestsPerMinute, expiresAt: expiresAt, createdAt: .now())
        try change(workspace.id, "key.created", key.id.description) {
            try APIKeys.create(key, digest: sha256(text.text), on: $0)
        }
        return (key, text)
    }

    public func keys(in workspace: Workspace?) throws -> [APIKey] {
        try store.read { try APIKeys.list(workspace: workspace?.id, on: $0) }
    }

    /// Ends a key: the first request after this has returned is refused, on every worker of every host.
    public func revokeKey(_ id: APIKeyID) throws {
        guard let key = try store.read({ try APIKeys.find(id, on: $0) }) else { throw Refusal.unknownKey(id.description) }
        try change(key.workspace, "key.revoked", id.description) { try APIKeys.revoke(key, at: .now(), on: $0) }
        revocation.takeEffect(in: key.workspace)
    }

    // MARK: Domains

    public func addDomain(_ host: HostName, to workspace: Workspace) throws -> Domain {
        let domain = Domain(id: .new(), workspace: workspace.id, host: host.text, createdAt: .now())
        do {
            try change(workspace.id, "domain.created", domain.id.description) { try Domains.create(domain, on: $0) }
        } catch let error as MariaDBError where error.code == .duplicateKey {
            throw Refusal.hostTaken(host.text)
        }
        return domain
    }

    public func domains() throws -> [Domain] { try store.read { try Domains.list(on: $0) } }

    // MARK: The audit log

    private func change(
        _ workspace: WorkspaceID, _ action: String, _ resource: String, _ body: (MariaDB.Connection) throws -> Void
    ) throws {
        let entry = AuditEntry(workspace: workspace, at: .now(), actor: .maskctl, action: action, resource: resource)
        try store.write { connection in
            try connection.transaction { connection in
                try body(connection)
                try connection.execute(AuditLog.insertion(of: entry))
            }
        }
    }
}
