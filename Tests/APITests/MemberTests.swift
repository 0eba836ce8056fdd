import Foundation
import HTTP
import Model
import Store
import Support
import Testing

@testable import API
@testable import Resources
import Work

/// Members are read over the API and changed with `maskctl`; their role ends what their keys can do.
@Suite("Members")
struct MemberTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    // MARK: Exchanges

    @Test("the list has the members, oldest first, page by page")
    func list() throws {
        let members = try (0..<3).map { number in
            usleep(2000)
            return try stage.sysadmin.addMember(
                "M\(number)@Example.com", name: "Member \(number)", role: .member, to: stage.workspace)
        }
        let answer = stage.ask(.get, "/team/members?limit=2")
        #expect(answer.items("id") == members.prefix(2).map(\.id.description))
        #expect(masked(answer.json["data"]?[0]?.text ?? "") == """
            {"id":"usr_…","email":"m0@example.com","name":"Member 0","role":"member","created_at":"<time>"}
            """)
        let cursor = try #require(answer.json["next_cursor"]?.stringValue)
        let rest = stage.ask(.get, "/team/members?limit=2&starting_after=\(cursor)")
        #expect(rest.items("name") == ["Member 2"] && rest.json["has_more"]?.boolValue == false)
    }

    @Test("one member, with a tag for the next reading")
    func get() throws {
        let ada = try stage.makeMember(.admin)
        let answer = stage.ask(.get, "/team/members/\(ada.id)")
        #expect(answer.status == 200 && answer.json["role"]?.stringValue == "admin" && answer[.eTag] == #""1""#)
        var request = stage.request(.get, "/v1/team/members/\(ada.id)")
        request.fields.ifNoneMatch = answer[.eTag]
        #expect(stage.application.respond(to: request).status == 304)
        try stage.sysadmin.setRole(.viewer, of: ada)
        #expect(stage.application.respond(to: request).json["role"]?.stringValue == "viewer")
    }

    @Test("another workspace's member is as unknown as one that never was, and its cursor is refused")
    func isolation() throws {
        let stranger = try Stage()
        let theirs = try (0..<2).map { _ in try stranger.makeMember(.owner) }
        for id in [theirs[0].id.description, MemberID.new().description, "usr_1", stage.keyID.description] {
            #expect(stage.ask(.get, "/team/members/\(id)").code == "not_found")
        }
        let cursor = try #require(stranger.ask(.get, "/team/members?limit=1").json["next_cursor"]?.stringValue)
        let answer = stage.ask(.get, "/team/members?starting_after=\(cursor)")
        #expect(answer.status == 400 && answer.json["parameter"]?.stringValue == "starting_after")
        #expect(stage.ask(.get, "/team/members").items("id").isEmpty)
    }

    @Test("takes team:read")
    func scope() throws {
        let key = try stage.newKey([.linksRead]).text
        #expect(stage.ask(.get, "/team/members", key: key).json["required_scope"]?.stringValue == "team:read")
    }

    // MARK: Roles and keys

    @Test("a key does what its scopes and its maker's role both allow", arguments: [
        (Role.owner, 201, 200, 200), (.admin, 201, 200, 200), (.member, 201, 200, 403), (.viewer, 403, 200, 403),
    ])
    func role(_ role: Role, _ create: Int, _ read: Int, _ keys: Int) throws {
        let key = try stage.makeKey(of: stage.makeMember(role)).text
        #expect(stage.ask(.post, "/links", #"{"url": "https://example.com/"}"#, key: key).status == create)
        #expect(stage.ask(.get, "/links", key: key).status == read)
        #expect(stage.ask(.get, "/api-keys", key: key).status == keys)
    }

    @Test("a demotion of the maker holds for the next request of their keys, on every worker; so does a promotion")
    func demotion() throws {
        let (ada, workers) = (try stage.makeMember(.admin), try stage.twoWorkers())
        let key = try stage.makeKey(of: ada)
        func statuses() -> [Int] { workers.map { stage.ask($0, .get, "/api-keys", key: key.text).status } }
        func setRole(_ role: Role) throws {
            try stage.sysadmin.setRole(role, of: stage.sysadmin.member(ada.email, of: stage.workspace))
        }
        for _ in 0..<5 {
            #expect(statuses() == [200, 200])
            try setRole(.member)
            #expect(statuses() == [403, 403])
            try setRole(.admin)
        }
    }

    @Test("the removal of a member ends their keys, on every worker, and the audit log has each")
    func removal() throws {
        let (ada, workers) = (try stage.makeMember(.admin), try stage.twoWorkers())
        let keys = try (0..<2).map { _ in try stage.makeKey(of: ada) }
        let child = stage.ask(.post, "/api-keys", #"{"name": "child", "scopes": ["team:read"]}"#, key: keys[0].text).json
        #expect(child["created_by"]?.stringValue == ada.id.description, "a key that a key makes is its maker's")
        let texts = keys.map(\.text) + [child["key"]?.stringValue ?? ""]
        for worker in workers { for text in texts { #expect(stage.ask(worker, .get, "/workspace", key: text).status == 200) } }
        try stage.sysadmin.removeMember(ada)
        for worker in workers { for text in texts { #expect(stage.ask(worker, .get, "/workspace", key: text).status == 401) } }
        let ended = Set(keys.map { "maskctl key.revoked \($0.id)" } + ["maskctl key.revoked \(child["id"]?.stringValue ?? "")"])
        #expect(Set(try stage.changes("key.revoked")) == ended)
        #expect(try stage.changes("member.removed") == ["maskctl member.removed \(ada.id)"])
        #expect(stage.ask(.get, "/team/members/\(ada.id)").status == 404)
    }

    @Test("a key that a member rotates is theirs from then on")
    func rotation() throws {
        let ada = try stage.makeMember(.admin)
        let (theirs, old) = (try stage.makeKey(of: ada), try stage.newKey([.teamRead]))
        let new = stage.ask(.post, "/api-keys/\(old.id)/rotate", key: theirs.text).json
        #expect(new["created_by"]?.stringValue == ada.id.description)
        try stage.sysadmin.removeMember(ada)
        #expect(stage.ask(.get, "/workspace", key: new["key"]?.stringValue ?? "").status == 401)
    }

    // MARK: maskctl

    @Test("what maskctl does to members stands in the audit log")
    func audit() throws {
        let ada = try stage.sysadmin.addMember("ada@example.com", name: "Ada", role: .member, to: stage.workspace)
        usleep(2000)  // two entries of the same millisecond have no order
        try stage.sysadmin.setRole(.owner, of: ada)
        usleep(2000)
        try stage.sysadmin.removeMember(stage.sysadmin.member("ada@example.com", of: stage.workspace))
        #expect(try stage.changes("member.%") == [
            "maskctl member.added \(ada.id)", "maskctl member.updated \(ada.id)", "maskctl member.removed \(ada.id)",
        ])
        #expect(try stage.lastChange("member.updated") == #"{"before":{"role":"member"},"after":{"role":"owner"}}"#)
        #expect(try stage.lastChange("member.removed").contains("ada@example.com"))
    }

    @Test("an address is a member once, however it is written, and again in another workspace")
    func taken() throws {
        let ada = try stage.sysadmin.addMember("ada@example.com", name: "Ada", role: .member, to: stage.workspace)
        #expect(throws: Refusal.memberTaken("ada@example.com")) {
            try stage.sysadmin.addMember("ADA@example.com", name: "Other", role: .owner, to: stage.workspace)
        }
        #expect(try stage.sysadmin.member("Ada@Example.com", of: stage.workspace) == ada)
        let other = try stage.sysadmin.createWorkspace(slug: "w" + randomHex(8), name: "Other", plan: .hobby)
        #expect(throws: Refusal.unknownMember("ada@example.com")) {
            try stage.sysadmin.member("ada@example.com", of: other)
        }
        _ = try stage.sysadmin.addMember("ada@example.com", name: "Ada", role: .member, to: other)
    }

    @Test("a member who is gone cannot be changed or removed again, and the audit log does not say so")
    func gone() throws {
        let ada = try stage.makeMember(.member)
        try stage.sysadmin.removeMember(ada)
        #expect(throws: ChangedMeanwhile.self) { try stage.sysadmin.setRole(.owner, of: ada) }
        #expect(throws: ChangedMeanwhile.self) { try stage.sysadmin.removeMember(ada) }
        #expect(try stage.changes("member.%").count == 2)
    }
}
