extension Identifier where Kind == WorkspaceKind {
    /// Whose the things are that the workspace has deleted and may restore: the same rows under this id. No workspace has it, for
    /// it would have to be made after the year 6400.
    public var bin: WorkspaceID { WorkspaceID(ULID(value: ulid.value | Self.binBit)) }

    /// The workspace whose bin this is.
    public var ofBin: WorkspaceID { WorkspaceID(ULID(value: ulid.value & ~Self.binBit)) }

    public var isBin: Bool { ulid.value & Self.binBit != 0 }

    /// No workspace comes after it, and no bin before.
    public static let firstBin = WorkspaceID(ULID(value: binBit))

    private static var binBit: UInt128 { 1 << 127 }
}

/// What lies in a bin and has a slug.
public enum Deleted: Sendable, Equatable {
    case link(LinkID)
    case page(PageID)

    public var id: String {
        switch self {
        case .link(let id): id.description
        case .page(let id): id.description
        }
    }
}
