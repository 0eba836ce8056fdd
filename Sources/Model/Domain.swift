/// A host under which short links live.
public struct Domain: Sendable, Equatable {
    public var id: DomainID
    /// The workspace that has it, or nil for the host that all workspaces share; of that of all sandboxes ``WorkspaceID/allSandboxes``.
    public var workspace: WorkspaceID?
    public var host: String
    public var status: Status
    /// What the TXT record has to say; nil where the sysadmin vouches for the owner.
    public var token: String?
    public var settings = DomainSettings()
    public var check = DomainCheck()
    public var verifiedAt: Timestamp?
    public var version = 1
    public var createdAt: Timestamp
    public var updatedAt: Timestamp

    public enum Status: String, Sendable, CaseIterable {
        /// Nobody has shown yet that the host is theirs. It may be pending in several workspaces.
        case pending
        /// The host is the workspace's, and of no other.
        case verified
    }

    public init(
        id: DomainID, workspace: WorkspaceID?, host: String, status: Status = .verified, token: String? = nil,
        createdAt: Timestamp
    ) {
        self.id = id
        self.workspace = workspace
        self.host = host
        self.status = status
        self.token = token
        self.createdAt = createdAt
        updatedAt = createdAt
        verifiedAt = status == .verified ? createdAt : nil
    }
}

extension Domain {
    /// Whether a workspace may put links and pages on it: it is the workspace's, or everybody's.
    public func isOpen(to workspace: WorkspaceID) -> Bool {
        self.workspace == workspace || self.workspace == (workspace.isSandbox ? .allSandboxes : nil)
    }

    /// Whether no workspace has it for its own.
    public var isShared: Bool { workspace == nil || workspace == .allSandboxes }
}

/// What visitors of a domain get who follow no link that works.
public struct DomainSettings: Sendable, Equatable {
    /// Where the bare host leads, unless a page is shown there.
    public var rootURL: String?
    /// The bio page that the bare host shows, while it is published.
    public var rootPage: PageID?
    /// Where an address without a link leads.
    public var notFoundURL: String?
    /// Where an expired link leads that says nothing itself.
    public var expiredURL: String?

    public init() {}
}

/// What was found when the domain's DNS records were looked at last.
public struct DomainCheck: Sendable, Equatable {
    public var ownership = RecordState.unchecked
    public var address = RecordState.unchecked
    /// What is wrong, as sentences for the owner.
    public var error: String?
    public var at: Timestamp?

    public init() {}

    /// All records are there.
    public static func passed(at time: Timestamp) -> DomainCheck {
        var check = DomainCheck()
        (check.ownership, check.address, check.at) = (.found, .found, time)
        return check
    }

    public enum RecordState: String, Sendable, CaseIterable {
        case unchecked
        case found
        case missing
        /// There are records, but not the right one.
        case wrong
        /// The name servers gave no answer.
        case unknown
    }
}

extension Domain {
    /// The name of the TXT record that proves who owns a host.
    public var ownershipName: String { "_mask." + host }

    /// Its value.
    public var ownershipValue: String? { token.map { "mask-verification=" + $0 } }
}
