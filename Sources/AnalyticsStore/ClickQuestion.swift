import Model

/// A question about clicks.
public struct ClickQuestion: Sendable {
    public enum Group: String, Sendable, CaseIterable {
        case time, country, city, device, browser, os, referrer, link, tag, domain
        case utmSource = "utm_source"
        case utmMedium = "utm_medium"
        case utmCampaign = "utm_campaign"
        case bot, trigger

        /// What the views of a page can be counted by.
        public static let ofPages = allCases.filter { ![.referrer, .link, .tag, .domain].contains($0) }

        /// What clicks can be asked for by.
        public static let filters: [Group] = [
            .country, .city, .device, .browser, .os, .referrer, .utmSource, .utmMedium, .utmCampaign, .trigger, .bot,
        ]

        /// Its values, where there are few that are known.
        public var choices: [String]? {
            switch self {
            case .bot: ["true", "false"]
            case .trigger: ClickTrigger.allCases.map(\.rawValue)
            case .device: UserAgent.Device.allCases.map(\.rawValue)
            default: nil
            }
        }
    }

    /// Those that are made of quarters of an hour.
    public static let granularities: [Granularity] = [.hour, .day, .week, .month]

    /// A quarter of an hour, in milliseconds: windows begin and end on one.
    public static let periodMilliseconds = Quarter.milliseconds

    public enum Count: String, Sendable, CaseIterable {
        /// Everyone but bots; everyone; first visits of humans per link and day.
        case human, all, unique
    }

    public var workspace: WorkspaceID
    /// Clicks on any of these; on all links where it is empty.
    public var links: [LinkID] = []
    /// The host of a domain of links.
    public var domain: String?
    public var tag: String?
    /// Views of this page in place of clicks on links.
    public var page: LinkID?
    /// Only clicks that have one of the values of each of these groups; the empty text stands for those that have none.
    public var filters: [Group: [String]] = [:]
    /// From this instant (included) to that (excluded); both on a quarter of an hour.
    public var start: Timestamp
    public var end: Timestamp
    public var zone: TimeZoneRules
    public var granularity: Granularity
    public var group: Group
    public var count: Count
    /// Values of an answer at the most; all steps of time are there.
    public var limit: Int

    public init(
        workspace: WorkspaceID, links: [LinkID] = [], domain: String? = nil, tag: String? = nil, start: Timestamp,
        end: Timestamp, zone: TimeZoneRules = .utc, granularity: Granularity = .day, group: Group = .time,
        count: Count = .all, limit: Int = 1000
    ) {
        self.workspace = workspace
        self.links = links
        self.domain = domain
        self.tag = tag
        self.start = start
        self.end = end
        self.zone = zone
        self.granularity = granularity
        self.group = group
        self.count = count
        self.limit = limit
    }

    /// A part of ``ClickValue``, where the group is one.
    static func part(of group: Group) -> (kind: ClickValue.Kind, part: Int)? {
        switch group {
        case .country: (.place, 0)
        case .city: (.place, 1)
        case .device: (.agent, 0)
        case .browser: (.agent, 1)
        case .os: (.agent, 2)
        case .referrer: (.referrer, 0)
        case .utmSource: (.campaign, 0)
        case .utmMedium: (.campaign, 1)
        case .utmCampaign: (.campaign, 2)
        case .time, .link, .tag, .domain, .bot, .trigger: nil
        }
    }
}

/// One line of an answer: a value of the group and its clicks.
public struct ClickCount: Sendable, Equatable {
    /// For time: the beginning of the bucket. Empty where the clicks say nothing about the group.
    public var value: String
    public var clicks: Int

    public init(value: String, clicks: Int) {
        self.value = value
        self.clicks = clicks
    }
}

/// Clicks of a link, in all and step by step.
public struct ClickSeries: Sendable, Equatable {
    public var link: LinkID
    public var clicks: Int
    /// Every step of the window has one.
    public var steps: [ClickCount]
}

public struct ClickAnswer: Sendable {
    public var total = 0
    /// Time in its order, every bucket of the window; all else most clicks first, then by value.
    public var groups: [ClickCount] = []
    /// What is beyond the limit: how many values, and their clicks together.
    public var other = (values: 0, clicks: 0)

    init() {}
}
