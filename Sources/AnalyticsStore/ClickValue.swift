import Crypto
import Model
import Text

/// What clicks have in common, and have a number for: ``ClickNumbers``.
package enum ClickValue: Hashable, Sendable {
    case link(LinkID)
    /// A page whose views are counted.
    case page(LinkID)
    /// The host of a link's domain.
    case domain(String)
    case place(country: String, city: String)
    case agent(device: String, browser: String, os: String, isBot: Bool)
    case referrer(String)
    case campaign(source: String, medium: String, campaign: String)

    /// As the table has them.
    package enum Kind: String, Sendable, CaseIterable {
        case link, page, domain, place, agent, referrer, campaign
    }

    /// Divides the parts of a value.
    static let separator: Character = "\u{1F}"

    /// What stands for the values beyond those that a workspace may have new in a day.
    static let other = "(other)"

    var kind: Kind {
        switch self {
        case .link: .link
        case .page: .page
        case .domain: .domain
        case .place: .place
        case .agent: .agent
        case .referrer: .referrer
        case .campaign: .campaign
        }
    }

    /// Whether there is nothing to count by: its number is 0.
    var saysNothing: Bool {
        switch self {
        case .link, .page, .agent: false
        case .place(let country, let city): country.isEmpty && city.isEmpty
        case .domain(let host), .referrer(let host): host.isEmpty
        case .campaign(let source, let medium, let campaign): source.isEmpty && medium.isEmpty && campaign.isEmpty
        }
    }

    /// Empty for links and pages, whose id is their digest.
    var text: String {
        switch self {
        case .link, .page: ""
        case .place(let country, let city): Self.join(country, city)
        case .agent(let device, let browser, let os, let isBot): Self.join(device, browser, os, isBot ? "1" : "0")
        case .domain(let host), .referrer(let host): host
        case .campaign(let source, let medium, let campaign): Self.join(source, medium, campaign)
        }
    }

    private static func join(_ parts: String...) -> String { parts.joined(separator: String(separator)) }

    /// Sixteen bytes by which it is found.
    var digest: [UInt8] {
        switch self {
        case .link(let id), .page(let id): id.ulid.bytes
        default: Array(sha256(text).prefix(16))
        }
    }

    /// What it becomes when its workspace has had too many new ones today. There are few links, pages, domains, agents and countries.
    var beyondLimit: ClickValue? {
        switch self {
        case .link, .page, .domain, .agent: nil
        case .place(let country, _): .place(country: country, city: Self.other)
        case .referrer: .referrer(Self.other)
        case .campaign: .campaign(source: Self.other, medium: Self.other, campaign: Self.other)
        }
    }
}

extension Click {
    /// The link, or page, that it is counted by.
    func what(isView: Bool) -> ClickValue { isView ? .page(link) : .link(link) }
}

extension ClickTraits {
    /// What clicks are counted by beside what was clicked.
    var values: (place: ClickValue, agent: ClickValue, referrer: ClickValue, campaign: ClickValue) {
        (
            .place(country: country, city: city),
            .agent(device: agent.device.rawValue, browser: agent.browser, os: agent.os, isBot: agent.isBot),
            .referrer(referrer), .campaign(source: utmSource, medium: utmMedium, campaign: utmCampaign)
        )
    }
}
