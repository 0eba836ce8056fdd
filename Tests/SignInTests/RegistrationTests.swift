import Authenticators
import Crypto
import SignIn
import Testing

@Suite("A passkey is registered")
struct RegistrationTests {
    private let challenge: Challenge

    init() throws { challenge = try Challenge() }

    private func verify(_ passkey: Passkey) throws(WebAuthnError) -> Credential {
        try Passkey.relyingParty.verify(passkey.registration(), challenge: challenge)
    }

    @Test("a passkey of each algorithm is taken, and told as it will be stored", arguments: Credential.Algorithm.allCases)
    func taken(algorithm: Credential.Algorithm) throws {
        var passkey = try Passkey(algorithm, challenge)
        passkey.counter = 0x0102_0304
        let expected = Credential(
            id: [UInt8](0..<32), publicKey: passkey.publicKey, algorithm: algorithm, counter: 0x0102_0304, backupEligible: true,
            backedUp: true, aaguid: [UInt8](repeating: 9, count: 16), transports: ["internal", "hybrid"])
        #expect(try verify(passkey) == expected)
    }

    @Test("a passkey that stays on its device is taken, and one that is not backed up yet")
    func backup() throws {
        var passkey = try Passkey(.es256, challenge)
        passkey.flags.remove(.backedUp)
        #expect(try verify(passkey).backupEligible)
        #expect(try !verify(passkey).backedUp)
        passkey.flags.remove(.backupEligible)
        #expect(try !verify(passkey).backupEligible)
    }

    @Test("what browsers add is ignored: other members of the client data, extensions, Safari's missing crossOrigin")
    func ignored() throws {
        var passkey = try Passkey(.es256, challenge)
        passkey.members = #","other_keys_can_be_added_here":"do not compare clientDataJSON against a template""#
        passkey.extensions = [0xA1, 0x6B] + Array("credProtect".utf8) + [0x03]
        passkey.flags.insert(.hasExtensions)
        #expect(throws: Never.self) { try verify(passkey) }
    }

    @Test("ids of 1 and 1,023 bytes are taken", arguments: [1, 1023])
    func ids(length: Int) throws {
        var passkey = try Passkey(.es256, challenge)
        passkey.attestedID = [UInt8](repeating: 5, count: length)
        passkey.credentialID = passkey.attestedID
        #expect(try verify(passkey).id.count == length)
    }

    @Test("of the transports those are kept that a browser could know")
    func transports() throws {
        var passkey = try Passkey(.es256, challenge)
        passkey.transports = ["usb", "smart-card", "\"", "USB", "nfc "]
        #expect(try verify(passkey).transports == ["usb", "smart-card"])
        passkey.transports = []
        #expect(try verify(passkey).transports.isEmpty)
    }

    static let flaws: [Flaw] = [
        Flaw("an answer to sign-in", .type) { $0.type = "webauthn.get" },
        Flaw("no credential", .noCredential) { $0.hasCredential = false },
        Flaw("a credential that is cut in its id", .authenticatorData) { $0.authenticatorDataLength = 37 + 18 + 31 },
        Flaw("a credential that is cut in its AAGUID", .authenticatorData) { $0.authenticatorDataLength = 37 + 15 },
        Flaw("a credential without a key", .authenticatorData) { $0.authenticatorDataLength = 37 + 18 + 32 },
        Flaw("another id inside", .credentialID) { $0.attestedID[31] ^= 1 },
        Flaw("an id that only begins alike", .credentialID) { $0.attestedID.append(0) },
        Flaw("an empty id inside", .credentialID) { $0.attestedID = [] },
        Flaw("an id of 1,024 bytes inside", .credentialID) { $0.attestedID = [UInt8](repeating: 1, count: 1024) },
        Flaw("an id of 1,024 bytes", .length) { $0.credentialID = [UInt8](repeating: 1, count: 1024) },
        Flaw("ES384", .algorithm) { $0.algorithm = -35 },
        Flaw("no algorithm", .algorithm) { $0.algorithm = 0 },
        Flaw("the algorithm of another kind of key", .publicKey) { $0.algorithm = -257 },
        Flaw("a key that is none", .publicKey) { $0.publicKey.removeLast() },
        Flaw("no key", .length) { $0.publicKey = [] },
        Flaw("a key of 1,025 bytes", .length) { $0.publicKey = [UInt8](repeating: 0x30, count: 1025) },
        Flaw("a point of which y is another inside", .foreignKey) { $0.attestedKey[76] ^= 1 },
        Flaw("a point of which x is another inside", .foreignKey) { $0.attestedKey[10] ^= 1 },
        Flaw("17 transports", .length) { $0.transports = [String](repeating: "usb", count: 17) },
        Flaw("a long transport", .length) { $0.transports = [String(repeating: "x", count: 33)] },
    ]

    @Test("each of these alone has it refused", arguments: Flaw.common + flaws)
    func refused(_ flaw: Flaw) throws {
        var passkey = try Passkey(.es256, challenge)
        #expect(throws: Never.self) { try verify(passkey) }
        flaw.change(&passkey)
        #expect(throws: flaw.error) { try verify(passkey) }
    }

    @Test("somebody else's key is refused, of whatever kind", arguments: Credential.Algorithm.allCases)
    func foreignKey(algorithm: Credential.Algorithm) throws {
        var passkey = try Passkey(algorithm, challenge)
        passkey.publicKey = try SigningKey(algorithm).publicKey
        #expect(throws: WebAuthnError.foreignKey) { try verify(passkey) }
    }

    @Test("the key has to stand behind the id: an id that has it does not make it the authenticator's")
    func keyInID() throws {
        var passkey = try Passkey(.eddsa, challenge)
        let other = try SigningKey(.eddsa)
        passkey.publicKey = other.publicKey
        passkey.attestedID = Array(other.publicKey.suffix(32))
        passkey.credentialID = passkey.attestedID
        #expect(throws: WebAuthnError.foreignKey) { try verify(passkey) }
    }

    @Test("an answer to one challenge is none to the next")
    func replay() throws {
        let passkey = try Passkey(.es256, challenge)
        #expect(throws: WebAuthnError.challenge) {
            try Passkey.relyingParty.verify(passkey.registration(), challenge: Challenge())
        }
    }

    @Test("a challenge has 32 bytes, no two are alike, and a stored one is the same")
    func challenges() throws {
        #expect(challenge.bytes.count == 32)
        #expect(try Challenge() != challenge)
        #expect(Challenge(challenge.bytes) == challenge)
        #expect(Challenge([UInt8](repeating: 0, count: 31)) == nil)
        #expect(Challenge([]) == nil)
    }

    @Test("the origin has the port where it is not 443")
    func origins() {
        #expect(RelyingParty(host: "app.example.com").origin == "https://app.example.com")
        #expect(RelyingParty(host: "app.example.com", port: 8443).origin == "https://app.example.com:8443")
        #expect(RelyingParty(host: "app.example.com", port: 8443).id == "app.example.com")
    }

    @Test("no answer, however it is cut or changed, ends the program")
    func arbitrary() throws {
        let answer = try Passkey(.es256, challenge).registration()
        for index in answer.authenticatorData.indices {
            var changed = answer
            changed.authenticatorData = Array(answer.authenticatorData.prefix(index))
            #expect(throws: WebAuthnError.self) { try Passkey.relyingParty.verify(changed, challenge: challenge) }
            changed.authenticatorData = answer.authenticatorData
            changed.authenticatorData[index] = 0xFF
            _ = try? Passkey.relyingParty.verify(changed, challenge: challenge)
        }
    }
}
