/// A bio page: one address with what somebody wants to show, above all links.
public struct BioPage: Sendable, Equatable {
    public var id: PageID
    public var workspace: WorkspaceID
    public var domain: DomainID
    public var host: String
    public var slug: String
    /// What is edited, as JSON.
    public var draft: String
    /// The draft is not what was published last.
    public var isChanged: Bool
    /// How many versions have been published.
    public var versions: Int
    /// The version that visitors see; nil while they see none.
    public var publishedVersion: Int?
    public var publishedAt: Timestamp?
    /// Grows with each change of what visitors see; seconds since 1970, for it is the time of the rendered file.
    public var stamp: Int
    /// When the schedule of a block changes what visitors see.
    public var dueAt: Timestamp?
    /// Grows by one with each change: the entity tag, and what an update compares with.
    public var version: Int
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
    /// All views loaded so far, bots included.
    public var views: Int
    public var lastViewedAt: Timestamp?
    /// When it went into the bin; nil of any other.
    public var deletedAt: Timestamp?

    public init(
        id: PageID, workspace: WorkspaceID, domain: DomainID, host: String, slug: String, draft: String,
        isChanged: Bool = true,
        versions: Int = 0, publishedVersion: Int? = nil, publishedAt: Timestamp? = nil, stamp: Int = 0,
        dueAt: Timestamp? = nil,
        version: Int = 1, createdAt: Timestamp, updatedAt: Timestamp, views: Int = 0, lastViewedAt: Timestamp? = nil
    ) {
        (self.id, self.workspace, self.domain, self.host, self.slug) = (id, workspace, domain, host, slug)
        (self.draft, self.isChanged, self.versions) = (draft, isChanged, versions)
        (self.publishedVersion, self.publishedAt, self.stamp, self.dueAt) = (
            publishedVersion, publishedAt, stamp, dueAt
        )
        (self.version, self.createdAt, self.updatedAt) = (version, createdAt, updatedAt)
        (self.views, self.lastViewedAt) = (views, lastViewedAt)
    }

    /// The id under which views are counted beside the clicks of links.
    public var viewsID: LinkID { LinkID(id.ulid) }

    /// Notes a change of what visitors see. Two changes in one second are two stamps: entity tags are made of them.
    public mutating func moveStamp(at now: Timestamp) { stamp = max(stamp + 1, Int(now.milliseconds / 1000)) }
}

/// One published state of a page.
public struct BioPageVersion: Sendable {
    /// From 1.
    public var number: Int
    /// JSON.
    public var content: String
    /// The API key that published it.
    public var author: String
    public var createdAt: Timestamp

    public init(number: Int, content: String, author: String, createdAt: Timestamp) {
        self.number = number
        self.content = content
        self.author = author
        self.createdAt = createdAt
    }
}

extension Slug {
    /// Bytes of a page's slug: with a suffix it is the name of a file, which ends at 255.
    public static let maximumPageBytes = 200
}

extension WorkspaceID {
    /// No workspace's id: under it the slugs of pages stand among the links.
    public static let ofPages = WorkspaceID(ULID(value: 0))
}
