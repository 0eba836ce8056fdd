// What test keys work in. Each workspace has one sandbox: the same tables under an id of its own, so that nothing of it is found by
// who asks for the workspace's, and nothing of the workspace's by who asks for the sandbox's.
//
// It has no row in `workspaces`, and nobody makes it: its id follows from the workspace's, and its name, plan and brand are that one's.
// So two first test keys have the same one, a change of plan holds for both, and no list of workspaces shows it.

extension Identifier where Kind == WorkspaceKind {
    /// Whose the things are that test keys make. No workspace has it, for it would have to be made after the year 4000.
    public var sandbox: WorkspaceID { WorkspaceID(ULID(value: ulid.value | Self.sandboxBit)) }

    /// The workspace whose sandbox this is; itself where it is none.
    public var ofSandbox: WorkspaceID { WorkspaceID(ULID(value: ulid.value & ~Self.sandboxBit)) }

    public var isSandbox: Bool { ulid.value & Self.sandboxBit != 0 }

    /// Whose the host is that all sandboxes share.
    public static let allSandboxes = WorkspaceID(ULID(value: sandboxBit))

    private static var sandboxBit: UInt128 { 1 << 126 }
}

extension Workspace {
    /// The workspace in which its test keys work.
    public var sandbox: Workspace {
        var workspace = self
        workspace.id = id.sandbox
        return workspace
    }
}

/// What is made in a sandbox.
public enum Sandbox {
    /// After so long it goes.
    public static let keepDays = 30

    /// The end of its hosts, which no name server knows (RFC 2606): nobody is led anywhere by them. Whoever is signed in names the
    /// sandbox so, too: the workspace's slug, and this.
    public static let suffix = ".test"
}

extension Identifier {
    /// No identity that is made from then on comes before it.
    public static func first(at time: Timestamp) -> Identifier { Identifier(ULID(value: UInt128(time.milliseconds) << 80)) }
}

extension SiteConfiguration {
    /// The host whose short links all sandboxes share.
    public var testHost: String { linkHost + Sandbox.suffix }

    /// The host on which a workspace makes links that name none.
    public func sharedHost(of workspace: WorkspaceID) -> String { workspace.isSandbox ? testHost : linkHost }
}

extension Scopes {
    /// What a test key can have: all but what changes the workspace itself, its keys and its members.
    public static let ofTestKeys = Scopes(Scope.allCases).subtracting(Scopes([.keysWrite, .membersWrite]))
}
