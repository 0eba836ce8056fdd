import AccountStore
import Glibc
import HTTP
import JSON
import Model
import Store
import Testing

@testable import API
@testable import Resources
import Work

/// Inviting somebody to a workspace, by key and by session.
@Suite("Invitations")
struct InvitationTests {
    let stage: Stage
    /// Whom nobody knows.
    let email = "grace-\(randomHex(4))@example.com"

    init() throws { stage = try Stage() }

    // MARK: From the invitation to the first request

    @Test("who is invited comes, is what the invitation says, and works", arguments: Caller.Door.allCases)
    func flow(door: Caller.Door) throws {
        let owner = try Caller(.owner, by: door, on: stage)
        let made = owner.invite(email.uppercased(), as: .member)
        #expect(made.status == 201, "\(made.text)")
        let id = made.json["id"]?.stringValue ?? ""
        #expect(made.json["url"]?.stringValue?.wholeMatch(of: /https:\/\/app\.mask\.test\/accept#[A-Za-z0-9_-]{43}/) != nil)
        #expect(made[.location] == "/v1/team/invitations/\(id)")
        #expect(made.json["email"] == .string(email) && made.json["invited_by"] == .string(owner.member.id.description))

        let listed = owner.ask(.get, "/team/invitations")
        #expect(listed.items("email") == [email] && listed.items("id") == [id])
        #expect(!listed.text.contains(made.token) && listed.items("url").isEmpty, "the link is shown once")

        let shown = Browser(stage).ask(.post, "/one-time-links/show", ["token": .string(made.token)]).json
        #expect(shown["purpose"] == "invitation" && shown["invited_by"] == .string(owner.member.name) && shown["role"] == "member")
        let browser = Browser(stage)
        #expect(stage.accept(made.token, as: browser).json["workspaces"]?[0]?["role"] == "member")
        browser.workspace = stage.workspace.slug
        #expect(browser.ask(.get, "/links").status == 200)
        #expect(browser.ask(.get, "/api-keys").code == "insufficient_scope")
        #expect(owner.ask(.get, "/team/invitations").items("id").isEmpty)
        #expect(owner.ask(.get, "/team/members").items("email").contains(email))
        let actor = try stage.changes("invitation.created").first?.split(separator: " ").first.map(String.init) ?? ""
        #expect(actor.hasPrefix(door == .key ? "key_" : "usr_"))
        #expect(try stage.changes("member.joined").count == 1)
    }

    @Test("sent again with its Idempotency-Key an invitation is the same, and its link is sealed where it is kept", arguments: Caller.Door.allCases)
    func repeated(door: Caller.Door) throws {
        let owner = try Caller(.owner, by: door, on: stage)
        let key = randomHex(8)
        let answers = (0..<2).map { _ in owner.invite(email) { $0.fields.idempotencyKey = key } }
        #expect(answers[0].status == 201 && answers[0].text == answers[1].text)
        #expect(answers[1][.idempotentReplayed] == "true")
        let rows = try stage.query("SELECT body FROM idempotency_keys WHERE workspace_id = \(stage.workspace.id)")
        #expect(try rows.count == 1 && rows.allSatisfy { try !String(decoding: $0.bytes(0), as: UTF8.self).contains(answers[0].token) })
        #expect(try stage.changes("invitation.created").count == 1)
    }

    @Test("another invitation for an address takes the place of the one before")
    func again() throws {
        let owner = try Caller(.owner, by: .key, on: stage)
        let first = owner.invite(email, as: .viewer)
        let second = owner.invite(email, as: .admin)
        #expect(owner.ask(.get, "/team/invitations").items("role") == ["admin"])
        #expect(stage.accept(first.token).isRefused(410, "link_used_or_ended"))
        #expect(stage.accept(second.token).status == 201)
        #expect(stage.accept(second.token).isRefused(410, "link_used_or_ended"))
    }

    @Test("the one before is withdrawn, as the audit log tells; one whose week is over is not")
    func replaced() throws {
        let owner = try Caller(.owner, by: .key, on: stage)
        let first = owner.invite(email, as: .viewer).json["id"]?.stringValue ?? ""
        #expect(owner.invite(email, as: .admin).status == 201)
        let entries = owner.ask(.get, "/audit-log?action=invitation.withdrawn").json["data"]?.arrayValue ?? []
        #expect(entries.map { $0["resource"] } == [.string(first)] && entries[0]["changes"]?["before"]?["role"] == "viewer")
        try stage.tamper("UPDATE one_time_links SET ends_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE email = \(email)")
        #expect(owner.invite(email, as: .member).status == 201)
        #expect(try stage.changes("invitation.withdrawn").count == 1)
    }

    @Test("nobody replaces an invitation for a role above their own: it stays as it was", arguments: Caller.Door.allCases)
    func replacedFromBelow(door: Caller.Door) throws {
        let (owner, admin) = (try Caller(.owner, by: door, on: stage), try Caller(.admin, by: door, on: stage))
        let made = owner.invite(email, as: .owner)
        let refused = admin.invite(email, as: .viewer)
        #expect(refused.isRefused(403, "insufficient_role") && refused.json["required_role"] == "owner")
        #expect(try stage.changes("invitation.withdrawn").isEmpty && stage.changes("invitation.created").count == 1)
        #expect(owner.ask(.get, "/team/invitations").items("role") == ["owner"])
        #expect(stage.accept(made.token).json["workspaces"]?[0]?["role"] == "owner")
        let other = "other-\(email)"
        #expect(owner.invite(other, as: .admin).status == 201)
        #expect(admin.invite(other, as: .viewer).status == 201, "of their own role it is theirs, too")
        try stage.tamper("UPDATE one_time_links SET role = 'owner', ends_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE email = \(other)")
        #expect(admin.invite(other, as: .viewer).status == 201, "what has ended is nobody's")
    }

    @Test("one that is withdrawn is good for nothing, and so is one whose week is over", arguments: Caller.Door.allCases)
    func withdrawn(door: Caller.Door) throws {
        let owner = try Caller(.owner, by: door, on: stage)
        let made = owner.invite(email)
        let path = "/team/invitations/\(made.json["id"]?.stringValue ?? "")"
        var first: Request?
        #expect(owner.ask(.delete, path) { first = $0 }.status == 204)
        #expect(owner.ask(.delete, path) { $0 = first ?? $0 }.status == 204, "nginx asks again")
        #expect(owner.ask(.delete, path).status == 404)
        #expect(stage.accept(made.token).isRefused(410, "link_used_or_ended"))
        #expect(try stage.changes("invitation.withdrawn").count == 1)

        let late = owner.invite(email)
        try stage.tamper("UPDATE one_time_links SET ends_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE email = \(email)")
        #expect(owner.ask(.get, "/team/invitations").items("id").isEmpty)
        #expect(owner.ask(.delete, "/team/invitations/\(late.json["id"]?.stringValue ?? "")").status == 404)
        #expect(stage.accept(late.token).status == 410)
    }

    @Test("the list comes page by page, newest first")
    func list() throws {
        let owner = try Caller(.owner, by: .key, on: stage)
        for number in 0..<3 { #expect(owner.invite("\(number)-\(email)").status == 201); usleep(2000) }
        let page = owner.ask(.get, "/team/invitations?limit=2")
        #expect(page.items("email") == ["2-" + email, "1-" + email])
        let cursor = page.json["next_cursor"]?.stringValue ?? ""
        #expect(owner.ask(.get, "/team/invitations?limit=2&starting_after=\(cursor)").items("email") == ["0-" + email])
    }

    // MARK: Refusals

    @Test("what is no invitation is refused, with all that is wrong", arguments: [
        (["email": "nobody", "role": "member"], ["/email invalid_email"]), (["email": "a@example.com"], ["/role required"]),
        (["role": "king"], ["/email required", "/role invalid_choice"]),
        (["email": "a@example.com", "role": "member", "name": "A"], ["/name unknown_field"]),
    ] as [(JSON, [String])])
    func invalid(body: JSON, problems: [String]) throws {
        let answer = try Caller(.owner, by: .key, on: stage).ask(.post, "/team/invitations", body)
        #expect(Set(answer.refusals) == Set(problems) && answer.status == 422, "\(answer.text)")
    }

    @Test("a member as whom somebody works is not invited", arguments: Caller.Door.allCases)
    func member(door: Caller.Door) throws {
        let owner = try Caller(.owner, by: door, on: stage)
        let (member, _) = try stage.newColleague(.member)
        #expect(owner.invite(member.email, as: .member).isRefused(409, "member_exists"))
    }

    @Test("a member as whom nobody works yet is invited as what they are, and their keys stay theirs")
    func waiting() throws {
        let owner = try Caller(.owner, by: .key, on: stage)
        let member = try stage.newMember(.viewer)
        #expect(owner.invite(member.email, as: .admin).isRefused(409, "member_exists"), "a role is not changed by a link")
        let session = stage.accept(owner.invite(member.email, as: .viewer).token).json
        #expect(session["workspaces"]?[0]?["member_id"] == .string(member.id.description))
        #expect(session["workspaces"]?[0]?["role"] == "viewer")
    }

    @Test("whoever has a link to a member that is made more of since has nothing: they would be more than the link says")
    func raised() throws {
        let admin = try Caller(.admin, by: .session, on: stage)
        let member = try stage.newMember(.viewer)
        let made = admin.invite(member.email, as: .viewer)
        try stage.sysadmin.setRole(.owner, of: member)
        #expect(stage.accept(made.token).status == 410)
        let email = "\(randomHex(4))@example.com"
        let other = admin.invite(email, as: .viewer)
        _ = try stage.sysadmin.addMember(email, name: "Ada", role: .owner, to: stage.workspace)
        #expect(stage.accept(other.token).status == 410)
    }

    @Test("a link for a password ends with the rights of who has made it")
    func resetOfWhoIsGone() throws {
        let owner = try Caller(.owner, by: .session, on: stage)
        let admin = try Caller(.admin, by: .session, on: stage)
        let (colleague, _) = try stage.newColleague(.member)
        let made = admin.ask(.post, admin.path(of: colleague) + "/reset").json["url"]?.stringValue ?? ""
        let token = made.split(separator: "#").last.map(String.init) ?? ""
        #expect(owner.ask(.delete, owner.path(of: admin.member)).status == 204)
        let used = Browser(stage).ask(.post, "/one-time-links/use", ["token": .string(token), "password": .string(Stage.password)])
        #expect(used.status == 410)
    }

    @Test("without a dashboard there are no links, and it is said why")
    func noDashboard() throws {
        let stage = try Stage { $0.appHost = nil }
        let owner = try Caller(.owner, by: .key, on: stage)
        #expect(owner.invite(email).isRefused(409, "no_app_host"))
        #expect(owner.ask(.post, owner.path(of: owner.member) + "/reset").isRefused(409, "no_app_host"))
    }

    @Test("who is invited has a place among the members that a workspace may have")
    func quota() throws {
        let owner = try Caller(.owner, by: .key, on: stage)
        try stage.sysadmin.setQuota(.members, to: 2, of: stage.workspace)
        let made = owner.invite(email)
        #expect(made.status == 201)
        let refused = owner.invite("other-\(email)")
        #expect(refused.isRefused(422, "quota_exceeded") && refused.json["quota"] == "members")
        #expect(throws: Refusal.self) { try stage.newMember(.viewer) }
        let again = owner.invite(email)
        #expect(again.status == 201, "the same place")
        #expect(owner.ask(.get, "/workspace").json["quotas"]?["members"] == ["limit": 2, "used": 2])
        #expect(stage.accept(again.token).status == 201)
        #expect(owner.invite("other-\(email)").code == "quota_exceeded")
        try stage.sysadmin.setQuota(.members, to: 3, of: stage.workspace)
        #expect(owner.invite("other-\(email)").status == 201)
    }

    // MARK: Who invites

    @Test("nobody invites above their own role, or takes such an invitation back", arguments: Caller.Door.allCases)
    func rank(door: Caller.Door) throws {
        let (owner, admin) = (try Caller(.owner, by: door, on: stage), try Caller(.admin, by: door, on: stage))
        let refused = admin.invite(email, as: .owner)
        #expect(refused.isRefused(403, "insufficient_role") && refused.json["required_role"] == "owner")
        for role in [Role.admin, .member, .viewer] { #expect(admin.invite("\(role)-\(email)", as: role).status == 201) }
        let path = "/team/invitations/\(owner.invite(email, as: .owner).json["id"]?.stringValue ?? "")"
        #expect(admin.ask(.delete, path).isRefused(403, "insufficient_role"))
        #expect(owner.ask(.delete, path).status == 204)
        for role in [Role.member, .viewer] {
            let other = try Caller(role, by: door, on: stage)
            #expect(other.invite(email, as: .viewer).isRefused(403, "insufficient_scope"))
            #expect(other.ask(.get, "/team/invitations").status == 200)
        }
    }

    @Test("the sysadmin's key invites as anything, and nobody has invited")
    func sysadmin() throws {
        let key = try stage.makeManager()
        for role in Role.allCases {
            let body: JSON = ["email": .string("\(role)-\(email)"), "role": .string(role.rawValue)]
            let answer = stage.ask(.post, "/team/invitations", body.text, key: key)
            #expect(answer.status == 201 && answer.json["invited_by"] == .null)
        }
    }

    @Test("what a member has sent ends with them, and with the role that it takes to send it", arguments: Caller.Door.allCases)
    func inviterGone(door: Caller.Door) throws {
        let (owner, leaving) = (try Caller(.owner, by: door, on: stage), try Caller(.owner, by: door, on: stage))
        let asOwner = leaving.invite("o-\(email)", as: .owner)
        let asAdmin = leaving.invite("a-\(email)", as: .admin)
        let asViewer = leaving.invite("v-\(email)", as: .viewer)
        #expect(owner.ask(.patch, owner.path(of: leaving.member), ["role": "admin"]).status == 200)
        #expect(stage.accept(asOwner.token).status == 410)
        #expect(stage.accept(asAdmin.token).status == 201)
        #expect(owner.ask(.delete, owner.path(of: leaving.member)).status == 204)
        #expect(stage.accept(asViewer.token).status == 410)
        #expect(try stage.changes("invitation.withdrawn").count == 2)
    }
}
