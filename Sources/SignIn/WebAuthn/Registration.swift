import Crypto

/// What a browser sends once somebody has made a passkey: bytes as they were received.
public struct RegistrationAnswer: Sendable {
    /// Of `AuthenticatorAttestationResponse`.
    public var clientDataJSON: [UInt8]
    /// Of `getAuthenticatorData()`.
    public var authenticatorData: [UInt8]
    /// Of `getPublicKey()`: SubjectPublicKeyInfo in DER.
    public var publicKey: [UInt8]
    /// Of `getPublicKeyAlgorithm()`: COSE's number.
    public var algorithm: Int
    /// Of `rawId`.
    public var credentialID: [UInt8]
    /// Of `getTransports()`.
    public var transports: [String]

    public init(
        clientDataJSON: [UInt8], authenticatorData: [UInt8], publicKey: [UInt8], algorithm: Int, credentialID: [UInt8],
        transports: [String]
    ) {
        self.clientDataJSON = clientDataJSON
        self.authenticatorData = authenticatorData
        self.publicKey = publicKey
        self.algorithm = algorithm
        self.credentialID = credentialID
        self.transports = transports
    }

    func checkLengths() throws(WebAuthnError) {
        guard AnswerLengths.clientData.contains(clientDataJSON.count),
            AuthenticatorData.lengths.contains(authenticatorData.count), AnswerLengths.publicKey.contains(publicKey.count),
            Credential.idLengths.contains(credentialID.count), transports.count <= AnswerLengths.transports,
            transports.allSatisfy({ AnswerLengths.transport.contains($0.utf8.count) })
        else { throw .length }
    }

    /// Lower-case words: what is none is no transport that a browser could be told again.
    var knownTransports: [String] {
        transports.filter { $0.utf8.allSatisfy { $0 == UInt8(ascii: "-") || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 } }
    }
}

/// Bounds, in bytes, with room above what authenticators make. Nothing longer is parsed.
enum AnswerLengths {
    static let clientData = 1...4096
    /// RSA of 4,096 bits takes 550.
    static let publicKey = 1...1024
    /// RSA of 4,096 bits takes 512.
    static let signature = 1...512
    /// Web Authentication Level 3, section 5.4.3: "a maximum size of 64 bytes".
    static let userHandle = 1...64
    static let transport = 1...32
    /// How many.
    static let transports = 16
}

extension RelyingParty {
    /// The passkey that an answer brings, by section 7.1 of W3C Web Authentication Level 3 for `attestation: "none"`. The key
    /// is read from the SubjectPublicKeyInfo that browsers give, and has to occur in the authenticator's data: no CBOR.
    ///
    /// The caller sees to the rest: the challenge is one of this browser, not older than five minutes, and deleted
    /// already; the person has just shown a factor; no passkey with this id is stored, as the unique key says.
    public func verify(_ answer: RegistrationAnswer, challenge: Challenge) throws(WebAuthnError) -> Credential {
        try answer.checkLengths()
        try check(clientData: answer.clientDataJSON, of: .registration, for: challenge)
        let data = try AuthenticatorData(answer.authenticatorData)
        try check(data)
        let attested = try data.attestedCredential()
        guard attested.id == answer.credentialID else { throw .credentialID }
        guard let algorithm = Credential.Algorithm(rawValue: answer.algorithm) else { throw .algorithm }
        guard let key = PublicKey(subjectPublicKeyInfo: answer.publicKey), key.kind == algorithm.kind else { throw .publicKey }
        guard key.numbers.allSatisfy(attested.keyAndExtensions.contains) else { throw .foreignKey }
        return Credential(
            id: attested.id, publicKey: answer.publicKey, algorithm: algorithm, counter: data.counter,
            backupEligible: data.flags.contains(.backupEligible), backedUp: data.flags.contains(.backedUp),
            aaguid: attested.aaguid, transports: answer.knownTransports)
    }
}
