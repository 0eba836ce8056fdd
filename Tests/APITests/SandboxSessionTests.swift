import HTTP
import JSON
import Model
import Store
import Testing

@testable import API
@testable import Resources

/// What test keys have made is there for who is signed in, too, behind the workspace's slug and `.test`.
@Suite("Who is signed in")
struct SandboxSessionTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    /// The browser of a new member, who looks at the test data.
    private func tester(_ role: Role = .owner) throws -> (member: Member, browser: Browser) {
        let (member, browser) = try stage.newBrowser(of: role)
        browser.workspace = stage.workspace.slug + ".test"
        return (member, browser)
    }

    @Test("is told of the test data once there has been a test key, with what may be done in it")
    func told() throws {
        let (member, browser) = try tester()
        #expect(browser.ask(.get, "/session").json["workspaces"]?.arrayValue?.count == 1)
        #expect(browser.ask(.get, "/links").refusal == "403 unknown_workspace")
        _ = try stage.testKey()
        let workspaces = browser.ask(.get, "/session").json["workspaces"]?.arrayValue ?? []
        #expect(workspaces.map { $0["slug"] } == [.string(stage.workspace.slug), .string(stage.workspace.slug + ".test")])
        #expect(workspaces.map { $0["test"] } == [false, true] && workspaces[0]["name"] == workspaces[1]["name"])
        #expect(workspaces.allSatisfy { $0["role"] == "owner" && $0["member_id"] == .string(member.id.description) })
        let scopes = workspaces.map { Set($0["scopes"]?.arrayValue?.compactMap(\.stringValue) ?? []) }
        #expect(scopes[0].subtracting(scopes[1]) == ["keys:write", "members:write"] && scopes[1].isSubset(of: scopes[0]))
        #expect(browser.ask(.get, "/workspace").json["id"] == workspaces[1]["id"])
    }

    @Test("sees and changes what test keys have made, and nothing of the workspace; and the other way round")
    func apart() throws {
        let key = try stage.testKey()
        let (member, browser) = try tester()
        let real = stage.ask(.post, "/links", #"{"url": "https://example.com/real"}"#).json["id"]?.stringValue ?? ""
        let test = stage.ask(.post, "/links", #"{"url": "https://example.com/test"}"#, key: key).json["id"]?.stringValue ?? ""
        let made = browser.ask(.post, "/links", ["url": "https://example.com/made"])
        #expect(made.status == 201 && made.json["short_url"]?.stringValue?.hasPrefix("https://\(Stage.linkHost).test/") == true)
        let id = made.json["id"]?.stringValue ?? ""
        #expect(browser.ask(.get, "/links").items("id") == [id, test])
        #expect(browser.ask(.get, "/links/\(real)").status == 404)
        #expect(browser.ask(.patch, "/links/\(test)", ["title": "Ours"]).status == 200)
        #expect(stage.ask(.get, "/links/\(test)", key: key).json["title"] == "Ours")
        // Who did it stands in the sandbox's log.
        let entries = browser.ask(.get, "/audit-log?action=link.created").json["data"]?.arrayValue ?? []
        #expect(entries.first?["actor"] == .string(member.id.description) && entries.count == 2, "\(entries)")
        browser.workspace = stage.workspace.slug
        #expect(browser.ask(.get, "/links").items("id") == [real])
        #expect(browser.ask(.get, "/links/\(test)").status == 404)
        #expect(browser.ask(.get, "/audit-log?action=link.created").items("id").count == 1)
    }

    @Test("may do there what the role allows, but nothing to keys, members and settings")
    func rights() throws {
        _ = try stage.testKey()
        let (_, viewer) = try tester(.viewer)
        #expect(viewer.ask(.get, "/links").status == 200)
        #expect(viewer.ask(.post, "/links", ["url": "https://example.com/"]).refusal == "403 insufficient_scope")
        let (_, owner) = try tester()
        for answer in [
            owner.ask(.get, "/api-keys"), owner.ask(.post, "/api-keys", ["name": "x", "scopes": ["links:read"]]),
            owner.ask(.patch, "/workspace", ["name": "x"]),
        ] {
            #expect(answer.refusal == "403 test_key")
            #expect(answer.json["detail"] == "Leave the test data first; keys, members and settings are the workspace's.")
        }
    }

    @Test("has an Idempotency-Key for the workspace and one for the test data, be they the same")
    func idempotency() throws {
        _ = try stage.testKey()
        let (_, browser) = try tester()
        browser.change = { $0.fields.idempotencyKey = "once" }
        let ids = [stage.workspace.slug, stage.workspace.slug + ".test"].flatMap { workspace in
            browser.workspace = workspace
            return (0..<2).map { _ in browser.ask(.post, "/links", ["url": "https://example.com/"]).json["id"]?.stringValue ?? "" }
        }
        #expect(ids[0] == ids[1] && ids[2] == ids[3] && ids[0] != ids[2])
    }

    @Test("has no way to test data by another name", arguments: [".test", ".test.test", ".TEST.test", ".tes", ".test.", ".tést", "\u{0}", "é"])
    func names(suffix: String) throws {
        _ = try stage.testKey()
        let (_, browser) = try tester()
        for name in [stage.workspace.slug + suffix, suffix] where name != stage.workspace.slug + ".test" {
            browser.workspace = name
            #expect(browser.ask(.get, "/links").refusal == "403 unknown_workspace", "\(name)")
        }
    }

    @Test("sees the test data of no workspace that they are no member of")
    func strangers() throws {
        _ = try stage.testKey()
        let (_, stranger) = try Stage().newBrowser(of: .owner)
        stranger.workspace = stage.workspace.slug + ".test"
        #expect(stranger.ask(.get, "/links").refusal == "403 unknown_workspace")
    }
}
