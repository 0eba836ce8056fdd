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
