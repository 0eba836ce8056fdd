/// What a workspace may have of something: its plan says how much, unless the sysadmin has set it apart.
public enum Quota: String, Sendable, CaseIterable {
    case links, domains
    case bioPages = "bio_pages"
    /// Published states that are kept of one page; the oldest make room.
    case pageVersions = "page_versions"
    case images
    case qrCodes = "qr_codes"
    /// Keys that work.
    case apiKeys = "api_keys"
    case members, webhooks
    /// Bytes of the answers that are kept for repeated requests, as far as they are long.
    case idempotencyBytes = "idempotency_bytes"

    /// Such as "5 webhook endpoints".
    public func phrase(_ number: Int) -> String { "\(number) \(number == 1 ? nouns.one : nouns.many)" }

    private var nouns: (one: String, many: String) {
        switch self {
        case .links: ("link", "links")
        case .domains: ("domain", "domains")
        case .bioPages: ("bio page", "bio pages")
        case .pageVersions: ("version of a page", "versions of a page")
        case .images: ("image", "images")
        case .qrCodes: ("QR code", "QR codes")
        case .apiKeys: ("API key that works", "API keys that work")
        case .members: ("member", "members")
        case .webhooks: ("webhook endpoint", "webhook endpoints")
        case .idempotencyBytes:
            ("byte of answers to requests with an Idempotency-Key", "bytes of answers to requests with an Idempotency-Key")
        }
    }
}

extension Plan {
    public func limit(of quota: Quota) -> Int {
        switch quota {
        case .links: choose(10_000, 200_000, 5_000_000)
        case .domains: choose(5, 25, 100)
        case .bioPages: choose(10, 100, 1000)
        case .pageVersions: choose(20, 50, 100)
        case .images: choose(100, 1000, 10_000)
        case .qrCodes: choose(1000, 20_000, 500_000)
        case .apiKeys: choose(25, 100, 500)
        case .members: choose(5, 50, 1000)
        case .webhooks: choose(5, 20, 100)
        case .idempotencyBytes: choose(50_000_000, 500_000_000, 5_000_000_000)
        }
    }

    private func choose(_ hobby: Int, _ pro: Int, _ enterprise: Int) -> Int {
        switch self {
        case .hobby: hobby
        case .pro: pro
        case .enterprise: enterprise
        }
    }
}

/// The quotas of a workspace that are not its plan's, as they are stored: `domains=30 links=50000`.
public struct QuotaOverrides: Sendable, Equatable, CustomStringConvertible {
    private var numbers: [Quota: Int] = [:]

    public init() {}

    /// What a newer program may have added is passed over.
    public init(stored text: String) {
        for word in text.split(separator: " ") {
            let parts = word.split(separator: "=")
            if parts.count == 2, let quota = Quota(rawValue: String(parts[0])) { numbers[quota] = Int(parts[1]) }
        }
    }

    public subscript(quota: Quota) -> Int? {
        get { numbers[quota] }
        set { numbers[quota] = newValue }
    }

    public var description: String {
        Quota.allCases.compactMap { quota in numbers[quota].map { "\(quota.rawValue)=\($0)" } }.joined(separator: " ")
    }
}
