import Model

/// A browser in which somebody is signed in.
public struct Session: Sendable, Equatable {
    public var id: SessionID
    public var user: UserID
    public var method: Method
    /// Whether it outlives the browser.
    public var isKept: Bool
    /// In words: `Firefox`, `Linux`.
    public var browser: String
    public var system: String
    /// Coarse: a /24 or a /48.
    public var address: String
    /// ISO 3166-1 alpha-2; empty where unknown.
    public var country: String
    /// When the user last showed who they are, beyond having the cookie.
    public var steppedUpAt: Timestamp?
    public var seenAt: Timestamp
    public var endsAt: Timestamp
    public var createdAt: Timestamp
    /// Whether it was found by the value that its cookie had before: good for what was on its way, and for nothing that needs to
    /// have shown who one is.
    public var isFormerValue = false

    /// How the user has signed in.
    public enum Method: String, Sendable, CaseIterable { case password, passkey, link }

    public init(
        id: SessionID = .new(), of user: UserID, by method: Method, isKept: Bool, from place: Place, at now: Timestamp
    ) {
        (self.id, self.user, self.method, self.isKept) = (id, user, method, isKept)
        (browser, system, address, country) = (place.browser, place.system, place.address, place.country)
        (steppedUpAt, seenAt, createdAt) = (now, now, now)
        endsAt = now.adding(seconds: isKept ? Self.keptSeconds : Self.seconds)
    }

    /// Where somebody signs in.
    public struct Place: Sendable, Equatable {
        public var browser: String
        public var system: String
        public var address: String
        public var country: String

        public init(browser: String, system: String, address: String, country: String) {
            (self.browser, self.system, self.address, self.country) = (browser, system, address, country)
        }
    }

    /// The longest life of a session, used or not.
    public static let seconds = 12 * 3600
    public static let keptSeconds = 30 * 86_400
    /// How long one lives that nobody uses.
    public static let idleSeconds = 2 * 3600
    public static let keptIdleSeconds = 7 * 86_400
    /// How long it is enough to have shown who one is.
    public static let stepUpSeconds = 900
    /// How long the value before the present one counts.
    static let overlapSeconds = 10
    /// Sessions of one user; the one that was used longest ago gives way.
    public static let limit = 20

    /// - Returns: nil where the user has to show again who they are.
    public func stepUpEnd(at now: Timestamp) -> Timestamp? {
        guard !isFormerValue, let end = steppedUpAt?.adding(seconds: Self.stepUpSeconds), end > now else { return nil }
        return end
    }
}
