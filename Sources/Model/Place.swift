/// Where visitors find a link or a page.
public struct Place: Hashable, Sendable {
    public var host: String
    /// Empty for what the bare host shows.
    public var slug: String

    public init(host: String, slug: String) {
        self.host = host
        self.slug = slug
    }

    /// As caches and the word of changes call it. No host and no slug has a slash.
    public var key: String { host + "/" + slug }

    public init?(key: some StringProtocol) {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(host: String(parts[0]), slug: String(parts[1]))
    }

    /// What belongs to a whole host: its domain, and what it shows without a slug.
    public static func bare(_ host: String) -> Place { Place(host: host, slug: "") }

    /// What belongs to a whole workspace: how pages of MASK's own look to its visitors. No host is empty.
    public static func brand(of workspace: WorkspaceID) -> Place { Place(host: "", slug: workspace.description) }

    /// What is known of a link by its id. No host is empty.
    public static func link(_ id: LinkID) -> Place { Place(host: "", slug: id.description) }
}

extension Link {
    public var place: Place { Place(host: host, slug: slug) }

    /// Where it is known: by its place, and by its id.
    public var places: [Place] { [place, .link(id)] }
}

extension BioPage {
    public var place: Place { Place(host: host, slug: slug) }
}
