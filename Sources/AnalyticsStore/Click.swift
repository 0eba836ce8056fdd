import Model

/// One click as it is stored: what the journal said, and what its loader made of it.
public struct Click: Sendable {
    public var workspace: WorkspaceID
    public var link: LinkID
    /// The request id of nginx, 16 bytes.
    public var id: UInt128
    /// When nginx received the request.
    public var at: Timestamp
    /// Keyed hash of address and user agent with the salt of the day.
    public var visitor: UInt64
    public var agent: UserAgent
    public var country: String
    public var city: String
    /// Host of the referring page; empty for a direct visit.
    public var referrer: String
    public var utmSource: String
    public var utmMedium: String
    public var utmCampaign: String
    public var trigger = ClickTrigger.click
    /// First of this human visitor on this link on this UTC day; known only once it is stored.
    public var isFirstVisit = false

    public init(
        workspace: WorkspaceID, link: LinkID, id: UInt128, at: Timestamp, visitor: UInt64, agent: UserAgent,
        country: String = "", city: String = "", referrer: String = "", utmSource: String = "", utmMedium: String = "",
        utmCampaign: String = "", trigger: ClickTrigger = .click
    ) {
        self.workspace = workspace
        self.link = link
        self.id = id
        self.at = at
        self.visitor = visitor
        self.agent = agent
        self.country = country
        self.city = city
        self.referrer = referrer
        self.utmSource = utmSource
        self.utmMedium = utmMedium
        self.utmCampaign = utmCampaign
        self.trigger = trigger
    }
}
