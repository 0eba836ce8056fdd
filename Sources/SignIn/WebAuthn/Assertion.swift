import Crypto

/// What a browser sends once somebody has signed in with a passkey: bytes as they were received.
public struct AssertionAnswer: Sendable {
    /// Of `AuthenticatorAssertionResponse`, as are the next three.
    public var clientDataJSON: [UInt8]
    public var authenticatorData: [UInt8]
    public var signature: [UInt8]
    /// The id that the user had when the passkey was made; nil where the authenticator gave none. Passkeys, which are
    /// discoverable, always have it.
    public var userHandle: [UInt8]?
    /// Of `rawId`.
    public var credentialID: [UInt8]

    public init(
        clientDataJSON: [UInt8], authenticatorData: [UInt8], signature: [UInt8], userHandle: [UInt8]?, credentialID: [UInt8]
    ) {
        self.clientDataJSON = clientDataJSON
        self.authenticatorData = authenticatorData
        self.signature = signature
        self.userHandle = userHandle
        self.credentialID = credentialID
    }

    func checkLengths() throws(WebAuthnError) {
        guard AnswerLengths.clientData.contains(clientDataJSON.count),
            AuthenticatorData.lengths.contains(authenticatorData.count), AnswerLengths.signature.contains(signature.count), Credential.idLengths.contains(credentialID.count),
            userHandle.map({ AnswerLengths.userHandle.contains($0.count) }) ?? true
        else { throw .length }
    }
}

/// What to store of a passkey that has signed.
public struct CredentialState: Hashable, Sendable {
    public var counter: UInt32
    public var backedUp: Bool

    public init(counter: UInt32, backedUp: Bool) {
        self.counter = counter
        self.backedUp = backedUp
    }
}

/// A verified sign-in. It is the caller who decides what a suspicious counter means.
public enum AssertionResult: Hashable, Sendable {
    case verified(CredentialState)
    /// The counter did not grow: two authenticators may have the same key (section 6.1.1 of Web Authentication Level 3).
    case suspiciousCounter(CredentialState)
}

extension RelyingParty {
    /// Verifies a sign-in by section 7.2 of W3C Web Authentication Level 3.
    ///
    /// The caller sees to the challenge: one of this browser, not older than five minutes, and deleted already.
    /// - Parameters:
    ///   - credential: the stored one that has the answer's ``AssertionAnswer/credentialID``.
    ///   - userHandle: of the user whose passkey that is.
    public func verify(
        _ answer: AssertionAnswer, challenge: Challenge, credential: Credential, userHandle: [UInt8]
    ) throws(WebAuthnError) -> AssertionResult {
        try answer.checkLengths()
        guard answer.credentialID == credential.id else { throw .credentialID }
        guard let handle = answer.userHandle, constantTimeEquals(handle, userHandle) else { throw .userHandle }
        try check(clientData: answer.clientDataJSON, of: .assertion, for: challenge)
        let data = try AuthenticatorData(answer.authenticatorData)
        try check(data)
        guard data.flags.contains(.backupEligible) == credential.backupEligible else { throw .backupEligibility }
        guard try credential.hasSigned(answer) else { throw .signature }
        let state = CredentialState(counter: data.counter, backedUp: data.flags.contains(.backedUp))
        let isSuspicious = (data.counter, credential.counter) != (0, 0) && data.counter <= credential.counter
        return isSuspicious ? .suspiciousCounter(state) : .verified(state)
    }
}

extension Credential {
    /// Over the bytes that were received, never over what was read in them.
    fileprivate func hasSigned(_ answer: AssertionAnswer) throws(WebAuthnError) -> Bool {
        guard let key = PublicKey(subjectPublicKeyInfo: publicKey), key.kind == algorithm.kind else { throw .publicKey }
        do throws(CryptoError) {
            return try key.isSignature(answer.signature, of: answer.authenticatorData + sha256(answer.clientDataJSON))
        } catch { throw .failed(error) }
    }
}
