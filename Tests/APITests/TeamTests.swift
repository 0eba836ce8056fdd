import AccountStore
import HTTP
import JSON
import Model
import Store
import Support
import Testing

@testable import API
@testable import Resources
import Work

/// Changing and removing members, and links for another password, by key and by session. Invitations: InvitationTests.
@Suite("Team")
struct TeamTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    // MARK: Roles

    @Test("a changed role has another tag, and holds for the next request of keys and sessions, on every worker", arguments: Caller.Door.allCases)
    func role(door: Caller.Door) throws {
        let owner = try Caller(.owner, by: door, on: stage)
        let (ada, browser) = try stage.newBrowser(of: .admin)
        let (key, workers) = (try stage.makeKey(of: ada).text, try stage.twoWorkers())
        func statuses() -> [Int] {
            workers.flatMap { [stage.ask($0, .get, "/api-keys", key: key).status, $0.respond(to: browser.request(.get, "/api-keys")).status] }
        }
        #expect(statuses() == [200, 200, 200, 200])
        let answer = owner.ask(.patch, owner.path(of: ada), ["role": "member"])
        #expect(answer.status == 200 && answer.json["role"] == "member" && answer[.eTag] == #""2""#, "\(answer.text)")
        #expect(statuses() == [403, 403, 403, 403])
        #expect(owner.ask(.get, owner.path(of: ada))[.eTag] == #""2""#)
        #expect(owner.ask(.patch, owner.path(of: ada), ["role": "admin"]).status == 200)
        #expect(statuses() == [200, 200, 200, 200])
        #expect(try stage.lastChange("member.updated") == #"{"before":{"role":"member"},"after":{"role":"admin"}}"#)
    }

    @Test("nobody overwrites what they have not seen")
    func preconditions() throws {
        let (owner, ada) = (try Caller(.owner, by: .session, on: stage), try stage.newMember(.member))
        let path = owner.path(of: ada)
        #expect(owner.ask(.patch, path, ["role": "viewer"]) { $0.fields.ifMatch = #""1""# }.status == 200)
        #expect(owner.ask(.patch, path, ["role": "admin"]) { $0.fields.ifMatch = #""1""# }.status == 412)
        #expect(owner.ask(.delete, path) { $0.fields.ifMatch = #""1""# }.status == 412)
        #expect(owner.ask(.delete, path) { $0.fields.ifMatch = #""2""# }.status == 204)
    }

    @Test("what changes nothing leaves no trace")
    func unchanged() throws {
        let (owner, ada) = (try Caller(.owner, by: .key, on: stage), try stage.newMember(.member))
        for body: JSON in [["role": "member"], [:]] {
            let answer = owner.ask(.patch, owner.path(of: ada), body)
            #expect(answer.status == 200 && answer[.eTag] == #""1""#)
        }
        #expect(try stage.changes("member.updated").isEmpty)
    }

    @Test("what is no role is refused", arguments: [
        (["role": "king"], "/role invalid_choice"), (["role": nil], "/role required"), (["name": "Ada"], "/name unknown_field"),
    ] as [(JSON, String)])
    func invalid(body: JSON, problem: String) throws {
        let owner = try Caller(.owner, by: .key, on: stage)
        #expect(owner.ask(.patch, owner.path(of: owner.member), body).refusals == [problem])
    }

    @Test("an admin does not make, change, remove or let in an owner, and is told what it takes", arguments: Caller.Door.allCases)
    func admin(door: Caller.Door) throws {
        let admin = try Caller(.admin, by: door, on: stage)
        let (owner, member) = (try stage.newColleague(.owner).member, try stage.newColleague(.member).member)
        let before = try stage.members()
        for (method, path, body) in [
            (.patch, admin.path(of: owner), ["role": "viewer"]), (.patch, admin.path(of: owner), ["role": "owner"]),
            (.patch, admin.path(of: member), ["role": "owner"]), (.patch, admin.path(of: admin.member), ["role": "owner"]),
            (.delete, admin.path(of: owner), nil), (.post, admin.path(of: owner) + "/reset", nil),
        ] as [(HTTP.Method, String, JSON?)] {
            let answer = admin.ask(method, path, body)
            #expect(answer.isRefused(403, "insufficient_role") && answer.json["required_role"] == "owner", "\(method) \(path)")
        }
        #expect(try stage.members() == before)
        #expect(admin.ask(.patch, admin.path(of: member), ["role": "admin"]).status == 200)
        #expect(admin.ask(.post, admin.path(of: member) + "/reset").status == 201, "somebody of the same role")
        #expect(admin.ask(.delete, admin.path(of: member)).status == 204)
        #expect(admin.ask(.delete, admin.path(of: admin.member)).status == 204, "themself")
        #expect(admin.ask(.get, "/team/members").status == (door == .key ? 401 : 403))
    }

    @Test("who has not members:write sees members and changes none", arguments: [Role.member, .viewer], Caller.Door.allCases)
    func others(role: Role, door: Caller.Door) throws {
        let (caller, ada) = (try Caller(role, by: door, on: stage), try stage.newColleague(.viewer).member)
        #expect(caller.ask(.get, "/team/members").status == 200)
        let refused = [
            caller.ask(.patch, caller.path(of: ada), ["role": "member"]), caller.ask(.delete, caller.path(of: ada)),
            caller.ask(.post, caller.path(of: ada) + "/reset"), caller.ask(.delete, caller.path(of: caller.member)),
        ]
        for answer in refused { #expect(answer.isRefused(403, "insufficient_scope") && answer.json["required_scope"] == "members:write") }
    }

    @Test("a key of the sysadmin does to an owner what an owner does")
    func sysadmin() throws {
        let key = try stage.makeManager()
        let owners = try (0..<2).map { _ in try stage.newColleague(.owner).member }
        #expect(stage.ask(.post, "/team/members/\(owners[0].id)/reset", key: key).status == 201)
        #expect(stage.ask(.patch, "/team/members/\(owners[0].id)", #"{"role": "viewer"}"#, key: key).status == 200)
        #expect(stage.ask(.patch, "/team/members/\(owners[0].id)", #"{"role": "owner"}"#, key: key).status == 200)
        #expect(stage.ask(.delete, "/team/members/\(owners[0].id)", key: key).status == 204)
        #expect(stage.ask(.delete, "/team/members/\(owners[1].id)", key: key).isRefused(409, "last_owner"))
    }

    // MARK: The last owner

    @Test("the last owner stays one, also by their own hand", arguments: Caller.Door.allCases)
    func lastOwner(door: Caller.Door) throws {
        let owner = try Caller(.owner, by: door, on: stage)
        _ = try stage.newMember(.admin)
        let path = owner.path(of: owner.member)
        #expect(owner.ask(.patch, path, ["role": "admin"]).isRefused(409, "last_owner"))
        #expect(owner.ask(.delete, path).isRefused(409, "last_owner"))
        #expect(owner.ask(.patch, path, ["role": "owner"]).status == 200)
        #expect(try stage.changes("member.updated").isEmpty && stage.changes("key.revoked").isEmpty)
        let other = try stage.newMember(.owner)
        #expect(owner.ask(.patch, path, ["role": "admin"]).status == 200)
        #expect(owner.ask(.delete, owner.path(of: other)).isRefused(403, "insufficient_role"))
    }

    @Test("of two owners who leave at the same time one stays", arguments: [HTTP.Method.delete, .patch])
    func bothLeave(method: HTTP.Method) throws {
        let key = try stage.makeManager()
        for _ in 0..<10 {
            let owners = try (0..<2).map { _ in try stage.newMember(.owner) }
            let answers = try inParallel(2) { [stage] number in
                let answer = stage.ask(
                    method, "/team/members/\(owners[number].id)", method == .patch ? #"{"role": "viewer"}"# : nil, key: key)
                return "\(answer.status) \(answer.code ?? "")"
            }
            #expect(Set(answers) == [method == .patch ? "200 " : "204 ", "409 last_owner"])
            let left = try stage.members().filter { $0.role == .owner }
            #expect(left.count == 1)
            for owner in left { try stage.sysadmin.removeMember(owner) }
        }
    }

    // MARK: Removal

    @Test("a removed member's keys end, and their sessions are for this workspace no more, on every worker", arguments: Caller.Door.allCases)
    func removal(door: Caller.Door) throws {
        let owner = try Caller(.owner, by: door, on: stage)
        let (ada, browser) = try stage.newBrowser(of: .admin)
        let (key, workers) = (try stage.makeKey(of: ada), try stage.twoWorkers())
        for worker in workers { #expect(stage.ask(worker, .get, "/links", key: key.text).status == 200) }
        var first: Request?
        #expect(owner.ask(.delete, owner.path(of: ada)) { first = $0 }.status == 204)
        for worker in workers {
            #expect(stage.ask(worker, .get, "/links", key: key.text).status == 401)
            #expect(worker.respond(to: browser.request(.get, "/links")).code == "unknown_workspace")
        }
        #expect(browser.ask(.get, "/session").json["workspaces"] == [])
        #expect(owner.ask(.delete, owner.path(of: ada)) { $0 = first ?? $0 }.status == 204, "nginx asks again")
        #expect(owner.ask(.delete, owner.path(of: ada)).status == 404)
        #expect(owner.ask(.patch, owner.path(of: ada), ["role": "viewer"]).status == 404)
        #expect(try stage.changes("member.removed").count == 1 && stage.changes("key.revoked").count == 1)
    }

    // MARK: Another password

    @Test("a link sets another password, once, and ends all sessions; it is shown this once", arguments: Caller.Door.allCases)
    func reset(door: Caller.Door) throws {
        let owner = try Caller(.owner, by: door, on: stage)
        let (ada, browser) = try stage.newBrowser(of: .member)
        let (path, key) = (owner.path(of: ada) + "/reset", randomHex(8))
        let made = owner.ask(.post, path) { $0.fields.idempotencyKey = key }
        #expect(made.status == 201 && made[.location] == "/v1/team/members/\(ada.id)", "\(made.text)")
        #expect(made.json["url"]?.stringValue?.wholeMatch(of: /https:\/\/app\.mask\.test\/reset#[A-Za-z0-9_-]{43}/) != nil)
        #expect(owner.ask(.post, path) { $0.fields.idempotencyKey = key }.text == made.text)
        #expect(try stage.changes("user.reset_made").map { $0.split(separator: " ").last ?? "" } == ["\(ada.id)"])
        #expect(browser.ask(.get, "/session").status == 200, "the link alone changes nothing")

        let use: JSON = ["token": .string(made.token), "password": .string(Stage.password)]
        let somebody = Browser(stage)
        #expect(somebody.ask(.post, "/one-time-links/use", use).status == 204 && somebody.cookie == nil, "it signs nobody in")
        #expect(somebody.ask(.post, "/one-time-links/use", use).status == 410)
        #expect(browser.ask(.get, "/session").status == 401)
        let signIn: JSON = ["email": .string(ada.email), "password": .string(Stage.password)]
        #expect(somebody.ask(.post, "/session", signIn).status == 201)
    }

    @Test("another link takes the place of the one before")
    func resetAgain() throws {
        let (owner, ada) = (try Caller(.owner, by: .key, on: stage), try stage.newColleague(.member).member)
        let links = (0..<2).map { _ in owner.ask(.post, owner.path(of: ada) + "/reset") }
        let statuses = links.map { Browser(stage).ask(.post, "/one-time-links/show", ["token": .string($0.token)]).status }
        #expect(statuses == [410, 200])
    }

    @Test("it ends where what it opens gets more: a higher role, or another workspace")
    func resetOutgrown() throws {
        let (owner, ada) = (try Caller(.owner, by: .session, on: stage), try stage.newColleague(.member))
        func link() -> String { owner.ask(.post, owner.path(of: ada.member) + "/reset").token }
        func status(_ token: String) -> Int { Browser(stage).ask(.post, "/one-time-links/show", ["token": .string(token)]).status }
        let first = link()
        #expect(owner.ask(.patch, owner.path(of: ada.member), ["role": "viewer"]).status == 200 && status(first) == 200)
        #expect(owner.ask(.patch, owner.path(of: ada.member), ["role": "admin"]).status == 200 && status(first) == 410)
        let (second, other) = (link(), try Stage())
        let invitation = try other.invite(ada.member.email, as: .owner)
        let browser = try stage.newBrowser(of: ada.user)
        #expect(browser.ask(.post, "/one-time-links/use", ["token": .string(invitation.token)]).status == 200)
        #expect(status(second) == 410)
    }

    @Test("there is none for a member as whom nobody signs in", arguments: Caller.Door.allCases)
    func noAccount(door: Caller.Door) throws {
        let (owner, ada) = (try Caller(.owner, by: door, on: stage), try stage.newMember(.member))
        #expect(owner.ask(.post, owner.path(of: ada) + "/reset").isRefused(409, "no_account"))
    }

    @Test("there is none that would open a workspace where who asks is not as high")
    func elsewhere() throws {
        let other = try Stage()
        let (ada, user) = try stage.newColleague(.member)
        func join(_ user: User, as role: Role) throws {
            let member = try other.newMember(role)
            try stage.store.write { try #require(try Users.join(user.id, member, on: $0)) }
        }
        try join(user, as: .admin)
        func ask(_ user: User) throws -> Response { try stage.newBrowser(of: user).ask(.post, "/team/members/\(ada.id)/reset") }

        let key = try Caller(.owner, by: .key, on: stage)
        #expect(key.ask(.post, key.path(of: ada) + "/reset").isRefused(409, "works_elsewhere"), "a key is of one workspace")
        #expect(stage.ask(.post, key.path(of: ada) + "/reset", key: try stage.makeManager()).isRefused(409, "works_elsewhere"))
        for (role, status) in [(nil, 409), (.member, 409), (.admin, 201), (.owner, 201)] as [(Role?, Int)] {
            let owner = try stage.newColleague(.owner).user
            if let role { try join(owner, as: role) }
            #expect(try ask(owner).status == status, "\(role?.rawValue ?? "nobody") there")
        }
        #expect(try other.changes("user.reset_made").isEmpty)
    }
}
