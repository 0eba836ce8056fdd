import AccountStore
import Crypto
import HTTP
import JSON
import Mail
import Model
import Signals
import Store
import Support
import Testing
import Threads

@testable import API
@testable import Resources
import Work

/// What the workers put into the outbox of mails.
@Suite("Mails of the app host")
struct MailTests {
    let stage: Stage

    init() throws { stage = try Stage { ($0.appHost, $0.sendsMail) = (Stage.appHost, true) } }

    /// What waits for somebody, in the order in which it was written.
    private func notices(for email: String) throws -> [MailNotice] {
        try stage.query("SELECT kind, content FROM mails WHERE recipient = \(email) ORDER BY id").map { row in
            let kind = try #require(MailNotice.Kind(rawValue: try row.string(0)))
            let content = try #require(try unseal(try row.bytes(1), secret: Stage.secretKey))
            return try #require(MailNotice(kind, content: content))
        }
    }

    private func newEmail() -> String { "\(randomHex(6))@example.com" }

    private func signIn(_ email: String, at address: String, agent: String? = nil) -> Response {
        let browser = Browser(stage, at: address)
        if let agent { browser.change = { $0.fields.userAgent = agent } }
        return browser.ask(.post, "/session", ["email": .string(email), "password": .string(Stage.password)])
    }

    // MARK: Resets

    @Test("the dashboard knows whether there is mail")
    func app() throws {
        #expect(Browser(stage).ask(.get, "/app").json["mail"] == true)
        #expect(Browser(try Stage { $0.appHost = Stage.appHost }).ask(.get, "/app").json["mail"] == false)
    }

    @Test("who asks for a reset is answered alike, and the same is written, whether there is such a user")
    func alike() throws {
        let (known, unknown) = (newEmail(), newEmail())
        _ = try stage.newPerson(email: known)
        let answers = [known, unknown].map { Browser(stage).ask(.post, "/password-resets", ["email": .string($0)]) }
        for answer in answers { #expect(answer.status == 202 && answer.body.isEmpty) }
        #expect(answers[0].fields.map(\.name.rawValue) == answers[1].fields.map(\.name.rawValue))
        #expect(try notices(for: known) == [.reset] && notices(for: unknown) == [.reset])
        let lengths = try stage.query("SELECT LENGTH(content) FROM mails WHERE recipient IN (\(known), \(unknown))").map { try $0.integer(0) }
        #expect(Set(lengths).count == 1)
        #expect(try stage.query("SELECT COUNT(*) FROM one_time_links WHERE purpose = 'reset' AND email = \(known)")[0].integer(0) == 0)
    }

    @Test("an address that is none is refused, one in capitals is the same, and other pages cannot ask")
    func address() throws {
        let email = newEmail()
        #expect(Browser(stage).ask(.post, "/password-resets", ["email": "nobody"]).refusals == ["/email invalid_email"])
        #expect(Browser(stage).ask(.post, "/password-resets", ["email": .string(email.uppercased())]).status == 202)
        #expect(try notices(for: email) == [.reset])
        let foreign = Browser(stage)
        foreign.change = { $0.fields.secFetchSite = "cross-site" }
        #expect(foreign.ask(.post, "/password-resets", ["email": .string(email)]).code == "cross_site_request")
    }

    @Test("ten resets in a day of one address, sixty in an hour of one network; the answer stays the same for the former")
    func bounded() throws {
        let email = newEmail()
        for _ in 0..<12 { #expect(Browser(stage).ask(.post, "/password-resets", ["email": .string(email)]).status == 202) }
        #expect(try notices(for: email).count == 10)
        let browser = Browser(stage)
        for _ in 0..<60 { #expect(browser.ask(.post, "/password-resets", ["email": .string(newEmail())]).status == 202) }
        #expect(browser.ask(.post, "/password-resets", ["email": .string(newEmail())]).status == 429)
    }

    @Test("without mail it is answered the same, and nothing waits")
    func off() throws {
        let stage = try Stage { $0.appHost = Stage.appHost }
        let email = newEmail()
        #expect(Browser(stage).ask(.post, "/password-resets", ["email": .string(email)]).status == 202)
        _ = try stage.newPerson(email: email)
        let elsewhere = Browser(stage, at: "198.51.100.7")
        #expect(elsewhere.ask(.post, "/session", ["email": .string(email), "password": .string(Stage.password)]).status == 201)
        #expect(try stage.query("SELECT COUNT(*) FROM mails WHERE recipient = \(email)")[0].integer(0) == 0)
    }

    // MARK: Sign-ins

    @Test("the first sign-in of a new account is no news; one from another network, or with another browser, is, once")
    func signIns() throws {
        let email = newEmail()
        let browser = try stage.newPerson(email: email)
        #expect(try notices(for: email).isEmpty)
        #expect(signIn(email, at: browser.address).status == 201)
        #expect(try notices(for: email).isEmpty, "from the same network with the same browser")
        for _ in 0..<2 { #expect(signIn(email, at: "198.51.100.7").status == 201) }
        var told = try notices(for: email)
        #expect(told.count == 1)
        guard case .signIn(let first)? = told.first else { return #expect(Bool(false), "\(told)") }
        #expect(first.place == .init(browser: "Firefox", system: "Linux", address: "198.51.100.0/24"))
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
        #expect(signIn(email, at: "198.51.100.7", agent: chrome).status == 201)
        told = try notices(for: email)
        #expect(told.count == 2)
        #expect(signIn(email, at: "203.0.113.7", agent: "x").status == 201)
        #expect(Browser(stage, at: "192.0.2.7").ask(.post, "/session", ["email": .string(email), "password": "wrong"]).status == 401)
        #expect(try notices(for: email).count == 3, "a wrong password is no sign-in")
    }

    // MARK: Ways in

    @Test("who has another way into an account than before hears of it, and from where it was changed")
    func accountChanges() throws {
        let (email, device) = (newEmail(), try Device())
        let browser = try stage.newPerson(email: email, at: "198.51.100.7")
        let made = try browser.add(device, name: "Blue key").json["id"]?.stringValue ?? ""
        #expect(browser.ask(.patch, "/account/passkeys/\(made)", ["name": "Green key"]).status == 200)
        #expect(browser.ask(.delete, "/account/passkeys/\(made)").status == 204)
        let secret = try #require(Base32.decode(browser.ask(.post, "/account/totp", [:]).json["secret"]?.stringValue ?? ""))
        #expect(browser.ask(.delete, "/account/totp").status == 204, "of it no code was seen")
        let again = try #require(Base32.decode(browser.ask(.post, "/account/totp", [:]).json["secret"]?.stringValue ?? ""))
        #expect(again != secret)
        let code = TOTP(secret: again).code(at: TOTP.step(at: Timestamp.now().seconds))
        #expect(browser.ask(.post, "/account/totp/confirm", ["code": .string(code)]).status == 200)
        #expect(browser.ask(.delete, "/account/totp").status == 204)
        #expect(browser.ask(.put, "/account/password", ["password": "weak"]).status == 422)
        #expect(browser.ask(.put, "/account/password", ["password": "another long pass phrase 12"]).status == 200)
        let told = try notices(for: email).map { notice in
            guard case .accountChange(let change) = notice else { throw Unexpected(notice) }
            #expect(change.place == .init(browser: "Firefox", system: "Linux", address: "198.51.100.0/24"))
            return change.what
        }
        #expect(told == [.passkeyAdded("Blue key"), .passkeyRemoved("Green key"), .codesTurnedOn, .codesTurnedOff, .passwordChanged])
    }

    @Test("so they do of a password that a link has set, and of all that the sysadmin takes away")
    func accountChangesByOthers() throws {
        let email = newEmail()
        let user = try stage.newPerson(email: email).user()
        let work = OneTimeLinkWork(stage.services.office, by: .maskctl(nil))
        let link = try work.resetAll(user).make().value
        let body: JSON = ["token": .string(link.token), "password": "another long pass phrase 12"]
        #expect(Browser(stage).ask(.post, "/one-time-links/use", body).status == 204)
        let told = try notices(for: email).map { notice in
            guard case .accountChange(let change) = notice else { throw Unexpected(notice) }
            return "\(change.what) \(change.place?.browser ?? "nowhere")"
        }
        #expect(told == ["everythingReset nowhere", "passwordChanged Firefox"])
    }

    private struct Unexpected: Error {
        let notice: MailNotice
        init(_ notice: MailNotice) { self.notice = notice }
    }

    @Test("what was refused is told to nobody")
    func refusedChange() throws {
        let (email, device) = (newEmail(), try Device())
        let browser = try stage.newPerson(email: email)
        try browser.add(device)
        #expect(try browser.add(device).refusal == "409 passkey_known")
        try browser.forgetStepUp()
        #expect(browser.ask(.put, "/account/password", ["password": "another long pass phrase 12"]).refusal == "403 step_up_required")
        #expect(try notices(for: email).count == 1)
    }

    // MARK: Waking the sender

    @Test("the sender of mails is woken once a mail waits")
    func waking() throws {
        let heard = Monitor(-1)
        let listener = Listener(stage.redis, [.mails])
        _ = try Threads.Thread.start(name: "mails") {
            listener.run(began: { heard.withLock { $0 = 0 } }, lost: { _ in }, hear: { _, _ in heard.withLock { $0 += 1 } })
        }
        #expect(eventually { heard.withLock { $0 } >= 0 })  // other tests wake it, too
        let before = heard.withLock { $0 }
        #expect(Browser(stage).ask(.get, "/app").status == 200)
        #expect(Browser(stage).ask(.post, "/password-resets", ["email": .string(newEmail())]).status == 202)
        #expect(eventually { heard.withLock { $0 } > before })
    }

    // MARK: Invitations

    @Test("an invitation is mailed with its link; the sysadmin's to a first owner is printed, not mailed")
    func invitation() throws {
        let (guest, owner) = (newEmail(), newEmail())
        let inviter = try stage.sysadmin.addMember(newEmail(), name: "Ada", role: .owner, to: stage.workspace)
        let work = OneTimeLinkWork(stage.services.office, by: .maskctl(nil))
        let shown = try work.invite(guest, to: stage.workspace, as: .member, by: inviter.id).make().value
        guard case .invitation(let told)? = try notices(for: guest).first else { return #expect(Bool(false), "no mail") }
        #expect(told.link == shown.url(at: "https://" + Stage.appHost) && told.link.contains("/accept#"))
        #expect(told.workspace == "Acme" && told.role == .member && told.inviter == "Ada")
        #expect(told.end.rfc3339 == shown.link.endsAt.rfc3339)
        #expect(try stage.query("SELECT 1 FROM mails WHERE INSTR(content, \(shown.token)) > 0").isEmpty)
        _ = try work.invite(owner, to: stage.workspace, as: .owner, for: .welcome).make()
        #expect(try notices(for: owner).isEmpty)
    }
}
