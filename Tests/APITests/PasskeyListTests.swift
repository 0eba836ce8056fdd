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

/// A user's passkeys: making, naming and removing them.
@Suite("A user's passkeys")
struct PasskeyListTests {
    let stage: Stage

    init() throws { stage = try Stage { $0.appHost = Stage.appHost } }

    private func passkeys(of browser: Browser) -> [JSON] { browser.ask(.get, "/account/passkeys").json["data"]?.arrayValue ?? [] }

    private func id(of response: Response) -> String { response.json["id"]?.stringValue ?? "" }

    private func takePassword(of browser: Browser) throws {
        try stage.tamper("UPDATE users SET password_hash = NULL WHERE id = \(try browser.user().id)")
    }

    /// A row of somebody's, as it was made elsewhere.
    private func store(for user: User, host: String = Stage.appHost) throws {
        let passkey = AccountStore.Passkey(
            of: user.id, credential: try randomBytes(32), publicKey: [1], algorithm: -7, counter: 0, isBackupEligible: false,
            isBackedUp: false, transports: [], host: host, name: "Key", createdAt: .now())
        try stage.store.write { try Passkeys.create(passkey, on: $0) }
    }

    // MARK: Making

    @Test("what a browser needs to make a passkey: who the user is, and which ones there are")
    func challenge() throws {
        let (browser, device) = (try stage.newPerson(), try Device())
        let asked = browser.ask(.post, "/account/passkeys/challenge", [:])
        let user = try browser.user()
        #expect(asked.json["user_handle"] == .string(base64URL(user.handle)) && asked.json["user_name"] == .string(user.email))
        #expect(asked.json["rp_id"] == .string(Stage.appHost) && asked.json["algorithms"] == [-8, -7, -257])
        #expect(asked.json["exclude"] == [])
        try browser.add(device)
        #expect(browser.ask(.post, "/account/passkeys/challenge", [:]).json["exclude"] == [
            ["id": .string(device.id), "transports": ["internal", "hybrid"]]
        ])
    }

    @Test("a passkey is made once it was shown who one is; the cookie is another after it, and other sessions go on")
    func create() throws {
        let (browser, device) = (try stage.newPerson(), try Device())
        let other = Browser(stage)
        #expect(other.signIn(try browser.user().email).status == 201)
        let before = browser.cookie
        let made = try browser.add(device, name: " My key ")
        #expect(made.status == 201 && made.json["name"] == "My key" && made.json["host"] == .string(Stage.appHost))
        #expect(made[.location] == "/v1/account/passkeys/\(id(of: made))")
        #expect(made.json["last_used_at"] == .null)
        #expect(browser.cookie != before)
        #expect(browser.ask(.get, "/session").json["user"]?["passkeys"] == 1)
        #expect(other.ask(.get, "/session").status == 200)
        let entries = browser.ask(.get, "/audit-log?limit=100").json["data"]?.arrayValue ?? []
        #expect(entries.contains { $0["action"] == "user.passkey_added" && $0["resource"] == made.json["id"] })
    }

    @Test("nothing about passkeys changes before it was shown who one is")
    func stepUp() throws {
        let (browser, device) = (try stage.newPerson(), try Device())
        let made = id(of: try browser.add(device))
        let asked = browser.ask(.post, "/account/passkeys/challenge", [:]).json
        let another = try Device().made(for: asked)
        try browser.forgetStepUp()
        for (method, path, body) in [
            (.post, "/account/passkeys/challenge", [:]), (.post, "/account/passkeys", another), (.delete, "/account/passkeys/\(made)", nil),
        ] as [(HTTP.Method, String, JSON?)] {
            #expect(browser.ask(method, path, body).refusal == "403 step_up_required", "\(method) \(path)")
        }
        #expect(passkeys(of: browser).count == 1)
    }

    @Test("a challenge of another session, of signing in, or that was used makes no passkey")
    func foreignChallenge() throws {
        let (browser, other, device) = (try stage.newPerson(), try stage.newPerson(), try Device())
        let second = Browser(stage)
        #expect(second.signIn(try browser.user().email).status == 201)
        let handle = browser.ask(.post, "/account/passkeys/challenge", [:]).json["user_handle"] ?? .null
        func make(with challenge: JSON?) throws -> [String] {
            let body = try device.made(for: ["challenge": challenge ?? .null, "user_handle": handle])
            return browser.ask(.post, "/account/passkeys", body).refusals
        }
        let refusals = ["/client_data_json unknown_challenge"]
        #expect(try make(with: second.ask(.post, "/account/passkeys/challenge", [:]).json["challenge"]) == refusals)
        #expect(try make(with: other.ask(.post, "/account/passkeys/challenge", [:]).json["challenge"]) == refusals)
        #expect(try make(with: Browser(stage).ask(.post, "/session/passkey/challenge", [:]).json["challenge"]) == refusals)
        let asked = browser.ask(.post, "/account/passkeys/challenge", [:]).json["challenge"]
        #expect(try make(with: asked) == [])
        #expect(try make(with: asked) == refusals)
        #expect(passkeys(of: browser).count == 1)
    }

    @Test("whoever makes a passkey is told what is wrong with it", arguments: [
        { $0.type = "webauthn.get" },
        { $0.origin = "https://evil.example" },
        { $0.host = "mask.test" },
        { $0.flags.remove(.userVerified) },
        { $0.hasCredential = false },
        { $0.attestedID[0] ^= 1 },
        { $0.algorithm = -8 },
    ] as [@Sendable (inout Device.Passkey) -> Void])
    func flaws(change: @escaping @Sendable (inout Device.Passkey) -> Void) throws {
        let (browser, device) = (try stage.newPerson(), try Device())
        #expect(try browser.add(device, change).refusals == [" passkey_refused"])
        #expect(passkeys(of: browser).isEmpty)
        #expect(try browser.add(device).status == 201, "and nothing else was wrong")
    }

    @Test("a passkey that is known is refused, whosever it is")
    func known() throws {
        let (ada, eve, device) = (try stage.newPerson(), try stage.newPerson(), try Device())
        #expect(try ada.add(device).status == 201)
        #expect(try ada.add(device).refusal == "409 passkey_known")
        #expect(try eve.add(device).refusal == "409 passkey_known")
        #expect(try Browser(stage).signIn(with: device) { $0.userHandle = try? ada.user().handle }.status == 201, "it is still whose it was")
    }

    @Test("a user has twenty passkeys at the most")
    func limit() throws {
        let browser = try stage.newPerson()
        let user = try browser.user()
        for _ in 1...19 { try store(for: user) }
        #expect(try browser.add(Device()).status == 201)
        #expect(try browser.add(Device()).refusal == "409 conflict")
        #expect(passkeys(of: browser).count == 20)
    }

    @Test("transports are kept as far as there is room, each once")
    func transports() throws {
        let (browser, device) = (try stage.newPerson(), try Device())
        let long = (0..<5).map { String(repeating: "abcde"[String.Index(utf16Offset: $0, in: "abcde")], count: 32) }
        device.passkey.transports = ["usb", "usb", "NFC"] + long
        #expect(try browser.add(device).status == 201)
        let exclude = browser.ask(.post, "/account/passkeys/challenge", [:]).json["exclude"]
        #expect(exclude?[0]?["transports"] == JSON(["usb"] + long.prefix(2)))
    }

    // MARK: Naming and removing

    @Test("a passkey is called something else")
    func rename() throws {
        let browser = try stage.newPerson()
        let made = id(of: try browser.add(Device(), name: "Key"))
        let renamed = browser.ask(.patch, "/account/passkeys/\(made)", ["name": "Blue key"])
        #expect(renamed.status == 200 && renamed.json["name"] == "Blue key")
        #expect(passkeys(of: browser).map { $0["name"] } == ["Blue key"])
        for name in ["", "  ", "two\nlines", String(repeating: "x", count: 101)] {
            #expect(browser.ask(.patch, "/account/passkeys/\(made)", ["name": .string(name)]).status == 422, "\(name)")
        }
    }

    @Test("nobody sees, names or removes the passkey of another user")
    func foreign() throws {
        let (ada, eve, device) = (try stage.newPerson(), try stage.newPerson(), try Device())
        let made = id(of: try ada.add(device))
        #expect(eve.ask(.patch, "/account/passkeys/\(made)", ["name": "Mine"]).refusal == "404 not_found")
        #expect(eve.ask(.delete, "/account/passkeys/\(made)").refusal == "404 not_found")
        #expect(passkeys(of: eve).isEmpty && passkeys(of: ada).map { $0["name"] } == ["Key"])
    }

    @Test("a removed passkey signs nobody in; all other sessions end, and the cookie is another")
    func remove() throws {
        let (browser, device) = (try stage.newPerson(), try Device())
        let made = id(of: try browser.add(device))
        let other = Browser(stage)
        #expect(try other.signIn(with: device).status == 201)
        let before = browser.cookie
        #expect(browser.ask(.delete, "/account/passkeys/\(made)").status == 204)
        #expect(browser.cookie != before && browser.ask(.get, "/session").status == 200)
        #expect(other.ask(.get, "/session").refusal == "401 signed_out")
        #expect(try Browser(stage).signIn(with: device).refusal == "401 invalid_credentials")
        #expect(browser.ask(.delete, "/account/passkeys/\(made)").status == 404)
    }

    @Test("the last way in stays: no password, and no other passkey of this host")
    func lastWayIn() throws {
        let (browser, device) = (try stage.newPerson(), try Device())
        let made = id(of: try browser.add(device))
        try takePassword(of: browser)
        #expect(browser.ask(.delete, "/account/passkeys/\(made)").refusal == "409 last_way_in")
        try store(for: try browser.user(), host: "former.example")
        #expect(browser.ask(.delete, "/account/passkeys/\(made)").refusal == "409 last_way_in", "of another host it is no way in")
        #expect(try Browser(stage).signIn(with: device).status == 201)
        #expect(try browser.add(Device()).status == 201)
        #expect(browser.ask(.delete, "/account/passkeys/\(made)").status == 204)
    }
}
