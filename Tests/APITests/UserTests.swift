import HTTP
import JSON
import Model
import Testing

@testable import API
@testable import Resources
import Work

/// What the sysadmin does for people who sign in, with `maskctl user`.
@Suite("Users")
struct UserTests {
    let stage: Stage
    /// Whom nobody knows.
    let email = "grace-\(randomHex(4))@example.com"

    init() throws { stage = try Stage() }

    private func follow(_ url: String, _ more: JSONObject = [:], as browser: Browser) -> Response {
        var body: JSONObject = ["token": .string(String(url.split(separator: "#").last ?? "")), "password": .string(Stage.password)]
        for member in more.members { body[member.name] = member.value }
        return browser.ask(.post, "/one-time-links/use", .object(body))
    }

    @Test("who is invited to a workspace is a member of it, and the audit log has it")
    func invited() throws {
        let url = try stage.sysadmin.inviteUser(email.uppercased(), to: (stage.workspace, .admin))
        #expect(url.wholeMatch(of: /https:\/\/app\.mask\.test\/welcome#[A-Za-z0-9_-]{43}/) != nil)
        let session = follow(url, ["name": "Grace"], as: Browser(stage)).json
        #expect(session["user"]?["email"] == .string(email))
        #expect(session["workspaces"]?[0]?["slug"] == .string(stage.workspace.slug) && session["workspaces"]?[0]?["role"] == "admin")
        #expect(try stage.changes("invitation.created").first?.hasPrefix("maskctl ") == true)
    }

    @Test("who is invited without a workspace makes one, and is its owner")
    func founder() throws {
        let url = try stage.sysadmin.inviteUser(email)
        #expect(follow(url, ["name": "Grace"], as: Browser(stage)).refusals == ["/workspace_name required"])
        let name = "Grace \(randomHex(4))"
        let session = follow(url, ["name": "Grace", "workspace_name": .string(name)], as: Browser(stage)).json
        #expect(session["workspaces"]?[0]?["name"] == .string(name) && session["workspaces"]?[0]?["role"] == "owner")
    }

    @Test("a reset lets a user set another password, and the audit log of their workspaces has it")
    func reset() throws {
        let (member, browser) = try stage.newBrowser(of: .owner)
        let url = try stage.sysadmin.resetUser(member.email.uppercased())
        #expect(url.hasPrefix("https://app.mask.test/reset#"))
        #expect(follow(url, as: Browser(stage)).status == 204)
        #expect(browser.ask(.get, "/session").code == "signed_out")
        let entry = try #require(try stage.changes("user.reset_made").first)
        #expect(entry.hasPrefix("maskctl user.reset_made acc_"))
    }

    @Test("all users are listed with their workspaces, and each one's sessions")
    func lists() throws {
        let (member, _) = try stage.newBrowser(of: .viewer)
        let listed = try #require(try stage.sysadmin.office.users().first { $0.user.email == member.email })
        #expect(listed.memberships.map(\.workspace.slug) == [stage.workspace.slug])
        #expect(try stage.sysadmin.office.sessions(of: listed.user).map(\.browser) == ["Firefox"])
    }

    @Test("their sessions end at once, all of them")
    func sessions() throws {
        let (member, user) = try stage.newColleague(.member)
        let browsers = try (0..<2).map { _ in try stage.newBrowser(of: user) }
        #expect(try stage.sysadmin.endSessions(of: member.email) == 2)
        for browser in browsers { #expect(browser.ask(.get, "/session").code == "signed_out") }
        #expect(try stage.sysadmin.endSessions(of: member.email) == 0)
        #expect(try stage.changes("session.ended").count == 1)
    }

    @Test("who is disabled is out, by no link in, and in again once they are enabled")
    func disabled() throws {
        let (member, browser) = try stage.newBrowser(of: .member)
        try stage.sysadmin.setDisabled(true, member.email)
        #expect(browser.ask(.get, "/session").code == "signed_out")
        let url = try stage.sysadmin.resetUser(member.email)
        #expect(follow(url, as: Browser(stage)).code == "link_used_or_ended")
        try stage.sysadmin.setDisabled(false, member.email)
        #expect(browser.ask(.get, "/session").code == "signed_out", "what was a session before is none after")
        #expect(follow(url, as: Browser(stage)).status == 204)
        #expect(try stage.changes("user.%").map { $0.split(separator: " ")[1] }.contains("user.disabled"))
    }

    @Test("what cannot be done is refused in words that help")
    func refusals() throws {
        #expect(throws: Refusal.unknownUser(email)) { try stage.sysadmin.resetUser(email) }
        #expect(throws: Refusal.unknownUser(email)) { try stage.sysadmin.setDisabled(true, email) }
        let member = try stage.newColleague(.member).member
        #expect(throws: Refusal.memberTaken(member.email)) { try stage.sysadmin.inviteUser(member.email, to: (stage.workspace, .member)) }
        let without = try Stage { $0.appHost = nil }
        #expect(throws: Refusal.noAppHost) { try without.sysadmin.inviteUser(email) }
        #expect(throws: Refusal.noAppHost) { try without.sysadmin.resetUser(member.email) }
        #expect("\(Refusal.noAppHost)".contains("MASK_APP_HOST"))
    }
}
