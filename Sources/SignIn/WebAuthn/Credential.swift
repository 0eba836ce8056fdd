import Crypto

/// A passkey, as it is stored.
public struct Credential: Hashable, Sendable {
    /// "A probabilistically-unique byte sequence", at most 1,023 bytes.
    public var id: [UInt8]
    /// SubjectPublicKeyInfo in DER.
    public var publicKey: [UInt8]
    public var algorithm: Algorithm
    /// How often it has signed, as far as it tells; synced passkeys always say 0.
    public var counter: UInt32
    /// Whether it may be copied to other devices; that never changes.
    public var backupEligible: Bool
    /// Whether it is there by now.
    public var backedUp: Bool
    /// 16 bytes: the make of the authenticator, zeros where it is not told.
    public var aaguid: [UInt8]
    /// How the browser may reach it, such as `internal` and `hybrid`: a hint for the next sign-in.
    public var transports: [String]

    public init(
        id: [UInt8], publicKey: [UInt8], algorithm: Algorithm, counter: UInt32, backupEligible: Bool, backedUp: Bool,
        aaguid: [UInt8], transports: [String]
    ) {
        self.id = id
        self.publicKey = publicKey
        self.algorithm = algorithm
        self.counter = counter
        self.backupEligible = backupEligible
        self.backedUp = backedUp
        self.aaguid = aaguid
        self.transports = transports
    }

    /// https://www.w3.org/TR/webauthn-3/#credential-id
    static let idLengths = 1...1023

    /// COSE's numbers of the algorithms that are offered, the best first (RFC 9053, section 2; RFC 8812, section 2).
    ///
    /// Chromium warns unless -7 and -257 are both among them; Windows Hello may give RSA.
    public enum Algorithm: Int, CaseIterable, Sendable {
        case eddsa = -8
        case es256 = -7
        case rs256 = -257

        /// Web Authentication Level 3, section 5.8.5, names one curve for each.
        var kind: PublicKey.Kind {
            switch self {
            case .eddsa: .ed25519
            case .es256: .p256
            case .rs256: .rsa
            }
        }
    }
}
