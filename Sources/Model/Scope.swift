/// What a key may do. The first eight are public; the last four no key has unless they were asked for by name.
public enum Scope: String, Sendable, CaseIterable, Comparable {
    case linksRead = "links:read"
    case linksWrite = "links:write"
    case analyticsRead = "analytics:read"
    case pagesRead = "pages:read"
    case pagesWrite = "pages:write"
    case webhooksRead = "webhooks:read"
    case webhooksWrite = "webhooks:write"
    case teamRead = "team:read"
    case keysWrite = "keys:write"
    case auditRead = "audit:read"
    case domainsWrite = "domains:write"
    case membersWrite = "members:write"

    /// The scopes that `all` stands for.
    public static let publicScopes: [Scope] = Array(allCases.prefix(8))

    public static func < (left: Scope, right: Scope) -> Bool { left.bit < right.bit }

    /// The scope's place in a ``Scopes`` set, by which it is stored.
    var bit: UInt16 {
        switch self {
        case .linksRead: 0
        case .linksWrite: 1
        case .analyticsRead: 2
        case .pagesRead: 3
        case .pagesWrite: 4
        case .webhooksRead: 5
        case .webhooksWrite: 6
        case .teamRead: 7
        case .keysWrite: 8
        case .auditRead: 9
        case .domainsWrite: 10
        case .membersWrite: 11
        }
    }
}

/// A set of scopes in one integer.
public struct Scopes: OptionSet, Sendable, Hashable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public init(_ scopes: some Sequence<Scope>) {
        self.init(rawValue: scopes.reduce(0) { $0 | 1 << $1.bit })
    }

    public func contains(_ scope: Scope) -> Bool { rawValue & 1 << scope.bit != 0 }

    /// The scopes in the order of ``Scope``.
    public var list: [Scope] { Scope.allCases.filter(contains) }
}
