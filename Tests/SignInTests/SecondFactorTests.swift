import Crypto
import SignIn
import Testing
import Text

@Suite("Second factors")
struct SecondFactorTests {
    @Test("there are ten recovery codes, no two alike, in five groups of five signs of Base32")
    func recovery() throws {
        let codes = try RecoveryCode.make()
        #expect(codes.count == 10)
        #expect(Set(codes.map(\.shown)).count == 10)
        for code in codes { #expect(code.shown.wholeMatch(of: /[A-Z2-7]{5}(-[A-Z2-7]{5}){4}/) != nil) }
        // Each sign takes part, the last too: in 1,000 codes all 32 stand there.
        let last = try (0..<100).flatMap { _ in try RecoveryCode.make() }.compactMap(\.shown.last)
        #expect(Set(last).count == 32)
    }

    @Test("a recovery code is read whatever its case, spaces and hyphens, and its digest is the SHA-256 of its signs")
    func read() throws {
        let expected = sha256("ABCDEFGHIJKLMNOPQRSTUVWXY")
        for typed in ["ABCDE-FGHIJ-KLMNO-PQRST-UVWXY", "abcdefghijklmnopqrstuvwxy", " abcde fghij klmno - pqrst uvwxy "] {
            let code = try #require(RecoveryCode(typed))
            #expect(code.digest == expected)
            #expect(code.shown == "ABCDE-FGHIJ-KLMNO-PQRST-UVWXY")
        }
        let code = try #require(try RecoveryCode.make().first)
        #expect(RecoveryCode(code.shown.lowercased())?.digest == code.digest)
    }

    @Test(
        "what has another length or other signs is no recovery code",
        arguments: ["", "ABCDE-FGHIJ-KLMNO-PQRST-UVWX", "ABCDE-FGHIJ-KLMNO-PQRST-UVWXYZ", "ABCDE-FGHIJ-KLMNO-PQRST-UVW01", "é"])
    func refused(typed: String) {
        #expect(RecoveryCode(typed) == nil)
    }

    @Test("one field takes six digits and recovery codes", arguments: ["123456", " 123 456 ", "123-456"])
    func digits(typed: String) throws {
        guard case .totp("123456") = try #require(SecondFactorCode(typed)) else { return #expect(Bool(false)) }
        guard case .recovery(let code) = try #require(SecondFactorCode("abcde fghij klmno pqrst uvwxy")) else {
            return #expect(Bool(false))
        }
        #expect(code.digest == sha256("ABCDEFGHIJKLMNOPQRSTUVWXY"))
    }

    @Test(
        "and nothing else",
        arguments: [
            "", "12345", "1234567", "12345a", "１２３４５６", "١٢٣٤٥٦", "ABCDE", String(repeating: " ", count: 60) + "123456",
            String(repeating: "-", count: 1_000_000),
        ])
    func neither(typed: String) {
        #expect(SecondFactorCode(typed) == nil)
    }

    @Test("a secret has 20 bytes, and no two are alike")
    func secret() throws {
        #expect(try AuthenticatorApp.newSecret().count == 20)
        #expect(try AuthenticatorApp.newSecret() != AuthenticatorApp.newSecret())
    }

    @Test("an app reads secret, issuer and account from one address")
    func address() {
        let secret = Array("12345678901234567890".utf8)
        let address = AuthenticatorApp.uri(secret: secret, issuer: "Röster & Co: links", account: "anna+x@example.com")
        #expect(
            address == "otpauth://totp/R%C3%B6ster%20%26%20Co%20links:anna%2Bx%40example.com"
                + "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=R%C3%B6ster%20%26%20Co%20links"
                + "&algorithm=SHA1&digits=6&period=30")
    }

    @Test("codes are never printed")
    func hidden() throws {
        let codes = try [#require(SecondFactorCode("123456")), #require(SecondFactorCode("abcde fghij klmno pqrst uvwxy"))]
        let recovery = try #require(RecoveryCode("abcde fghij klmno pqrst uvwxy"))
        var printed = "\(codes) \(recovery) " + String(reflecting: codes)
        dump(codes, to: &printed)
        dump(recovery, to: &printed)
        #expect(!printed.contains("123456") && !printed.contains("ABCDE") && !printed.contains("abcde"))
        #expect("\(codes[0])" == "code of an authenticator app")
        #expect("\(recovery)" == "recovery code")
    }
}
