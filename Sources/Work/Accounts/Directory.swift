import DeliveryStore
import LinkStore
import Model
import Store

// What a sysadmin names by a word, found or refused.
extension Office {
    public func workspace(_ slug: String) throws -> Workspace {
        guard let workspace = try store.read({ try Workspaces.find(slug: slug, on: $0) }) else {
            throw Refusal.unknownWorkspace(slug)
        }
        return workspace
    }

    public func workspace(_ id: WorkspaceID) throws -> Workspace {
        guard let workspace = try store.read({ try Workspaces.find(id, on: $0) }) else {
            throw Refusal.unknownWorkspace(id.description)
        }
        return workspace
    }

    public func workspaces() throws -> [Workspace] { try store.read { try Workspaces.list(on: $0) } }

    /// How much a workspace has of what a quota bounds; nil of what is not counted by the workspace.
    public func used(_ quota: Quota, of workspace: Workspace) throws -> Int? {
        try store.read { try Quotas.used(quota, in: workspace.id, at: .now(), on: $0) }
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

    /// A key that has not ended.
    public func key(_ id: APIKeyID) throws -> APIKey {
        guard let key = try store.read({ try APIKeys.find(id, on: $0) }), key.isActive(at: .now()) else {
            throw Refusal.unknownKey(id.description)
        }
        return key
    }

    /// - Parameter workspace: nil for those of all.
    public func keys(of workspace: Workspace?) throws -> [APIKey] {
        try store.read { try APIKeys.list(workspace: workspace?.id, on: $0) }
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

    public func webhook(_ id: WebhookID) throws -> Webhook? { try store.read { try WebhookEndpoints.find(id, on: $0) } }
}
