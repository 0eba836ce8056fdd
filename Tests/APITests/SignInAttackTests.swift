import AccountStore
@testable import Crypto
import HTTP
import JSON
import Model
import Store
import Support
import Synchronization
import Testing

@testable import API
@testable import Resources
import Work

/// Strangers who guess: they get in nowhere, lock nobody out, and hold up nobody else.
@Suite("Guessing passwords")
struct SignInAttackTests {
    let stage: Stage

    init() throws { stage = try Stage { $0.appHost = Stage.appHost } }

    /// Somebody whose password is as quick to look at as a try that is refused: a thousand tries would take minutes else.
    private func owner() throws -> (browser: Browser, email: String) {
        let browser = try stage.newPerson()
        let email = browser.ask(.get, "/session").json["user"]?["email"]?.stringValue ?? ""
        let hash = try PasswordHash.make(Stage.password, cost: .init(logarithm: 4, blockSize: 8, parallelism: 1))
        try stage.tamper("UPDATE users SET password_hash = \(hash) WHERE email = \(email)")
        return (browser, email)
    }

    private func signIn(_ email: String, _ password: String, at address: String) -> Response {
        Browser(stage, at: address).ask(.post, "/session", ["email": .string(email), "password": .string(password)])
    }

    @Test("a thousand wrong passwords from a hundred networks: nobody is in, the owner is not locked out, and keys work meanwhile")
    func thousand() throws {
        let (home, email) = try owner()
        let statuses = Mutex<[Int: Int]>([:])
        try inParallel(10) { part in
            for number in 0..<100 {
                let response = signIn(email, "guess \(part) \(number)", at: "2001:db8:\(part)\(number / 10)::\(number % 10)")
                statuses.withLock { $0[response.status, default: 0] += 1 }
                if number % 25 == 0 { #expect(stage.ask(.get, "/links").status == 200) }
            }
        }
        let counted = statuses.withLock { $0 }
        #expect(Set(counted.keys) == [401, 429], "\(counted)")
        #expect(counted[401, default: 0] <= 100, "of one account a hundred passwords an hour are looked at")
        let stranger = signIn(email, Stage.password, at: "203.0.113.7")
        #expect(stranger.status == 429 && stranger.code == "too_many_tries" && stranger[.retryAfter] != nil)
        #expect(signIn(email, Stage.password, at: home.address).status == 201, "at home the owner gets in as ever")
        #expect(home.ask(.get, "/session").status == 200)
    }

    @Test("who has signed out is not locked out at home, and neither is who has set another password by a link")
    func signedOut() throws {
        let (home, email) = try owner()
        home.ask(.delete, "/session")
        let user = try #require(try stage.store.read { try Users.find(email: email, on: $0) })
        let elsewhere = "2001:db8:\(randomHex(2))::1"
        for network in 0..<11 {
            for _ in 0..<10 { _ = signIn(email, "wrong", at: "2001:db8:f\(network)::1") }
        }
        #expect(signIn(email, Stage.password, at: elsewhere).code == "too_many_tries")
        #expect(signIn(email, Stage.password, at: home.address).status == 201)
        let reset = try OneTimeLinkWork(stage.services.office, by: .maskctl(nil)).reset(user).make().value
        let password = "another long pass phrase 12"
        let browser = Browser(stage, at: elsewhere)
        #expect(browser.ask(.post, "/one-time-links/use", ["token": .string(reset.token), "password": .string(password)]).status == 204)
        #expect(signIn(email, password, at: elsewhere).status == 201)
    }

    @Test("a copied cookie guesses no code: ten tries in a quarter of an hour, from wherever they come")
    func stepUp() throws {
        let (browser, _) = try owner()
        let statuses = (0..<12).map { number in
            browser.address = "2001:db8:\(randomHex(2)):\(number)::1"
            return browser.ask(.post, "/session/step-up", ["password": "wrong"]).status
        }
        #expect(statuses == Array(repeating: 401, count: 10) + [429, 429])
    }

    @Test("for the seconds in which the cookie of before still counts it is no step-up, and gets no other cookie")
    func formerCookie() throws {
        let (browser, _) = try owner()
        let former = Browser(stage, at: browser.address)
        former.cookie = browser.cookie
        #expect(browser.ask(.post, "/session/step-up", ["password": .string(Stage.password)]).status == 200)
        #expect(former.ask(.get, "/session").status == 200, "what was on its way")
        #expect(former.ask(.put, "/account/password", ["password": "another long pass phrase 12"]).code == "step_up_required")
        #expect(former.ask(.post, "/session/step-up", ["password": .string(Stage.password)]).code == "signed_out")
        #expect(browser.ask(.get, "/session").status == 200)
    }

    @Test("one network has ten tries at an account in a quarter of an hour, and one wrong network costs no other")
    func tries() throws {
        let (_, email) = try owner()
        for _ in 0..<10 { #expect(signIn(email, "wrong", at: "203.0.113.7").status == 401) }
        let refused = signIn(email, Stage.password, at: "203.0.113.99")
        #expect(refused.status == 429, "a neighbour in the same /24 is the same network")
        #expect(signIn(email, Stage.password, at: "198.51.100.7").status == 201)
    }

    @Test("an address without an account is limited like one that has")
    func nobody() {
        let email = "nobody-\(randomHex(4))@example.com"
        let network = "2001:db8:\(randomHex(2))::1"
        let statuses = (0..<11).map { _ in signIn(email, "wrong", at: network).status }
        #expect(statuses == Array(repeating: 401, count: 10) + [429])
    }

    @Test("who only has a link's token by guessing is limited, too")
    func tokens() {
        let browser = Browser(stage)
        let statuses = (0..<70).map { _ in browser.ask(.post, "/one-time-links/show", ["token": .string(randomHex(16))]).status }
        #expect(statuses.prefix(60).allSatisfy { $0 == 410 } && statuses.suffix(5).allSatisfy { $0 == 429 })
    }
}
