import Crypto
import SignIn
import Testing

/// A browser and an authenticator that do everything as they should. A test changes one thing: what is signed is signed after
/// it, so that nothing else is wrong.
package struct Passkey: Sendable {
    package static let relyingParty = RelyingParty(host: "app.example.com")
    package static let userHandle = [UInt8](repeating: 7, count: 32)

    package let key: SigningKey

    // What the browser writes.
    package var type: String?
    package var challenge: [UInt8]
    package var origin = "https://app.example.com"
    /// More members, each behind a comma.
    package var members = #","crossOrigin":false"#
    /// In place of all that.
    package var clientData: String?

    // What the authenticator says.
    package var host = "app.example.com"
    package var flags: Flags = [.userPresent, .userVerified, .backupEligible, .backedUp]
    package var hasCredential = true
    package var counter: UInt32 = 0
    package var attestedID = [UInt8](0..<32)
    package var attestedKey: [UInt8]
    package var extensions: [UInt8] = []
    /// How many bytes of its data arrive.
    package var authenticatorDataLength = Int.max

    // What the client sends beside.
    package var credentialID = [UInt8](0..<32)
    package var publicKey: [UInt8]
    package var algorithm: Int
    package var transports = ["internal", "hybrid"]
    package var userHandle: [UInt8]? = Self.userHandle
    package var changeSignature: @Sendable ([UInt8]) -> [UInt8] = { $0 }

    package struct Flags: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let userPresent = Flags(rawValue: 0x01)
        package static let userVerified = Flags(rawValue: 0x04)
        package static let backupEligible = Flags(rawValue: 0x08)
        package static let backedUp = Flags(rawValue: 0x10)
        package static let hasCredential = Flags(rawValue: 0x40)
        package static let hasExtensions = Flags(rawValue: 0x80)
    }

    package init(_ algorithm: Credential.Algorithm, _ challenge: Challenge) throws {
        key = try SigningKey.one(algorithm)
        self.challenge = challenge.bytes
        self.algorithm = algorithm.rawValue
        publicKey = key.publicKey
        attestedKey = try Self.coseKey(key)
    }

    /// The key as an authenticator writes it (RFC 9053, section 7; RFC 8230, section 4).
    package static func coseKey(_ key: SigningKey) throws -> [UInt8] {
        guard let numbers = PublicKey(subjectPublicKeyInfo: key.publicKey)?.numbers else { throw NoKey() }
        return switch key.algorithm {
        case .es256:
            [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20] + numbers[0] + [0x22, 0x58, 0x20] + numbers[1]
        case .eddsa: [0xA4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20] + numbers[0]
        case .rs256: [0xA4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20, 0x59, 0x01, 0x00] + numbers[0] + [0x21, 0x43] + numbers[1]
        }
    }

    package struct NoKey: Error {}

    package func registration() -> RegistrationAnswer {
        RegistrationAnswer(
            clientDataJSON: clientDataJSON("webauthn.create"), authenticatorData: authenticatorData(attested: hasCredential),
            publicKey: publicKey, algorithm: algorithm, credentialID: credentialID, transports: transports)
    }

    package func assertion() throws -> AssertionAnswer {
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
