/// A tenant: everything belongs to exactly one workspace, and none sees another's.
public struct Workspace: Sendable, Equatable {
    public var id: WorkspaceID
    /// The name that `maskctl` takes: lower-case letters, digits and hyphens, unique on this installation.
    public var slug: String
    public var name: String
    public var plan: Plan
    /// Requests a minute, where they are set apart from the plan's.
    public var limitOverride: Int?
    /// Quotas, where they are set apart from the plan's.
    public var quotas = QuotaOverrides()
    public var brand = Brand()
    /// Grows by one with each change: the entity tag, and what an update compares with.
    public var version: Int
    public var createdAt: Timestamp

    public init(
        id: WorkspaceID, slug: String, name: String, plan: Plan, limitOverride: Int? = nil, version: Int = 1,
        createdAt: Timestamp
    ) {
        self.id = id
        self.slug = slug
        self.name = name
        self.plan = plan
        self.limitOverride = limitOverride
        self.version = version
        self.createdAt = createdAt
    }

    /// Requests a minute that hold for the workspace.
    public var requestsPerMinute: Int { limitOverride ?? plan.requestsPerMinute }

    /// How much of something the workspace may have.
    public func limit(of quota: Quota) -> Int { quotas[quota] ?? plan.limit(of: quota) }

    /// Names that the dashboard has for itself.
    public static let reservedSlugs: Set<String> = [
        "accept", "account", "assets", "confirm", "docs", "healthz", "readyz", "reset", "sign-in", "sign-up", "sso", "v1", "welcome",
    ]

    /// A name for the address bar, made of a workspace's own: letters and digits of ASCII, hyphens for all others.
    public static func slug(from name: String) -> String {
        let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let stem = String(words.joined(separator: "-").prefix(40)).trimmingSuffix("-")
        return isValidSlug(stem) && !reservedSlugs.contains(stem) ? stem : "workspace"
    }

    public static func isValidSlug(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...63).contains(bytes.count), bytes.first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "-") else {
            return false
        }
        return bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ character: Character) -> String {
        var text = self
        while text.last == character { text.removeLast() }
        return text
    }
}
