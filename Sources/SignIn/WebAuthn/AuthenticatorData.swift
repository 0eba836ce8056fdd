/// What an authenticator says (W3C Web Authentication Level 3, section 6.1): hash of the RP ID (32 bytes), flags (1), counter
/// (4), at registration the credential, then extensions, which are ignored.
struct AuthenticatorData {
    static let lengths = 37...4096

    struct Flags: OptionSet {
        let rawValue: UInt8

        static let userPresent = Flags(rawValue: 1 << 0)
        static let userVerified = Flags(rawValue: 1 << 2)
        static let backupEligible = Flags(rawValue: 1 << 3)
        static let backedUp = Flags(rawValue: 1 << 4)
        static let hasCredential = Flags(rawValue: 1 << 6)
    }

    let relyingPartyHash: [UInt8]
    let flags: Flags
    let counter: UInt32
    private let rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) throws(WebAuthnError) {
        guard bytes.count >= Self.lengths.lowerBound else { throw .authenticatorData }
        relyingPartyHash = Array(bytes[..<32])
        flags = Flags(rawValue: bytes[32])
        counter = bytes[33..<37].reduce(0) { $0 << 8 | UInt32($1) }
        rest = bytes[37...]
    }

    /// The attested credential data of section 6.5.1: AAGUID (16 bytes), length of the id (2), the id, and the key in COSE's
    /// form, whose end only a reader of CBOR finds.
    struct AttestedCredential {
        let aaguid: [UInt8]
        let id: [UInt8]
        /// The key, and the extensions behind it.
        let keyAndExtensions: [UInt8]
    }

    /// The id inside is yet to be compared with the one that came beside it, whose length is bounded.
    func attestedCredential() throws(WebAuthnError) -> AttestedCredential {
        guard flags.contains(.hasCredential) else { throw .noCredential }
        guard rest.count >= 18 else { throw .authenticatorData }
        let length = rest.dropFirst(16).prefix(2).reduce(0) { $0 << 8 | Int($1) }
        let idAndKey = rest.dropFirst(18)
        guard idAndKey.count > length else { throw .authenticatorData }
        return AttestedCredential(
            aaguid: Array(rest.prefix(16)), id: Array(idAndKey.prefix(length)),
            keyAndExtensions: Array(idAndKey.dropFirst(length)))
    }
}
