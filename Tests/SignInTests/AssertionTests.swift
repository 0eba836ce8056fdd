import Authenticators
import Crypto
import SignIn
import Testing

@Suite("A passkey signs in")
struct AssertionTests {
    private let challenge: Challenge

    init() throws { challenge = try Challenge() }

    /// The passkey as it was registered.
    private func stored(_ passkey: Passkey) -> Credential {
        Credential(
            id: [UInt8](0..<32), publicKey: passkey.key.publicKey, algorithm: passkey.key.algorithm, counter: 0,
            backupEligible: true, backedUp: true, aaguid: [UInt8](repeating: 9, count: 16), transports: [])
    }

    private func verify(_ passkey: Passkey, _ credential: Credential? = nil) throws -> AssertionResult {
        try Passkey.relyingParty.verify(
            passkey.assertion(), challenge: challenge, credential: credential ?? stored(passkey), userHandle: Passkey.userHandle)
    }

    @Test("a passkey of each algorithm signs in", arguments: Credential.Algorithm.allCases)
    func taken(algorithm: Credential.Algorithm) throws {
        let passkey = try Passkey(algorithm, challenge)
        #expect(try verify(passkey) == .verified(CredentialState(counter: 0, backedUp: true)))
    }

    @Test("what was registered signs in")
    func both() throws {
        let passkey = try Passkey(.es256, challenge)
        let credential = try Passkey.relyingParty.verify(passkey.registration(), challenge: challenge)
        #expect(try verify(passkey, credential) == .verified(CredentialState(counter: 0, backedUp: true)))
    }

    @Test("a backup that was made since is told, and one that is gone")
    func backup() throws {
        var passkey = try Passkey(.es256, challenge)
        passkey.flags.remove(.backedUp)
        #expect(try verify(passkey) == .verified(CredentialState(counter: 0, backedUp: false)))
    }

    @Test("extensions and other members of the client data are ignored; they are signed, too")
    func ignored() throws {
        var passkey = try Passkey(.es256, challenge)
        passkey.members = #","x":[1]"#
        passkey.extensions = [0xA1, 0x61, 0x78, 0xF5]
        passkey.flags.insert(.hasExtensions)
        #expect(throws: Never.self) { try verify(passkey) }
    }

    @Test(
        "a counter has to grow, unless both are 0; the caller decides what one means that does not",
        arguments: [
            (0, 0, true), (0, 1, true), (1, 2, true), (7, 4_294_967_295, true),
            (1, 1, false), (1, 0, false), (2, 1, false), (4_294_967_295, 0, false),
        ] as [(UInt32, UInt32, Bool)])
    func counter(before: UInt32, now: UInt32, isFine: Bool) throws {
        var passkey = try Passkey(.es256, challenge)
        passkey.counter = now
        var credential = stored(passkey)
        credential.counter = before
        let state = CredentialState(counter: now, backedUp: true)
        #expect(try verify(passkey, credential) == (isFine ? .verified(state) : .suspiciousCounter(state)))
    }

    static let flaws: [Flaw] = [
        Flaw("an answer to registration", .type) { $0.type = "webauthn.create" },
        Flaw("another eligibility than when it was registered", .backupEligibility) { $0.flags = [.userPresent, .userVerified] },
        Flaw("another user's handle", .userHandle) { $0.userHandle?[0] ^= 1 },
        Flaw("a handle that only begins alike", .userHandle) { $0.userHandle?.append(0) },
        Flaw("no handle", .userHandle) { $0.userHandle = nil },
        Flaw("an empty handle", .length) { $0.userHandle = [] },
        Flaw("a handle of 65 bytes", .length) { $0.userHandle = [UInt8](repeating: 7, count: 65) },
        Flaw("an id of 1,024 bytes", .length) { $0.credentialID = [UInt8](repeating: 1, count: 1024) },
        Flaw("no signature", .length) { $0.changeSignature = { _ in [] } },
        Flaw("a signature of 513 bytes", .length) { $0.changeSignature = { _ in [UInt8](repeating: 1, count: 513) } },
        Flaw("a changed signature", .signature) { $0.changeSignature = { $0.dropLast() + [$0[$0.count - 1] ^ 1] } },
        Flaw("what is no signature", .signature) { $0.changeSignature = { _ in [0x30, 0x00] } },
    ]

    @Test("each of these alone has it refused", arguments: Flaw.common + flaws)
    func refused(_ flaw: Flaw) throws {
        var passkey = try Passkey(.es256, challenge)
        #expect(throws: Never.self) { try verify(passkey) }
        flaw.change(&passkey)
        #expect(throws: flaw.error) { try verify(passkey) }
    }

    @Test("the signature is of the bytes that were received: the same JSON in other words does not verify")
    func received() throws {
        var answer = try Passkey(.es256, challenge).assertion()
        answer.clientDataJSON.append(UInt8(ascii: " "))
        let credential = stored(try Passkey(.es256, challenge))
        #expect(throws: WebAuthnError.signature) {
            try Passkey.relyingParty.verify(answer, challenge: challenge, credential: credential, userHandle: Passkey.userHandle)
        }
    }

    @Test("each bit of the authenticator's data is signed")
    func signedData() throws {
        let passkey = try Passkey(.es256, challenge)
        for index in 33..<37 {
            var answer = try passkey.assertion()
            answer.authenticatorData[index] ^= 1
            #expect(throws: WebAuthnError.signature) {
                try Passkey.relyingParty.verify(
                    answer, challenge: challenge, credential: stored(passkey), userHandle: Passkey.userHandle)
            }
        }
    }

    @Test("another passkey's signature is none of this one", arguments: Credential.Algorithm.allCases)
    func otherKey(algorithm: Credential.Algorithm) throws {
        let passkey = try Passkey(algorithm, challenge)
        var credential = stored(passkey)
        credential.publicKey = try SigningKey(algorithm).publicKey
        #expect(throws: WebAuthnError.signature) { try verify(passkey, credential) }
    }

    @Test("a stored key is used by its own algorithm only")
    func otherAlgorithm() throws {
        let passkey = try Passkey(.es256, challenge)
        var credential = stored(passkey)
        credential.algorithm = .rs256
        #expect(throws: WebAuthnError.publicKey) { try verify(passkey, credential) }
    }

    @Test("a user without a handle is nobody's user")
    func noHandle() throws {
        let passkey = try Passkey(.es256, challenge)
        #expect(throws: WebAuthnError.userHandle) {
            try Passkey.relyingParty.verify(
                passkey.assertion(), challenge: challenge, credential: stored(passkey), userHandle: [])
        }
    }

    @Test("each refusal is a sentence of its own")
    func sentences() {
        let errors: [WebAuthnError] = [
            .length, .clientData, .type, .challenge, .origin, .crossOrigin, .authenticatorData, .relyingParty, .userPresence,
            .userVerification, .backupState, .backupEligibility, .noCredential, .credentialID, .algorithm, .publicKey, .foreignKey,
            .userHandle, .signature,
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
        #expect(errors.allSatisfy { $0.description.hasSuffix(".") })
    }
}
