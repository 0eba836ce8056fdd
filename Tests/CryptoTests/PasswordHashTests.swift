import Crypto
import Testing

@Suite("Password hashes")
struct PasswordHashTests {
    /// RFC 7914, section 12, but for the last vector, which takes a gigabyte.
    static let vectors: [(password: String, cost: String, salt: String, hash: String)] = [
        (
            "", "ln=4,r=1,p=1", "",
            "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
        ),
        (
            "password", "ln=10,r=8,p=16", "NaCl",
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
        ),
        (
            "pleaseletmein", "ln=14,r=8,p=1", "SodiumChloride",
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
                + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
        ),
    ]

    @Test("the vectors of RFC 7914 verify, and not with another password", arguments: vectors)
    func known(password: String, cost: String, salt: String, hash: String) throws {
        let encoded = "$scrypt$\(cost)$\(unpadded(Array(salt.utf8)))$\(unpadded(bytes(hash)))"
        #expect(try PasswordHash.verify(password, against: encoded))
        #expect(try !PasswordHash.verify(password + "x", against: encoded))
    }

    private func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }

    private func unpadded(_ bytes: [UInt8]) -> String {
        String(base64(bytes).prefix { $0 != "=" })
    }

    @Test("a new hash verifies its password only, and no two are the same")
    func made() throws {
        let first = try PasswordHash.make("correct horse 🐎")
        let second = try PasswordHash.make("correct horse 🐎")
        #expect(first.hasPrefix("$scrypt$ln=14,r=8,p=1$"))
        #expect(first != second)
        #expect(try PasswordHash.verify("correct horse 🐎", against: first))
        #expect(try !PasswordHash.verify("correct horse", against: first))
    }

    @Test("a hash carries its cost: an account's costs five times a link's, and both verify")
    func costs() throws {
        let hash = try PasswordHash.make("correct horse", cost: .account)
        #expect(hash.hasPrefix("$scrypt$ln=14,r=8,p=5$"))
        #expect(try PasswordHash.verify("correct horse", against: hash))
        #expect(try !PasswordHash.verify("correct horse ", against: hash))
        #expect(!PasswordHash.needsRehash(hash, to: .account))
        #expect(PasswordHash.needsRehash(hash, to: .standard))
        #expect(try !PasswordHash.needsRehash(PasswordHash.make(""), to: .standard))
        #expect(PasswordHash.needsRehash("", to: .account))
    }

    @Test(
        "a text that is no hash verifies nothing",
        arguments: [
            "", "$", "$$$$", "plain", "$scrypt$ln=14,r=8,p=1$c2FsdA", "$scrypt$ln=14,r=8,p=1$c2FsdA$",
            "$scrypt$ln=14,r=8,p=1$c2FsdA$c2hvcnQ", "$bcrypt$ln=14,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA",
            "$scrypt$ln=63,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA",
            "$scrypt$ln=14,r=33,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA",
            "$scrypt$ln=-1,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA",
            "$scrypt$r=8,ln=14,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA",
            "$scrypt$ln=14,r=8$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA", "$scrypt$ln=14,r=8,p=1$c2F dA$AAAAAAAAAAAAAAAAAAAAAA",
        ])
    func malformed(encoded: String) throws {
        #expect(try !PasswordHash.verify("", against: encoded))
        #expect(try !PasswordHash.verify("plain", against: encoded))
    }

    @Test("where scrypt fails nobody is told that a password is wrong: this hash takes more memory than it may have")
    func failing() {
        let encoded = "$scrypt$ln=20,r=32,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"
        #expect(throws: CryptoError.self) { try PasswordHash.verify("plain", against: encoded) }
    }

    @Test("this machine can hash passwords")
    func works() throws { try PasswordHash.test() }
}
