import Crypto
import Testing

@Suite("Sealed texts")
struct SealedTextTests {
    private let secret = "a key of high entropy"

    @Test("what was sealed reads back, at any length", arguments: [0, 1, 15, 16, 17, 38, 1000, 100_000])
    func roundTrip(length: Int) throws {
        let plaintext = try randomBytes(length)
        let sealed = try seal(plaintext, secret: secret)
        #expect(sealed.count == 1 + 12 + length + 16)
        #expect(sealed.first == 1)
        #expect(try unseal(sealed, secret: secret) == plaintext)
    }

    /// Made by AESGCM of Python's cryptography 48, with the nonce 0, 1, … 11.
    static let vectors: [(plaintext: String, sealed: String)] = [
        ("", "01000102030405060708090a0b5755b279a9710ef4c08184b10d42a9f7"),
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "01000102030405060708090a0b9fb11b3a66b713114d0a5c0b8de7de48796b569a5e990dc280686ee151d37725"
                + "dddaf90b997263fa35246f9b8c021bbc925d220c6574"
        ),
    ]

    @Test("the form is AES-256-GCM as others make it", arguments: vectors)
    func known(plaintext: String, sealed: String) throws {
        #expect(try unseal(bytes(sealed), secret: secret) == Array(plaintext.utf8))
    }

    @Test("the same text is sealed differently each time")
    func fresh() throws {
        let plaintext = Array("whsec_1".utf8)
        #expect(try seal(plaintext, secret: secret) != seal(plaintext, secret: secret))
    }

    @Test("another secret reads nothing", arguments: ["", "a key of high entropY", "a key of high entropy "])
    func otherSecret(other: String) throws {
        let sealed = try seal(Array("whsec_1".utf8), secret: secret)
        #expect(try unseal(sealed, secret: other) == nil)
    }

    @Test("one changed bit anywhere, a missing byte and an extra byte are seen")
    func altered() throws {
        let sealed = try seal(Array("whsec_1".utf8), secret: secret)
        for index in sealed.indices {
            for bit in 0..<8 {
                var altered = sealed
                altered[index] ^= 1 << bit
                #expect(try unseal(altered, secret: secret) == nil)
            }
            #expect(try unseal(Array(sealed.prefix(index)), secret: secret) == nil)
        }
        #expect(try unseal(sealed + [0], secret: secret) == nil)
    }

    private func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }
}
