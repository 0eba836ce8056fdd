import Access
import AccountStore
import API
import Crypto
import HTTP
import JSON
import Logging
import Model
import SignIn
import Store
import Work

/// Verifies what browsers send once somebody has signed with a passkey. Whatever is wrong, they get one answer; the log has the
/// reason, at debug level.
struct PasskeyCheck {
    private let services: Services
    private let author: Author
    private let now: Timestamp

    init(_ call: GuestCall) { (services, author, now) = (call.services, call.author, call.now) }
    init(_ call: PersonCall) { (services, author, now) = (call.services, call.author, call.now) }

    // MARK: Challenges

    /// A fresh challenge, stored for a ceremony.
    func newChallenge(for ceremony: Challenges.Ceremony) throws -> Challenge {
        let challenge = try Challenge()
        try services.store.write { try Challenges.create(challenge.bytes, for: ceremony, at: now, on: $0) }
        return challenge
    }

    /// Uses a challenge up, whatever comes of it.
    /// - Returns: nil where none of these bytes was made for the ceremony, or it was used or has ended.
    func take(_ bytes: [UInt8]?, for ceremony: Challenges.Ceremony) throws -> Challenge? {
        guard let challenge = bytes.flatMap(Challenge.init),
            try services.store.write({ try Challenges.take(challenge.bytes, for: ceremony, at: now, on: $0) })
        else { return nil }
        return challenge
    }

    // MARK: Answers

    /// Whose passkey has answered a challenge, which was taken, and which one that is. The use is noted.
    /// - Parameters:
    ///   - challenge: nil where there was none to take.
    ///   - expected: who has to have the passkey; nil where anybody may.
    /// - Throws: 401 `invalid_credentials`.
    func user(of answer: AssertionAnswer, to challenge: Challenge?, expected: UserID? = nil) throws -> (User, PasskeyID) {
        guard let challenge else { throw refusal("there is no such challenge in this browser") }
        let found = try services.store.read { connection in
            try Passkeys.find(credential: answer.credentialID, on: connection).flatMap { passkey in
                try Users.find(passkey.user, on: connection).map { (passkey: passkey, user: $0) }
            }
        }
        guard let (passkey, user) = found, user.id == expected ?? user.id else { throw refusal("nobody who may has this passkey") }
        guard user.disabledAt == nil else { throw refusal("the user is disabled") }
        let account = UserWork(.own(services.office, user, from: author, at: now))
        switch try result(of: answer, challenge, passkey, user) {
        case .verified(let state):
            let isNoted = try account.note(passkey, counter: Int(state.counter), isBackedUp: state.backedUp).make().value
            guard isNoted else { throw refusal("another use was noted meanwhile, or the passkey was removed") }
            return (user, passkey.id)
        case .suspiciousCounter(let state):
            try account.suspect(passkey, counter: Int(state.counter)).make()
            throw refusal("the counter has not grown: another authenticator may have the same key")
        }
    }

    private func result(of answer: AssertionAnswer, _ challenge: Challenge, _ passkey: Passkey, _ user: User) throws -> AssertionResult {
        guard let credential = passkey.verifiable else { throw refusal("it was stored with an unknown algorithm") }
        do throws(WebAuthnError) {
            return try services.relyingParty.verify(answer, challenge: challenge, credential: credential, userHandle: user.handle)
        } catch {
            // OpenSSL could not tell: nobody has done anything wrong.
            if case .failed(let cause) = error { throw cause }
            throw refusal(error.description)
        }
    }

    private func refusal(_ reason: String) -> Problem {
        services.logger.debug("a passkey was refused: \(reason)", metadata: ["request_id": "\(author.requestID)"])
        return .passkeyRefused
    }
}

extension Passkey {
    /// As the verifier knows it. Of the make of the authenticator nothing is stored.
    fileprivate var verifiable: Credential? {
        guard let algorithm = Credential.Algorithm(rawValue: algorithm), let counter = UInt32(exactly: counter) else { return nil }
        return Credential(
            id: credential, publicKey: publicKey, algorithm: algorithm, counter: counter, backupEligible: isBackupEligible,
            backedUp: isBackedUp, aaguid: [], transports: transports)
    }
}

extension Problem {
    static let passkeyRefused = signedOut(
        "invalid_credentials", "Not signed in", "Try again, or sign in with a password; the passkey's answer was not taken.")
}
