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
    public var traits: ClickTraits
    public var trigger = ClickTrigger.click
    /// First of this human visitor on this link on this UTC day; known only once it is stored.
    public var isFirstVisit = false

    public init(
        workspace: WorkspaceID, link: LinkID, id: UInt128, at: Timestamp, visitor: UInt64, traits: ClickTraits,
        trigger: ClickTrigger = .click
    ) {
        self.workspace = workspace
        self.link = link
        self.id = id
        self.at = at
        self.visitor = visitor
        self.traits = traits
        self.trigger = trigger
    }
}

extension Click {
    /// A click that shares nothing with others.
    public init(
        workspace: WorkspaceID, link: LinkID, id: UInt128, at: Timestamp, visitor: UInt64, agent: UserAgent,
        country: String = "", city: String = "", referrer: String = "", utmSource: String = "", utmMedium: String = "",
        utmCampaign: String = "", trigger: ClickTrigger = .click
    ) {
        let traits = ClickTraits(
            agent: agent, country: country, city: city, referrer: referrer, utmSource: utmSource, utmMedium: utmMedium,
            utmCampaign: utmCampaign)
        self.init(workspace: workspace, link: link, id: id, at: at, visitor: visitor, traits: traits, trigger: trigger)
    }

    public var agent: UserAgent { traits.agent }
    public var country: String { traits.country }
    public var city: String { traits.city }
    public var referrer: String { traits.referrer }
    public var utmSource: String { traits.utmSource }
    public var utmMedium: String { traits.utmMedium }
    public var utmCampaign: String { traits.utmCampaign }
}

/// What clicks have in common: where their visitors came from, and with what. One object for all that the journal's loader reads
/// of one kind, so that it is read and numbered once.
public final class ClickTraits: Sendable {
    public let agent: UserAgent
    public let country: String
    public let city: String
    /// Host of the referring page; empty for a direct visit.
    public let referrer: String
    public let utmSource: String
    public let utmMedium: String
    public let utmCampaign: String

    public init(
        agent: UserAgent, country: String = "", city: String = "", referrer: String = "", utmSource: String = "",
        utmMedium: String = "", utmCampaign: String = ""
    ) {
        self.agent = agent
        self.country = country
        self.city = city
        self.referrer = referrer
        self.utmSource = utmSource
        self.utmMedium = utmMedium
        self.utmCampaign = utmCampaign
    }
}
