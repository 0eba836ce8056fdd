import Crypto
import Testing

@Suite("Codes of an authenticator app")
struct TOTPTests {
    /// The secret of the examples in RFC 4226 and RFC 6238.
    private let totp = TOTP(secret: Array("12345678901234567890".utf8))

    @Test(
        "codes are the last six digits of those in RFC 6238, appendix B",
        arguments: [
            (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
            (2_000_000_000, "279037"), (20_000_000_000, "353130"),
        ])
    func known(seconds: Int, code: String) {
        #expect(totp.code(at: TOTP.step(at: seconds)) == code)
    }

    @Test("the first ten codes are those of RFC 4226, appendix D")
    func counted() {
        let codes = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
        #expect((0..<10).map { totp.code(at: $0) } == codes)
    }

    @Test("a step is thirty seconds", arguments: [(0, 0), (29, 0), (30, 1), (59, 1), (60, 2)])
    func steps(seconds: Int, step: Int) {
        #expect(TOTP.step(at: seconds) == step)
    }

    @Test("the code of now, of the step before and of the one behind is taken, and of no other", arguments: -5...5)
    func window(distance: Int) {
        let now = 1_234_567_890
        let step = TOTP.step(at: now) + distance
        #expect(totp.step(of: totp.code(at: step), at: now, after: nil) == (abs(distance) <= 1 ? step : nil))
    }

    @Test("a code is taken once, and none that is older than the last")
    func once() throws {
        let now = 1_234_567_890
        let current = TOTP.step(at: now)
        let step = try #require(totp.step(of: totp.code(at: current), at: now, after: current - 1))
        #expect(step == current)
        #expect(totp.step(of: totp.code(at: current), at: now, after: step) == nil)
        #expect(totp.step(of: totp.code(at: current - 1), at: now, after: step) == nil)
        #expect(totp.step(of: totp.code(at: current + 1), at: now, after: step) == current + 1)
    }

    @Test("what is not six digits is no code", arguments: ["", "0", "05924", "0005924", " 005924", "005924 ", "５", "abcdef"])
    func refused(text: String) {
        #expect(totp.step(of: text, at: 1_234_567_890, after: nil) == nil)
    }

    @Test("nothing that prints it shows the secret")
    func hidden() {
        var dumped = ""
        dump(totp, to: &dumped)
        #expect("\(totp)" == "TOTP")
        #expect(String(reflecting: totp) == "TOTP")
        #expect(!dumped.contains("49"))
    }
}
