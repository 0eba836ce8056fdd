import AccountStore
import Authenticators
import Crypto
import HTTP
import JSON
import Model
import SignIn
import Store
import Testing

@testable import API
@testable import PeopleResources
@testable import Resources
import Work

/// Signing in with a passkey, and showing with one who one is.
@Suite("Passkeys")
struct PasskeyTests {
    let stage: Stage

    init() throws { stage = try Stage { $0.appHost = Stage.appHost } }

    /// Somebody who has a passkey, and their browser.
    private func newPerson(with device: Device) throws -> Browser {
        let browser = try stage.newPerson()
        let made = try browser.add(device)
        try #require(made.status == 201, "\(made.text)")
        return browser
    }

    private func audit(_ browser: Browser, _ action: String) -> [JSON] {
        (browser.ask(.get, "/audit-log?limit=100").json["data"]?.arrayValue ?? []).filter { $0["action"] == .string(action) }
    }

    // MARK: Signing in

    @Test("a passkey is made in one browser and signs in with another, by each algorithm", arguments: Credential.Algorithm.allCases)
    func ceremonies(algorithm: Credential.Algorithm) throws {
        let device = try Device(algorithm)
        let ada = try newPerson(with: device)
        let other = Browser(stage)
        let response = try other.signIn(with: device)
        #expect(response.status == 201, "\(response.text)")
        #expect(response.json["session"]?["method"] == "passkey")
        #expect(response.json["user"]?["id"] == ada.ask(.get, "/session").json["user"]?["id"])
        #expect(response.json["user"]?["passkeys"] == 1)
        #expect(other.ask(.get, "/session").status == 200)
        #expect(other.challenge == nil, "the cookie of the challenge is taken away")
        let listed = ada.ask(.get, "/account/passkeys").json["data"]?[0]
        #expect(listed?["last_used_at"]?.stringValue != nil && listed?["backed_up"] == true)
    }

    @Test("the challenge stands in a cookie of this host, which no script sees, and in the answer")
    func challenge() throws {
        let browser = Browser(stage)
        let response = browser.ask(.post, "/session/passkey/challenge", [:])
        let field = try #require(response[.setCookie])
        let cookie = try #require(
            field.wholeMatch(of: /__Host-mask_challenge=([A-Za-z0-9_-]{43}); Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=300/))
        #expect(response.json["challenge"]?.stringValue == String(cookie.output.1))
        #expect(response.json["rp_id"] == .string(Stage.appHost) && response.json["timeout"] == 300_000)
    }

    @Test("the session is kept, or not, as with a password", arguments: [true, false])
    func kept(keep: Bool) throws {
        let device = try Device()
        _ = try newPerson(with: device)
        let browser = Browser(stage)
        let asked = browser.ask(.post, "/session/passkey/challenge", [:]).json
        var body = try device.signed(for: asked).objectValue ?? [:]
        body["keep"] = .bool(keep)
        let response = browser.ask(.post, "/session/passkey", .object(body))
        #expect(response.json["session"]?["kept"] == .bool(keep))
        let field = response.fields.first { $0.name == .setCookie && $0.value.hasPrefix("__Host-mask_session=") }
        #expect(field?.value.contains("Max-Age") == keep)
    }

    @Test("an answer counts only in the browser that asked")
    func otherBrowser() throws {
        let device = try Device()
        _ = try newPerson(with: device)
        let (asking, other) = (Browser(stage), Browser(stage))
        let asked = asking.ask(.post, "/session/passkey/challenge", [:]).json
        let answer = try device.signed(for: asked)
        #expect(other.ask(.post, "/session/passkey", answer).refusal == "401 invalid_credentials", "without a cookie")
        other.ask(.post, "/session/passkey/challenge", [:])
        #expect(other.ask(.post, "/session/passkey", answer).refusal == "401 invalid_credentials", "with one of its own")
        #expect(other.cookie == nil)
        #expect(asking.ask(.post, "/session/passkey", answer).status == 201)
    }

    @Test("an answer that is sent again signs nobody in, though its counter may stay 0")
    func replay() throws {
        let device = try Device()
        _ = try newPerson(with: device)
        let browser = Browser(stage)
        let asked = browser.ask(.post, "/session/passkey/challenge", [:]).json
        let (cookie, answer) = (browser.challenge, try device.signed(for: asked))
        #expect(browser.ask(.post, "/session/passkey", answer).status == 201)
        browser.challenge = cookie
        #expect(browser.ask(.post, "/session/passkey", answer).refusal == "401 invalid_credentials")
    }

    @Test("a challenge is used up by an answer that is wrong")
    func usedUp() throws {
        let device = try Device()
        _ = try newPerson(with: device)
        let browser = Browser(stage)
        let asked = browser.ask(.post, "/session/passkey/challenge", [:]).json
        let wrong = try device.signed(for: asked) { $0.changeSignature = { $0.dropLast() + [$0[$0.count - 1] ^ 1] } }
        #expect(browser.ask(.post, "/session/passkey", wrong).status == 401)
        #expect(browser.challenge != nil)
        #expect(browser.ask(.post, "/session/passkey", try device.signed(for: asked)).refusal == "401 invalid_credentials")
    }

    @Test("a challenge ends after five minutes")
    func ended() throws {
        let device = try Device()
        _ = try newPerson(with: device)
        for (minutes, status) in [(6, 401), (4, 201)] {
            let browser = Browser(stage)
            let asked = browser.ask(.post, "/session/passkey/challenge", [:]).json
            let digest = sha256(try #require(base64URLDecoded(asked["challenge"]?.stringValue ?? "")))
            try stage.tamper("UPDATE challenges SET ends_at = ends_at - INTERVAL \(minutes) MINUTE WHERE digest = \(digest)")
            #expect(browser.ask(.post, "/session/passkey", try device.signed(for: asked)).status == status)
        }
    }

    @Test("a challenge of a session signs nobody in")
    func otherCeremony() throws {
        let device = try Device()
        let ada = try newPerson(with: device)
        for path in ["/session/step-up/challenge", "/account/passkeys/challenge"] {
            let asked = ada.ask(.post, path, [:]).json
            let browser = Browser(stage)
            browser.challenge = asked["challenge"]?.stringValue
            #expect(browser.ask(.post, "/session/passkey", try device.signed(for: asked)).refusal == "401 invalid_credentials")
        }
    }

    struct Flaw: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (inout Device.Passkey) -> Void

        init(_ name: String, _ change: @escaping @Sendable (inout Device.Passkey) -> Void) { (testDescription, self.change) = (name, change) }
    }

    @Test("whatever is wrong with an answer, it is told alike", arguments: [
        Flaw("the type of the other ceremony") { $0.type = "webauthn.create" },
        Flaw("another challenge") { $0.challenge[0] ^= 1 },
        Flaw("a sibling's origin") { $0.origin = "https://go.mask.test" },
        Flaw("an origin that begins alike") { $0.origin += ".evil.example" },
        Flaw("the parent's RP ID") { $0.host = "mask.test" },
        Flaw("nobody there") { $0.flags.remove(.userPresent) },
        Flaw("no verification of the user") { $0.flags.remove(.userVerified) },
        Flaw("another eligibility for backup") { $0.flags.subtract([.backupEligible, .backedUp]) },
        Flaw("another signature") { $0.changeSignature = { $0.dropLast() + [$0[$0.count - 1] ^ 1] } },
        Flaw("an unknown passkey") { $0.credentialID[0] ^= 1 },
        Flaw("another user's handle") { $0.userHandle = [UInt8](repeating: 7, count: 32) },
        Flaw("no handle") { $0.userHandle = nil },
    ])
    func flaws(flaw: Flaw) throws {
        let device = try Device()
        _ = try newPerson(with: device)
        let browser = Browser(stage)
        let response = try browser.signIn(with: device, flaw.change)
        #expect(response.refusal == "401 invalid_credentials")
        let unknown = try Browser(stage).signIn(with: Device())
        #expect(response.json["detail"] == unknown.json["detail"] && response.json["title"] == unknown.json["title"])
        #expect(browser.cookie == nil)
        #expect(try browser.signIn(with: device).status == 201, "and nothing else was wrong")
    }

    @Test("the passkey of one and the handle of another are together nobody's")
    func foreignHandle() throws {
        let (device, other) = (try Device(), try Device())
        let (_, eve) = (try newPerson(with: device), try newPerson(with: other))
        let handle = try eve.user().handle
        #expect(try Browser(stage).signIn(with: device) { $0.userHandle = handle }.status == 401)
        #expect(try Browser(stage).signIn(with: device) { $0.credentialID = other.passkey.credentialID }.status == 401)
        #expect(try Browser(stage).signIn(with: device).status == 201)
    }

    @Test("a counter that does not grow is refused, and stands in the audit log; one that grows counts")
    func counter() throws {
        let device = try Device()
        device.passkey.counter = 5
        let ada = try newPerson(with: device)
        for (counter, status) in [(5, 401), (6, 201), (6, 401), (3, 401), (0, 401), (7, 201)] as [(UInt32, Int)] {
            #expect(try Browser(stage).signIn(with: device) { $0.counter = counter }.status == status, "\(counter)")
        }
        let entries = audit(ada, "user.passkey_suspicious")
        #expect(entries.count == 4)
        #expect(entries.first?["resource"] == ada.ask(.get, "/account/passkeys").json["data"]?[0]?["id"])
        #expect(entries.first?["changes"]?["after"]?["stored_counter"] == 6 && entries.first?["changes"]?["after"]?["sent_counter"] == 0)
    }

    @Test("of two uses that were seen with the same counter one is noted")
    func race() throws {
        let device = try Device()
        device.passkey.counter = 5
        let user = try newPerson(with: device).user()
        let stored = try #require(try stage.store.read { try Passkeys.find(credential: device.passkey.credentialID, on: $0) })
        let work = UserWork(.own(stage.services.office, user, from: .maskctl(nil)))
        #expect(try work.note(stored, counter: 6, isBackedUp: true).make().value)
        #expect(try !work.note(stored, counter: 6, isBackedUp: true).make().value)
    }

    @Test("a disabled user does not come in with a passkey")
    func disabled() throws {
        let device = try Device()
        let user = try newPerson(with: device).user()
        try UserWork(.other(stage.services.office, user, by: .maskctl(nil))).setDisabled(true).make()
        #expect(try Browser(stage).signIn(with: device).refusal == "401 invalid_credentials")
        let disabled = try #require(try stage.store.read { try Users.find(user.id, on: $0) })
        try UserWork(.other(stage.services.office, disabled, by: .maskctl(nil))).setDisabled(false).make()
        #expect(try Browser(stage).signIn(with: device).status == 201)
    }

    @Test("one network has sixty tries an hour, whatever comes of them")
    func limits() throws {
        let device = try Device()
        _ = try newPerson(with: device)
        let browser = Browser(stage)
        for _ in 1...59 { #expect(browser.ask(.post, "/session/passkey", try device.signed(for: ["challenge": "AAAA"])).status == 401) }
        #expect(try browser.signIn(with: device).status == 201)
        #expect(try browser.signIn(with: device).refusal == "429 rate_limited")
    }

    // MARK: Showing who one is

    @Test("a passkey shows again who one is, and the cookie is another")
    func stepUp() throws {
        let device = try Device()
        let browser = try newPerson(with: device)
        try browser.forgetStepUp()
        #expect(browser.ask(.post, "/account/totp", [:]).refusal == "403 step_up_required")
        let before = browser.cookie
        let response = try browser.stepUp(with: device)
        #expect(response.status == 200 && response.json["session"]?["stepped_up_until"]?.stringValue != nil)
        #expect(browser.cookie != before)
        #expect(browser.ask(.post, "/account/totp", [:]).status == 201)
    }

    @Test("nothing but an answer of this user to a challenge of this session does")
    func stepUpRefused() throws {
        let (device, evesDevice) = (try Device(), try Device())
        let (browser, eve) = (try newPerson(with: device), try newPerson(with: evesDevice))
        let second = Browser(stage)
        try second.signIn(with: device)
        try browser.forgetStepUp()
        func answer(to asked: Response) throws -> Response {
            browser.ask(.post, "/session/step-up", ["passkey": try device.signed(for: asked.json)])
        }
        #expect(try answer(to: second.ask(.post, "/session/step-up/challenge", [:])).refusal == "401 invalid_credentials")
        #expect(try answer(to: eve.ask(.post, "/session/step-up/challenge", [:])).refusal == "401 invalid_credentials")
        #expect(try answer(to: Browser(stage).ask(.post, "/session/passkey/challenge", [:])).refusal == "401 invalid_credentials")
        #expect(try browser.stepUp(with: evesDevice).refusal == "401 invalid_credentials", "of another user")
        #expect(try browser.stepUp(with: device) { $0.type = "webauthn.create" }.refusal == "401 invalid_credentials")
        #expect(try browser.stepUp(with: device) { $0.flags.remove(.userVerified) }.refusal == "401 invalid_credentials")
        #expect(browser.ask(.post, "/account/totp", [:]).refusal == "403 step_up_required")
        let asked = browser.ask(.post, "/session/step-up/challenge", [:])
        #expect(try answer(to: asked).status == 200)
        #expect(try answer(to: asked).refusal == "401 invalid_credentials", "twice")
    }

    @Test("exactly one of password, code and passkey is taken")
    func oneOf() throws {
        let device = try Device()
        let browser = try newPerson(with: device)
        let passkey = try device.signed(for: browser.ask(.post, "/session/step-up/challenge", [:]).json)
        for body in [[:], ["password": .string(Stage.password), "passkey": passkey], ["code": "000000", "passkey": passkey]] as [JSON] {
            #expect(browser.ask(.post, "/session/step-up", body).refusals == [" one_of"])
        }
        #expect(browser.ask(.post, "/session/step-up", ["passkey": passkey]).status == 200)
    }

    @Test("bytes that are no base64url are told by their place")
    func notBase64() throws {
        let device = try Device()
        _ = try newPerson(with: device)
        let browser = Browser(stage)
        var body = try device.signed(for: browser.ask(.post, "/session/passkey/challenge", [:]).json).objectValue ?? [:]
        (body["signature"], body["user_handle"]) = ("a+b=", "A")
        #expect(browser.ask(.post, "/session/passkey", .object(body)).refusals == [
            "/signature invalid_base64url", "/user_handle invalid_base64url",
        ])
    }
}
