import Crypto
import SignIn
import Testing

/// A browser and an authenticator that do everything as they should. A test changes one thing: what is signed is signed after
/// it, so that nothing else is wrong.
struct Passkey: Sendable {
    static let relyingParty = RelyingParty(host: "app.example.com")
    static let userHandle = [UInt8](repeating: 7, count: 32)

    let key: SigningKey

    // What the browser writes.
    var type: String?
    var challenge: [UInt8]
    var origin = "https://app.example.com"
    /// More members, each behind a comma.
    var members = #","crossOrigin":false"#
    /// In place of all that.
    var clientData: String?

    // What the authenticator says.
    var host = "app.example.com"
    var flags: Flags = [.userPresent, .userVerified, .backupEligible, .backedUp]
    var hasCredential = true
    var counter: UInt32 = 0
    var attestedID = [UInt8](0..<32)
    var attestedKey: [UInt8]
    var extensions: [UInt8] = []
    /// How many bytes of its data arrive.
    var authenticatorDataLength = Int.max

    // What the client sends beside.
    var credentialID = [UInt8](0..<32)
    var publicKey: [UInt8]
    var algorithm: Int
    var transports = ["internal", "hybrid"]
    var userHandle: [UInt8]? = Self.userHandle
    var changeSignature: @Sendable ([UInt8]) -> [UInt8] = { $0 }

    struct Flags: OptionSet, Sendable {
        let rawValue: UInt8
        static let userPresent = Flags(rawValue: 0x01)
        static let userVerified = Flags(rawValue: 0x04)
        static let backupEligible = Flags(rawValue: 0x08)
        static let backedUp = Flags(rawValue: 0x10)
        static let hasCredential = Flags(rawValue: 0x40)
        static let hasExtensions = Flags(rawValue: 0x80)
    }

    init(_ algorithm: Credential.Algorithm, _ challenge: Challenge) throws {
        key = try SigningKey.one(algorithm)
        self.challenge = challenge.bytes
        self.algorithm = algorithm.rawValue
        publicKey = key.publicKey
        attestedKey = try Self.coseKey(key)
    }

    /// The key as an authenticator writes it (RFC 9053, section 7; RFC 8230, section 4).
    static func coseKey(_ key: SigningKey) throws -> [UInt8] {
        guard let numbers = PublicKey(subjectPublicKeyInfo: key.publicKey)?.numbers else { throw NoKey() }
        return switch key.algorithm {
        case .es256:
            [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20] + numbers[0] + [0x22, 0x58, 0x20] + numbers[1]
        case .eddsa: [0xA4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20] + numbers[0]
        case .rs256: [0xA4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20, 0x59, 0x01, 0x00] + numbers[0] + [0x21, 0x43] + numbers[1]
        }
    }

    struct NoKey: Error {}

    func registration() -> RegistrationAnswer {
        RegistrationAnswer(
            clientDataJSON: clientDataJSON("webauthn.create"), authenticatorData: authenticatorData(attested: hasCredential),
            publicKey: publicKey, algorithm: algorithm, credentialID: credentialID, transports: transports)
    }

    func assertion() throws -> AssertionAnswer {
        let (clientData, data) = (clientDataJSON("webauthn.get"), authenticatorData(attested: false))
        let signature = try key.sign(data + sha256(clientData))
        return AssertionAnswer(
            clientDataJSON: clientData, authenticatorData: data, signature: changeSignature(signature),
            userHandle: userHandle, credentialID: credentialID)
    }

    private func clientDataJSON(_ usual: String) -> [UInt8] {
        let text = #"{"type":"\#(type ?? usual)","challenge":"\#(base64URL(challenge))","origin":"\#(origin)"\#(members)}"#
        return Array((clientData ?? text).utf8)
    }

    private func authenticatorData(attested: Bool) -> [UInt8] {
        let flags = attested ? flags.union(.hasCredential) : flags
        var data = sha256(host) + [flags.rawValue] + withUnsafeBytes(of: counter.bigEndian) { Array($0) }
        if attested {
            data += [UInt8](repeating: 9, count: 16)
            data += [UInt8(attestedID.count >> 8), UInt8(attestedID.count & 0xFF)] + attestedID + attestedKey
        }
        return Array((data + extensions).prefix(authenticatorDataLength))
    }
}

/// One thing that is wrong, and how it is told.
struct Flaw: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let error: WebAuthnError
    let change: @Sendable (inout Passkey) -> Void

    init(_ name: String, _ error: WebAuthnError, _ change: @escaping @Sendable (inout Passkey) -> Void) {
        (testDescription, self.error, self.change) = (name, error, change)
    }

    /// What both ceremonies refuse.
    static let common: [Flaw] = [
        Flaw("another challenge", .challenge) { $0.challenge[31] ^= 1 },
        Flaw("the beginning of the challenge", .challenge) { $0.challenge.removeLast() },
        Flaw("no challenge", .challenge) { $0.challenge = [] },
        Flaw("an unknown type", .type) { $0.type = "payment.get" },
        Flaw("an origin that begins like ours", .origin) { $0.origin += ".evil.example" },
        Flaw("an origin that ends like ours", .origin) { $0.origin = "https://evil-app.example.com" },
        Flaw("the parent domain", .origin) { $0.origin = "https://example.com" },
        Flaw("a host beneath ours", .origin) { $0.origin = "https://x.app.example.com" },
        Flaw("another port", .origin) { $0.origin += ":8443" },
        Flaw("another scheme", .origin) { $0.origin = "http://app.example.com" },
        Flaw("a slash at the end", .origin) { $0.origin += "/" },
        Flaw("capitals in the origin", .origin) { $0.origin = "https://App.example.com" },
        Flaw("a page inside another site's page", .crossOrigin) { $0.members = #","crossOrigin":true"# },
        Flaw("a crossOrigin that is no truth value", .crossOrigin) { $0.members = #","crossOrigin":"false""# },
        Flaw("a top origin", .crossOrigin) { $0.members = #","crossOrigin":false,"topOrigin":"https://app.example.com""# },
        Flaw("client data that are no JSON", .clientData) { $0.clientData = "{" },
        Flaw("client data that are no object", .clientData) { $0.clientData = "[]" },
        Flaw("client data with two origins", .clientData) { $0.members = #","origin":"https://app.example.com""# },
        Flaw("client data without members", .type) { $0.clientData = "{}" },
        Flaw("the RP ID of the parent domain", .relyingParty) { $0.host = "example.com" },
        Flaw("the RP ID of another host", .relyingParty) { $0.host = "go.example.com" },
        Flaw("nobody there", .userPresence) { $0.flags.remove(.userPresent) },
        Flaw("a user who was not verified", .userVerification) { $0.flags.remove(.userVerified) },
        Flaw("backed up without being eligible", .backupState) { $0.flags.remove(.backupEligible) },
        Flaw("no client data", .length) { $0.clientData = "" },
        Flaw("client data of 5,000 bytes", .length) { $0.members = #","x":""# + String(repeating: "x", count: 5000) + #"""# },
        Flaw("data without a counter", .length) { $0.authenticatorDataLength = 36 },
        Flaw("data of more than 4,096 bytes", .length) { $0.extensions = [UInt8](repeating: 0, count: 4096) },
        Flaw("no id", .length) { $0.credentialID = [] },
        Flaw("another id", .credentialID) { $0.credentialID[0] ^= 1 },
    ]
}
