/// What a workspace has subscribed to.
public enum Plan: String, Sendable, CaseIterable {
    case hobby, pro, enterprise

    /// Requests a minute that all keys of a workspace may make together.
    public var requestsPerMinute: Int {
        switch self {
        case .hobby: 60
        case .pro: 600
        case .enterprise: 6_000
        }
    }

    /// Days that the audit log and the details of requests are kept.
    public var auditDays: Int {
        switch self {
        case .hobby: 30
        case .pro: 180
        case .enterprise: 730
        }
    }
}
