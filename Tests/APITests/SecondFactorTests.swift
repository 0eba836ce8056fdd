import AccountStore
import Crypto
import HTTP
import Images
import JSON
import Model
import Store
import Support
import Testing

@testable import API
@testable import Resources
import Work

/// An authenticator app beside the password, and the recovery codes that stand in for it.
@Suite("Second factors")
struct SecondFactorTests {
    let stage: Stage

    init() throws { stage = try Stage { $0.appHost = Stage.appHost } }

    /// An authenticator app that was set up.
    private struct App {
        let totp: TOTP
        let recoveryCodes: [String]
        /// Of the code that confirmed it.
        let step: Int

        /// The code that counts next: of the step after the one that confirmed the app. Clocks may differ by one step.
        var next: String { totp.code(at: step + 1) }
    }

    private static func totp(_ made: JSON) throws -> TOTP {
        TOTP(secret: try #require(Base32.decode(made["secret"]?.stringValue ?? "")))
    }

    private static var step: Int { TOTP.step(at: Int(Timestamp.now().milliseconds / 1000)) }

    /// Sets an app up and confirms it with the present code.
    private func setUp(_ browser: Browser) throws -> App {
        let totp = try Self.totp(browser.ask(.post, "/account/totp", [:]).json)
        let step = Self.step
        let confirmed = browser.ask(.post, "/account/totp/confirm", ["code": .string(totp.code(at: step))])
        try #require(confirmed.status == 200, "\(confirmed.text)")
        let codes = confirmed.json["recovery_codes"]?.arrayValue?.compactMap(\.stringValue) ?? []
        return App(totp: totp, recoveryCodes: codes, step: step)
    }

    private func signIn(_ email: String, _ code: String? = nil) -> Response { Browser(stage).signIn(email, code: code) }

    // MARK: Setting up

    @Test("an app is set up: a secret, a code to scan, and a first code, from which on it counts")
    func ceremony() throws {
        let browser = try stage.newPerson()
        let email = try browser.user().email
        let other = Browser(stage)
        #expect(other.signIn(email).status == 201)
        let made = browser.ask(.post, "/account/totp", [:])
        #expect(made.status == 201, "\(made.text)")
        let secret = try #require(made.json["secret"]?.stringValue)
        #expect(made.json["uri"]?.stringValue == "otpauth://totp/MASK:\(email.replacing("@", with: "%40"))?secret=\(secret)"
            + "&issuer=MASK&algorithm=SHA1&digits=6&period=30")
        #expect(signIn(email).status == 201, "before its first code it counts for nothing")
        #expect(browser.ask(.get, "/session").json["user"]?["second_factor"] == false)
        #expect(browser.ask(.post, "/account/totp/confirm", ["code": "12345"]).refusal == "401 invalid_code")
        let before = browser.cookie
        let code = try Self.totp(made.json).code(at: Self.step)
        let confirmed = browser.ask(.post, "/account/totp/confirm", ["code": .string(code)])
        #expect(confirmed.status == 200 && confirmed[.cacheControl] == "private, no-store")
        #expect(Set(confirmed.json["recovery_codes"]?.arrayValue?.compactMap(\.stringValue) ?? []).count == 10)
        #expect(browser.cookie != before)
        #expect(other.ask(.get, "/session").refusal == "401 signed_out", "other sessions end")
        let user = browser.ask(.get, "/session").json["user"]
        #expect(user?["second_factor"] == true && user?["recovery_codes_left"] == 10)
        #expect(signIn(email).refusal == "403 second_factor_required")
        #expect(signIn(email, "12345").refusal == "401 invalid_code")
    }

    @Test("the modules are a QR code of the address, as a phone reads it")
    func modules() throws {
        let made = try stage.newPerson().ask(.post, "/account/totp", [:]).json
        let rows = made["modules"]?["rows"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(made["modules"]?["size"] == .integer(Int64(rows.count)) && rows.allSatisfy { $0.utf8.count == rows.count })
        let (scale, margin) = (4, 4)
        let side = (rows.count + 2 * margin) * scale
        let cells = rows.map { Array($0.utf8) }
        let pixels = (0..<side * side).flatMap { pixel -> [UInt8] in
            let (row, column) = (pixel / side / scale - margin, pixel % side / scale - margin)
            let isDark = cells.indices.contains(row) && cells.indices.contains(column) && cells[row][column] == UInt8(ascii: "1")
            return isDark ? [0, 0, 0, 255] : [255, 255, 255, 255]
        }
        let read = try decodedByZbar([try Bitmap(width: side, height: side, pixels: pixels).png()])
        #expect(read.first == made["uri"]?.stringValue)
    }

    @Test("neither secret nor recovery codes stand in the database as they are")
    func sealed() throws {
        let browser = try stage.newPerson()
        let app = try setUp(browser)
        let user = try browser.user()
        let sealedSecret = try #require(user.authenticatorApp?.sealedSecret)
        let secret = try #require(try unseal(sealedSecret, secret: Stage.secretKey))
        #expect(TOTP(secret: secret).code(at: 1) == app.totp.code(at: 1))
        #expect(!sealedSecret.contains(secret))
        let rows = try stage.query("SELECT digest FROM recovery_codes WHERE user_id = \(user.id)")
        let digests = Set(try rows.map { try $0.bytes(0) })
        #expect(digests == Set(app.recoveryCodes.map { sha256($0.replacing("-", with: "")) }))
    }

    @Test("a wrong code, an old one, and a recovery code confirm nothing")
    func unconfirmed() throws {
        let browser = try stage.newPerson()
        #expect(browser.ask(.post, "/account/totp/confirm", ["code": "123456"]).refusal == "409 conflict", "there is no app")
        let totp = try Self.totp(browser.ask(.post, "/account/totp", [:]).json)
        for code in [totp.code(at: Self.step - 3), totp.code(at: Self.step + 4), "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", "", "12"] {
            #expect(browser.ask(.post, "/account/totp/confirm", ["code": .string(code)]).refusal == "401 invalid_code", "\(code)")
        }
        #expect(browser.ask(.get, "/session").json["user"]?["second_factor"] == false)
        let code: JSON = ["code": .string(totp.code(at: Self.step))]
        #expect(browser.ask(.post, "/account/totp/confirm", code).status == 200)
        #expect(browser.ask(.post, "/account/totp/confirm", code).refusal == "409 conflict", "it waits for no other")
    }

    @Test("another app is set up only once the first is gone: until then that one counts")
    func second() throws {
        let browser = try stage.newPerson()
        _ = try setUp(browser)
        #expect(browser.ask(.post, "/account/totp", [:]).refusal == "409 conflict")
        #expect(signIn(try browser.user().email).refusal == "403 second_factor_required")
    }

    @Test("nothing about second factors changes before it was shown who one is")
    func stepUp() throws {
        let browser = try stage.newPerson()
        _ = try setUp(browser)
        try browser.forgetStepUp()
        for (method, path, body) in [
            (.post, "/account/totp", [:]), (.delete, "/account/totp", nil), (.post, "/account/recovery-codes", [:]),
        ] as [(HTTP.Method, String, JSON?)] {
            #expect(browser.ask(method, path, body).refusal == "403 step_up_required", "\(method) \(path)")
        }
        #expect(browser.ask(.get, "/session").json["user"]?["second_factor"] == true)
    }

    @Test("ten tries in a quarter of an hour are all that a network has at one account")
    func limits() throws {
        let browser = try stage.newPerson()
        let totp = try Self.totp(browser.ask(.post, "/account/totp", [:]).json)
        for _ in 1...10 { #expect(browser.ask(.post, "/account/totp/confirm", ["code": "12"]).status == 401) }
        let code: JSON = ["code": .string(totp.code(at: Self.step))]
        #expect(browser.ask(.post, "/account/totp/confirm", code).refusal == "429 rate_limited")
    }

    // MARK: Codes

    @Test("a code counts once: not again, and not after a later one")
    func twice() throws {
        let browser = try stage.newPerson()
        let app = try setUp(browser)
        let email = try browser.user().email
        #expect(signIn(email, app.totp.code(at: app.step)).refusal == "401 invalid_code", "the one that confirmed the app")
        #expect(signIn(email, app.next).status == 201)
        #expect(signIn(email, app.next).refusal == "401 invalid_code")
        #expect(signIn(email, app.totp.code(at: app.step)).refusal == "401 invalid_code")
    }

    @Test("the code of the step before counts, that of the step before last does not")
    func steps() throws {
        let browser = try stage.newPerson()
        let app = try setUp(browser)
        let user = try browser.user()
        try stage.tamper("UPDATE users SET totp_step = 0 WHERE id = \(user.id)")
        #expect(signIn(user.email, app.totp.code(at: Self.step - 2)).refusal == "401 invalid_code")
        #expect(signIn(user.email, app.totp.code(at: Self.step + 3)).refusal == "401 invalid_code")
        // Where a step ends between the two lines, the one before is one too old, and the next try is not.
        let isTaken = (1...2).contains { _ in signIn(user.email, app.totp.code(at: Self.step - 1)).status == 201 }
        #expect(isTaken)
    }

    @Test("a code that was taken stays taken, also where somebody writes what they had read of the user before")
    func lateWriter() throws {
        let browser = try stage.newPerson()
        let app = try setUp(browser)
        let user = try browser.user()
        #expect(signIn(user.email, app.next).status == 201)
        try UserWork(.own(stage.services.office, user, from: .maskctl(nil))).update(name: "Ada L.", settings: user.settings).make()
        #expect(signIn(user.email, app.next).refusal == "401 invalid_code")
    }

    @Test("a recovery code counts once, however it is typed")
    func recovery() throws {
        let browser = try stage.newPerson()
        let app = try setUp(browser)
        let email = try browser.user().email
        let typed = app.recoveryCodes[0].lowercased().replacing("-", with: " ")
        #expect(signIn(email, typed).status == 201)
        for again in [typed, app.recoveryCodes[0]] { #expect(signIn(email, again).refusal == "401 invalid_code") }
        #expect(browser.ask(.get, "/session").json["user"]?["recovery_codes_left"] == 9)
        #expect(signIn(email, app.recoveryCodes[1]).status == 201)
    }

    @Test("a recovery code of one is of no use to another")
    func foreignCode() throws {
        let (ada, eve) = (try stage.newPerson(), try stage.newPerson())
        let (app, _) = (try setUp(ada), try setUp(eve))
        #expect(signIn(try eve.user().email, app.recoveryCodes[0]).refusal == "401 invalid_code")
        #expect(signIn(try ada.user().email, app.recoveryCodes[0]).status == 201)
    }

    @Test("new recovery codes put an end to those before")
    func newCodes() throws {
        let browser = try stage.newPerson()
        #expect(browser.ask(.post, "/account/recovery-codes", [:]).refusal == "409 conflict", "they stand in for an app")
        let app = try setUp(browser)
        let email = try browser.user().email
        #expect(signIn(email, app.recoveryCodes[0]).status == 201)
        let before = browser.cookie
        let made = browser.ask(.post, "/account/recovery-codes", [:])
        #expect(made.status == 201 && browser.cookie != before)
        let codes = made.json["recovery_codes"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(codes.count == 10 && Set(codes).isDisjoint(with: app.recoveryCodes))
        #expect(browser.ask(.get, "/session").json["user"]?["recovery_codes_left"] == 10)
        #expect(signIn(email, app.recoveryCodes[1]).refusal == "401 invalid_code")
        #expect(signIn(email, codes.last).status == 201)
    }

    @Test("a code shows again who one is, once, and only where there is an app")
    func code() throws {
        let browser = try stage.newPerson()
        #expect(browser.ask(.post, "/session/step-up", ["code": "123456"]).refusal == "401 invalid_code")
        let app = try setUp(browser)
        try browser.forgetStepUp()
        #expect(browser.ask(.post, "/session/step-up", ["code": .string(app.totp.code(at: app.step))]).refusal == "401 invalid_code")
        #expect(browser.ask(.post, "/session/step-up", ["code": .string(app.next)]).status == 200)
        #expect(browser.ask(.post, "/session/step-up", ["code": .string(app.recoveryCodes[0])]).status == 200)
        #expect(browser.ask(.post, "/session/step-up", ["code": .string(app.recoveryCodes[0])]).status == 401)
    }

    // MARK: The way around

    @Test("a passkey is two factors in one: no code is asked for")
    func passkey() throws {
        let (browser, device) = (try stage.newPerson(), try Device())
        _ = try setUp(browser)
        #expect(try browser.add(device).status == 201)
        #expect(try Browser(stage).signIn(with: device).status == 201)
    }

    @Test("removing the app ends all other sessions and the recovery codes, and no code is asked for after it")
    func remove() throws {
        let browser = try stage.newPerson()
        #expect(browser.ask(.delete, "/account/totp").refusal == "404 not_found")
        let app = try setUp(browser)
        let user = try browser.user()
        let other = Browser(stage)
        #expect(other.signIn(user.email, code: app.next).status == 201)
        let before = browser.cookie
        #expect(browser.ask(.delete, "/account/totp").status == 204)
        #expect(browser.cookie != before)
        #expect(other.ask(.get, "/session").refusal == "401 signed_out")
        let shown = browser.ask(.get, "/session").json["user"]
        #expect(shown?["second_factor"] == false && shown?["recovery_codes_left"] == 0)
        #expect(signIn(user.email).status == 201)
    }

    @Test("while the password is one that is enough beside an app only, the app stays; with a longer one it goes")
    func shortPassword() throws {
        let browser = try stage.newPerson()
        let app = try setUp(browser)
        let email = try browser.user().email
        func setPassword(_ password: String) -> Int { browser.ask(.put, "/account/password", ["password": .string(password)]).status }
        #expect(setPassword("fq7!xZ2kLp9") == 200)
        let refused = browser.ask(.delete, "/account/totp")
        #expect(refused.refusal == "409 short_password")
        #expect(refused.json["detail"] == "Set a password of 15 characters or more first; the present one is enough beside codes only.")
        #expect(Browser(stage).signIn(email, "fq7!xZ2kLp9").refusal == "403 second_factor_required")
        #expect(Browser(stage).signIn(email, "fq7!xZ2kLp9", code: app.next).status == 201, "nothing has changed")
        #expect(setPassword("fq7!xZ2kLp9 and more") == 200)
        #expect(browser.ask(.delete, "/account/totp").status == 204)
        #expect(setPassword("fq7!xZ2kLp8") == 422)
    }

    @Test("so it is with a short password that a link has set; how long one of an earlier release is, a sign-in tells")
    func shortPasswordByLink() throws {
        let browser = try stage.newPerson()
        let app = try setUp(browser)
        let user = try browser.user()
        // As the migration leaves it, which knows no lengths.
        try stage.tamper("UPDATE users SET password_short = TRUE WHERE id = \(user.id)")
        #expect(browser.ask(.delete, "/account/totp").refusal == "409 short_password")
        #expect(browser.signIn(user.email, code: app.recoveryCodes[0]).status == 201)
        #expect(try browser.user().password?.isShort == false)
        let link = try OneTimeLinkWork(stage.services.office, by: .maskctl(nil)).reset(user).make().value
        #expect(browser.ask(.post, "/one-time-links/use", [
            "token": .string(link.token), "password": "fq7!xZ2kLp9", "code": .string(app.recoveryCodes[1]),
        ]).status == 204)
        #expect(browser.signIn(user.email, "fq7!xZ2kLp9", code: app.next).status == 201)
        #expect(browser.ask(.post, "/session/step-up", ["code": .string(app.recoveryCodes[2])]).status == 200)
        #expect(browser.ask(.delete, "/account/totp").refusal == "409 short_password")
    }

    @Test("who has lost everything has no password, either, until the link sets one")
    func everythingLost() throws {
        let browser = try stage.newPerson()
        _ = try setUp(browser)
        let user = try browser.user()
        let link = try OneTimeLinkWork(stage.services.office, by: .maskctl(nil)).resetAll(user).make().value
        #expect(signIn(user.email).refusal == "401 invalid_credentials")
        let password = "another long pass phrase 12"
        let body: JSON = ["token": .string(link.token), "password": .string(password)]
        #expect(Browser(stage).ask(.post, "/one-time-links/use", body).status == 204)
        #expect(Browser(stage).signIn(user.email, password).status == 201)
    }

    @Test("a reset of the password does not pass the second factor, and signs nobody in")
    func reset() throws {
        let browser = try stage.newPerson()
        let app = try setUp(browser)
        let user = try browser.user()
        let link = try OneTimeLinkWork(stage.services.office, by: .maskctl(nil)).reset(user).make().value
        let password = "another long pass phrase 12"
        func use(_ code: String?) -> Response {
            Browser(stage).ask(.post, "/one-time-links/use", [
                "token": .string(link.token), "password": .string(password), "code": JSON(code),
            ])
        }
        #expect(use(nil).refusal == "403 second_factor_required")
        #expect(use("12").refusal == "401 invalid_code")
        #expect(use(app.totp.code(at: app.step)).refusal == "401 invalid_code", "the one that confirmed the app")
        #expect(signIn(user.email).refusal == "403 second_factor_required", "the password is the one before")
        let done = use(app.recoveryCodes[0])
        #expect(done.status == 204 && done[.setCookie] == nil)
        #expect(browser.ask(.get, "/session").refusal == "401 signed_out")
        #expect(Browser(stage).signIn(user.email, password).refusal == "403 second_factor_required")
        #expect(Browser(stage).signIn(user.email, password, code: app.next).status == 201)
    }

    @Test("whoever has the link for a reset tries codes as seldom as anybody")
    func resetLimit() throws {
        let browser = try stage.newPerson()
        let app = try setUp(browser)
        let link = try OneTimeLinkWork(stage.services.office, by: .maskctl(nil)).reset(try browser.user()).make().value
        let other = Browser(stage)
        func use(_ code: String) -> Response {
            other.ask(.post, "/one-time-links/use", [
                "token": .string(link.token), "password": "another long pass phrase 12", "code": .string(code),
            ])
        }
        for _ in 1...10 { #expect(use("12").refusal == "401 invalid_code") }
        #expect(use(app.next).refusal == "429 rate_limited")
    }
}
