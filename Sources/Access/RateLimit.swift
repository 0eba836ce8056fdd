import HTTP

/// What the limits say of one request.
public struct RateDecision: Sendable, Equatable {
    public var isAllowed: Bool
    /// Requests a minute, of the limit that is the tightest at the moment.
    public var limit: Int
    public var remaining: Int
    /// Seconds until ``resetAt``; never 0.
    public var secondsToReset: Int
    /// When a request is let in that is not now, in seconds since 1970: a refused one; else one beyond those that remain,
    /// however these are spent.
    public var resetAt: Int
    /// The epoch that was asked for, see ``Authenticator``. Nil while Redis is away.
    public var epoch: String?
    /// False where this process has decided by itself.
    public var isShared: Bool

    /// - Parameters:
    ///   - wait: milliseconds until a request is let in that is not now.
    ///   - now: milliseconds since 1970.
    package init(isAllowed: Bool, limit: Int, remaining: Int, wait: Int, now: Int, epoch: String? = nil, isShared: Bool) {
        self.isAllowed = isAllowed
        self.limit = limit
        self.remaining = remaining
        secondsToReset = max(1, (wait + 999) / 1000)
        resetAt = (now + wait + 999) / 1000
        self.epoch = epoch
        self.isShared = isShared
    }
}

/// Who is counted, and how many requests a minute they may make.
package struct RateLimit: Sendable, Equatable {
    /// Keys of one owner share the text in braces, so that Redis Cluster keeps them on one node (hash tag).
    package var subject: String
    package var perMinute: Int

    /// - Parameters:
    ///   - owner: a workspace, an address.
    ///   - part: what of the owner's is counted by itself, such as a key.
    package init(_ owner: String, part: String? = nil, perMinute: Int) {
        subject = "{\(owner)}" + (part.map { ":" + $0 } ?? "")
        self.perMinute = perMinute
    }
}

/// What a request counts as against one limit.
package struct RateCharge: Sendable, Equatable {
    package var limit: RateLimit
    package var cost = 1
    /// What it will cost when it comes again, for the time that a refused client is told to wait.
    package var next = 1

    package init(limit: RateLimit, cost: Int = 1, next: Int = 1) {
        self.limit = limit
        self.cost = cost
        self.next = next
    }
}

/// Which epoch a decision depends on.
package enum EpochDemand: Sendable, Equatable {
    /// None: nothing is cached of whoever is counted.
    case none
    /// That of the first subject, which gets one where it has none.
    case present
    /// The same, but under another than this one nothing is counted: the limits may be others.
    case expected(String)
}

/// A request over its limit.
package struct RateRefusal: Error {
    package var rate: RateDecision

    package init(rate: RateDecision) { self.rate = rate }

    package var problem: Problem { .rateLimited(retryAfter: rate.secondsToReset) }
}
