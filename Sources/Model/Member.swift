/// Someone who works in a workspace.
public struct Member: Sendable, Equatable {
    public var id: MemberID
    public var workspace: WorkspaceID
    /// Lower case; unique in the workspace.
    public var email: String
    public var name: String
    public var role: Role
    /// Grows by one with each change: the entity tag.
    public var version: Int
    public var createdAt: Timestamp

    public init(
        id: MemberID, workspace: WorkspaceID, email: String, name: String, role: Role, version: Int = 1, createdAt: Timestamp
    ) {
        self.id = id
        self.workspace = workspace
        self.email = email
        self.name = name
        self.role = role
        self.version = version
        self.createdAt = createdAt
    }

    /// Whether a text can be an address: one `@` with something on both sides, printable ASCII, at most 254 bytes
    /// (RFC 5321 section 4.5.3.1). Whether mail arrives there, only mail can tell.
    public static func isValidEmail(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.utf8.count <= 254
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}

/// What a member is to a workspace; ends what the keys that they make can do.
public enum Role: String, Sendable, CaseIterable {
    /// Everything; the only one who changes the plan.
    case owner
    /// Everything else.
    case admin
    /// What the public scopes open.
    case member
    /// Looks and changes nothing.
    case viewer

    /// The scopes that a key of this member can have an effect with.
    public var scopes: Scopes {
        switch self {
        case .owner, .admin: Scopes(Scope.allCases)
        case .member: Scopes(Scope.publicScopes)
        case .viewer: Scopes([.linksRead, .analyticsRead, .pagesRead, .webhooksRead, .teamRead])
        }
    }

    /// Whether it is a higher one: who has the other does not give it, change it or take it away.
    public func isAbove(_ other: Role) -> Bool { rank > other.rank }

    private var rank: Int {
        switch self {
        case .owner: 3
        case .admin: 2
        case .member: 1
        case .viewer: 0
        }
    }
}
