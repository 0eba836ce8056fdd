import AccountStore
import Crypto
import HTTP
import Model

/// How often somebody may try to sign in. Asked before a password is looked at: whoever is refused has cost nothing.
package struct SignInLimits: Sendable {
    private let limiter: RateLimiter

    package init(_ limiter: RateLimiter) { self.limiter = limiter }

    /// Tries in a quarter of an hour, of one network at one account.
    private static let tries = 10
    private static let triesSeconds = 900
    /// Tries in an hour: at one account, from wherever they come; of one network, at whatever accounts.
    private static let account = 100
    private static let network = 60
    /// Challenges of one network in an hour. A screen asks for one before anybody tries.
    private static let challenges = 600
    private static let hour = 3600

    /// Who asks: a /24 or a /48.
    package static func network(of request: Request) -> String { AddressRange.coarse(request.remoteAddress) }

    /// Counts a try.
    /// - Parameter isKnown: whether somebody has signed in to the account from this network in the last 90 days. Strangers who try everywhere
    ///   lock nobody out of where they are at home.
    /// - Throws: ``RateRefusal``; 429 `too_many_tries` where strangers have used up what an account takes.
    package func admit(_ email: String, from request: Request, isKnown: () throws -> Bool) throws {
        let (account, network) = ("sign-in:" + base64URL(Array(sha256(email).prefix(12))), Self.network(of: request))
        try refuse(limiter.check([RateLimit(account, part: network, perMinute: Self.tries)], windowSeconds: Self.triesSeconds))
        try refuse(limiter.check([RateLimit("sign-in:" + network, perMinute: Self.network)], windowSeconds: Self.hour))
        if try isKnown() { return }
        let rate = limiter.check([RateLimit(account, perMinute: Self.account)], windowSeconds: Self.hour)
        guard rate.isAllowed else { throw Problem.tooManyTries(retryAfter: rate.secondsToReset) }
    }

    /// Counts a look at a one-time link. Links, passkeys and passwords are counted apart: who uses one of them up leaves the others
    /// to their neighbours.
    package func admitLink(_ request: Request) throws(RateRefusal) { try admit("one-time-link", request) }

    package func admitPasskey(_ request: Request) throws(RateRefusal) { try admit("passkey", request) }

    private func admit(_ kind: String, _ request: Request, anHour: Int = network) throws(RateRefusal) {
        let network = RateLimit(kind + ":" + Self.network(of: request), perMinute: anHour)
        try refuse(limiter.check([network], windowSeconds: Self.hour))
    }

    /// Counts a try to show again who one is, from wherever it comes: whoever has a copy of the cookie guesses no code.
    package func admitStepUp(_ session: Session) throws(RateRefusal) {
        let tries = RateLimit("step-up:" + session.id.description, perMinute: Self.tries)
        try refuse(limiter.check([tries], windowSeconds: Self.triesSeconds))
    }

    /// Counts a challenge, which costs a row for five minutes.
    package func admitChallenge(_ request: Request) throws(RateRefusal) {
        try admit("challenge", request, anHour: Self.challenges)
    }

    private func refuse(_ rate: RateDecision) throws(RateRefusal) {
        guard rate.isAllowed else { throw RateRefusal(rate: rate) }
    }
}

extension Problem {
    static func tooManyTries(retryAfter seconds: Int) -> Problem {
        Problem(
            status: 429, code: "too_many_tries", title: "Too many tries",
            detail: "Sign in with a passkey, from where you have signed in before, or with a link from an owner or whoever runs this "
                + "service; passwords of this account are taken again in \(seconds) s.",
            headers: [Response.Field(.retryAfter, String(seconds))])
    }
}
