/// A short link: a slug on a domain that leads to a destination.
public struct Link: Sendable, Equatable {
    public var id: LinkID
    public var workspace: WorkspaceID
    public var domain: DomainID
    public var host: String
    public var slug: String
    public var settings: LinkSettings
    public var tags: [String]
    /// Grows by one with each change: the entity tag, and what an update compares with.
    public var version: Int
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
    /// All clicks loaded so far, bots included.
    public var clicks: Int
    /// Those of them that were no bots.
    public var humanClicks = 0
    public var lastClickedAt: Timestamp?
    /// When it went into the bin; nil of any other, and where nobody asked.
    public var deletedAt: Timestamp?

    public init(
        id: LinkID, workspace: WorkspaceID, domain: DomainID, host: String, slug: String, settings: LinkSettings,
        tags: [String] = [], version: Int = 1, createdAt: Timestamp, updatedAt: Timestamp, clicks: Int = 0,
        lastClickedAt: Timestamp? = nil
    ) {
        self.id = id
        self.workspace = workspace
        self.domain = domain
        self.host = host
        self.slug = slug
        self.settings = settings
        self.tags = tags
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.clicks = clicks
        self.lastClickedAt = lastClickedAt
    }
}

/// What a client can set on a link besides its address.
public struct LinkSettings: Sendable, Equatable {
    /// The destination, byte for byte as it goes into `Location`.
    public var url: String
    public var title: String?
    public var utm = UTM()
    public var startsAt: Timestamp?
    public var expiresAt: Timestamp?
    /// How many redirects at the most.
    public var maxClicks: Int?
    /// Where visitors go when the link is expired or used up, instead of a 410 page.
    public var expiredURL: String?
    /// An encoded hash; never the password.
    public var passwordHash: String?
    public var redirectStatus: Int = 302
    public var disabled = false
    /// Search engines may list the short address.
    public var indexable = false
    /// It leads where it leads, and is out of the lists.
    public var archived = false
    /// The client's own name for the link, unique in the workspace.
    public var externalID: String?
    /// What its owners tell one another about it; several lines.
    public var notes: String?

    public static let redirectStatuses = [301, 302, 307, 308]

    /// It would end before it starts.
    public var isWrongOrder: Bool {
        guard let start = startsAt, let end = expiresAt else { return false }
        return start >= end
    }

    public init(url: String) { self.url = url }
}

/// The five campaign parameters, added to the destination's query on the way.
public struct UTM: Sendable, Equatable {
    public var source: String?
    public var medium: String?
    public var campaign: String?
    public var term: String?
    public var content: String?

    public init(
        source: String? = nil, medium: String? = nil, campaign: String? = nil, term: String? = nil, content: String? = nil
    ) {
        self.source = source
        self.medium = medium
        self.campaign = campaign
        self.term = term
        self.content = content
    }

    /// The parameters that are set, under their names in a query.
    public var parameters: [(name: String, value: String)] {
        [("utm_source", source), ("utm_medium", medium), ("utm_campaign", campaign), ("utm_term", term), ("utm_content", content)]
            .compactMap { name, value in value.map { (name, $0) } }
    }
}
