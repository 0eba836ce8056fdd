import AccountStore
import HTTP
import JSON
import Model
import Store
import Testing

@testable import API
@testable import Resources
import Work

/// Somebody with an account, and their browser.
final class Browser {
    let stage: Stage
    /// Of the present session; nil where nobody is signed in.
    var cookie: String?
    /// Of the challenge that was asked for last, until a passkey has answered it.
    var challenge: String?
    /// The workspace that is looked at.
    var workspace: String?
    var address: String
    /// Changes each request before it is sent.
    var change: (inout Request) -> Void = { _ in }

    init(_ stage: Stage, at address: String? = nil) {
        self.stage = stage
        self.address = address ?? "2001:db8:\(randomHex(2)):\(randomHex(2))::2"
    }

    func request(_ method: HTTP.Method, _ path: String, _ body: JSON? = nil) -> Request {
        var request = stage.request(method, "/v1" + path, body: body?.text)
        request.host = Stage.appHost
        request.remoteAddress = address
        request.fields.authorization = nil
        let cookies = [("session", cookie), ("challenge", challenge)].compactMap { name, value in value.map { "__Host-mask_\(name)=\($0)" } }
        request.fields.cookie = cookies.isEmpty ? nil : cookies.joined(separator: "; ")
        request.fields.secFetchSite = "same-origin"
        request.fields.origin = "https://" + Stage.appHost
        request.fields.maskClient = "dashboard"
        request.fields.maskWorkspace = workspace
        request.fields.userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        change(&request)
        return request
    }

    /// The same request, as it comes from this browser.
    func request(like other: Request) -> Request {
        var request = request(other.method, String(other.path.dropFirst("/v1".count)))
        (request.query, request.body, request.fields.contentType) = (other.query, other.body, other.fields.contentType)
        return request
    }

    /// Asks, and keeps cookies as a browser does.
    @discardableResult
    func ask(
        _ method: HTTP.Method, _ path: String, _ body: JSON? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) -> Response {
        send(request(method, path, body), sourceLocation: sourceLocation)
    }

    @discardableResult
    func send(_ request: Request, sourceLocation: SourceLocation = #_sourceLocation) -> Response {
        let response = stage.application.respond(to: request)
        for complaint in stage.appContract.complaints(about: response, to: request) {
            Issue.record("\(complaint)", sourceLocation: sourceLocation)
        }
        for field in response.fields where field.name == .setCookie { keep(field.value) }
        return response
    }

    private func keep(_ field: String) {
        guard let pair = field.firstMatch(of: /^__Host-mask_(session|challenge)=([^;]*)/)?.output else { return }
        let value = pair.2.isEmpty ? nil : String(pair.2)
        if pair.1 == "session" { cookie = value } else { challenge = value }
    }

    /// Who is signed in.
    func user(sourceLocation: SourceLocation = #_sourceLocation) throws -> User {
        let email = try #require(ask(.get, "/session").json["user"]?["email"]?.stringValue, sourceLocation: sourceLocation)
        return try #require(try stage.store.read { try Users.find(email: email, on: $0) }, sourceLocation: sourceLocation)
    }

    /// The user has last shown who they are longer ago than is enough.
    func forgetStepUp() throws {
        let user = try user()
        try stage.tamper("UPDATE sessions SET stepped_up_at = UTC_TIMESTAMP(3) - INTERVAL 20 MINUTE WHERE user_id = \(user.id)")
    }

    func signIn(_ email: String, _ password: String = Stage.password, code: String? = nil) -> Response {
        var body: JSONObject = ["email": .string(email), "password": .string(password)]
        if let code { body["code"] = .string(code) }
        return ask(.post, "/session", .object(body))
    }
}

extension Stage {
    static let appHost = "app.mask.test"
    static let password = "correct horse battery staple 47"

    var appContract: Contract { Contract(services, .sessions) }

    /// Somebody who has accepted an invitation, in their browser: they are signed in.
    func newPerson(_ role: Role = .owner, email: String? = nil, at address: String? = nil) throws -> Browser {
        let browser = Browser(self, at: address)
        let email = email ?? "\(randomHex(6))@example.com"
        let link = try invite(email, as: role)
        let response = browser.ask(.post, "/one-time-links/use", [
            "token": .string(link.token), "name": "Ada", "password": .string(Self.password),
        ])
        try #require(response.status == 201, "\(response.text)")
        browser.workspace = workspace.slug
        return browser
    }

    /// A member as whom somebody with an account works. They have no password, which takes time to hash.
    func newColleague(_ role: Role) throws -> (member: Member, user: User) {
        let member = try newMember(role)
        let handle = (0..<32).map { _ in UInt8.random(in: 0...255) }
        let user = User(email: member.email, name: member.name, handle: handle, createdAt: .now())
        try store.write { connection in
            try Users.create(user, on: connection)
            try #require(try Users.join(user.id, member, on: connection))
        }
        return (member, user)
    }

    /// The browser of a new member who is signed in, and has just shown who they are.
    func newBrowser(of role: Role) throws -> (member: Member, browser: Browser) {
        let (member, user) = try newColleague(role)
        return (member, try newBrowser(of: user))
    }

    func newBrowser(of user: User) throws -> Browser {
        let browser = Browser(self)
        let place = Session.Place(browser: "Firefox", system: "Linux", address: "2001:db8::/48", country: "")
        let sessions = SessionWork(.own(services.office, user, from: .maskctl(nil)))
        browser.cookie = try sessions.start(by: .link, isKept: false, from: place).make().value.value
        browser.workspace = workspace.slug
        return browser
    }

    func invite(_ email: String, as role: Role = .owner) throws -> OneTimeLinkWork.Shown {
        try OneTimeLinkWork(services.office, by: .maskctl(nil)).invite(email, to: workspace, as: role, for: .welcome).make().value
    }
}
