/// What a route is about: a page of the reference, and a tag of OpenAPI, by which generators make a class of each.
package enum Topic: String, CaseIterable, Sendable {
    case links
    case qrCodes = "qr-codes"
    case domains
    case analytics
    case apiKeys = "api-keys"
    case webhooks
    case events
    case bioPages = "bio-pages"
    case images
    case auditLog = "audit-log"
    case team
    case workspace
    /// What programs read of the API itself.
    case document
    /// Of who is signed in, on the app host.
    case account

    package var title: String {
        switch self {
        case .links: "Links"
        case .qrCodes: "QR codes"
        case .domains: "Domains"
        case .analytics: "Analytics"
        case .apiKeys: "API keys"
        case .webhooks: "Webhooks"
        case .events: "Events"
        case .bioPages: "Bio pages"
        case .images: "Images"
        case .auditLog: "Audit log"
        case .team: "Team"
        case .workspace: "Workspace"
        case .document: "OpenAPI document"
        case .account: "Accounts and sessions"
        }
    }

    /// A sentence or two, for the reference and for tools.
    package var about: String {
        switch self {
        case .links: "Short links and their tags, one at a time, a thousand at a time, or all that match a filter."
        case .qrCodes: "QR codes of links: drawn when asked for, or kept with their looks."
        case .domains: "Hosts of the workspace's own, and the DNS records that prove it."
        case .analytics: "Clicks and requests to the API, counted by time, place, device and more."
        case .apiKeys: "Keys with scopes, which can be limited, rotated and revoked."
        case .webhooks: "Endpoints that are told of events as they happen, and the log of what was sent."
        case .events: "What has happened in the workspace."
        case .bioPages: "Pages of links: a draft that is edited, and what visitors see once it is published."
        case .images: "Images for bio pages and for the workspace's brand."
        case .auditLog: "Who has done what in the workspace."
        case .team: "Members, their roles, and invitations."
        case .workspace: "The workspace itself: its plan, its quotas and its brand."
        case .document: "What programs and people read of the API itself, without a key."
        case .account: "Who is signed in, and how."
        }
    }

    /// By the first step of a path below the base; the codes of a link are QR codes.
    init(path: String) {
        let steps = path.split(separator: "/").map(String.init)
        self = switch steps.first ?? "" {
        case "tags": .links
        case "links": steps.last == "qr" ? .qrCodes : .links
        case "team": .team
        case "openapi.json": .document
        case let step: Topic(rawValue: step) ?? .account
        }
    }
}

extension DescribedRoute {
    package var topic: Topic { Topic(path: path) }
}
