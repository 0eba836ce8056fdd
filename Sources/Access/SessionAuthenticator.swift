import AccountStore
import Crypto
import HTTP
import Model
import Store
import Threads

/// Who is signed in, and where.
package struct SignedIn: Sendable {
    package var session: Session
    package var user: User
    /// What they are in the workspace that the request is for; nil where it names none, or one that they are no member of.
    package var membership: Membership?
}

/// Finds who has a session's cookie. Nothing of it is cached: a session that was ended, a role that was changed, a user who was
/// disabled hold for the next request without anybody being told.
package final class SessionAuthenticator: Sendable {
    package static let cookie = HostCookie("mask_session")

    private let store: Store
    private let limiter: RateLimiter
    /// When sessions were used since that was last written.
    private let seen = Monitor<[SessionID: Timestamp]>([:])

    /// Of those that are noted between two writes.
    private static let seenLimit = 50_000
    /// 32 bytes in base64url.
    private static let valueLength = 43

    package init(store: Store, limiter: RateLimiter) { (self.store, self.limiter) = (store, limiter) }

    /// - Throws: 401 `signed_out`, ``RateRefusal``; an error of the database, and then nobody has been signed out.
    package func authenticate(_ request: Request, workspace: String? = nil) throws -> (SignedIn, RateDecision) {
        let now = Timestamp.now()
        guard let digest = Self.digest(in: request) else { throw refused(request) }
        // Anybody can make up a value. Looking for it costs a query, which the address has to have left.
        let asked = limiter.allows([Authenticator.limit(of: request)])
        guard asked.isAllowed else { throw RateRefusal(rate: asked) }
        let found = try store.read { try Sessions.authenticate(digest: digest, workspace: workspace, at: now, on: $0) }
        guard let found else { throw refused(request) }
        note(found.session, at: now)
        let rate = limiter.check([Principal.limit(of: found.user.id)])
        guard rate.isAllowed else { throw RateRefusal(rate: rate) }
        return (SignedIn(session: found.session, user: found.user, membership: found.membership), rate)
    }

    /// Whether whoever sends a long body is signed in: asked before the body is read. Where MariaDB cannot say so, the answer does
    /// without the body.
    package func mayUpload(_ request: Request) -> Bool {
        guard let digest = Self.digest(in: request), limiter.allows([Authenticator.limit(of: request)]).isAllowed,
            let found = try? store.read({ try Sessions.authenticate(digest: digest, workspace: nil, at: .now(), on: $0) })
        else { return false }
        return limiter.allows([Principal.limit(of: found.user.id)]).isAllowed
    }

    /// SHA-256 of the cookie's value; nil of what no cookie of ours can be.
    private static func digest(in request: Request) -> [UInt8]? {
        guard let value = cookie.value(in: request.fields), value.utf8.count == valueLength else { return nil }
        return sha256(value)
    }

    /// A request without a session counts by its address, as one without a key does.
    private func refused(_ request: Request) -> any Error {
        let rate = limiter.check([Authenticator.limit(of: request)])
        return rate.isAllowed ? Problem.signedOut : RateRefusal(rate: rate)
    }

    private func note(_ session: Session, at now: Timestamp) {
        seen.withLock { if $0.count < Self.seenLimit || $0[session.id] != nil { $0[session.id] = now } }
    }

    /// Writes when sessions were last used. To be called once a minute: no request waits for it.
    package func writeSeen() throws {
        let uses = seen.withLock { uses in
            defer { uses = [:] }
            return uses
        }
        guard !uses.isEmpty else { return }
        try store.write { try Sessions.note(uses, on: $0) }
    }
}

extension Problem {
    package static let signedOut = signedOut("signed_out", "Signed out", "Sign in; there is no session, or it has ended.")

    /// 401 of the app host, where browsers show no window of their own: they know no such scheme.
    package static func signedOut(_ code: String, _ title: String, _ detail: String) -> Problem {
        Problem(
            status: 401, code: code, title: title, detail: detail, headers: [Response.Field(.wwwAuthenticate, #"Session realm="MASK""#)])
    }
}
