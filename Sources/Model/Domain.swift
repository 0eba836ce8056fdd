/// A host under which short links live.
public struct Domain: Sendable, Equatable {
    public var id: DomainID
    /// The workspace that has it, or nil for the host that all workspaces share.
    public var workspace: WorkspaceID?
    public var host: String
    public var createdAt: Timestamp

    public init(id: DomainID, workspace: WorkspaceID?, host: String, createdAt: Timestamp) {
        self.id = id
        self.workspace = workspace
        self.host = host
        self.createdAt = createdAt
    }
}
