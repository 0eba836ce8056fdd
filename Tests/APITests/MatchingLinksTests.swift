import Foundation
import HTTP
import JSON
import Model
import Store
import Support
import Testing
import Work

@testable import API

/// What is done to all links of a filter, a thousand at a time.
@Suite("Matching links")
struct MatchingLinksTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    private func change(_ filter: JSON, _ changes: JSON, after cursor: JSON = .null) -> Response {
        stage.ask(.patch, "/links/matching", JSON.object(["filter": filter, "changes": changes, "starting_after": cursor]).text)
    }

    private func delete(_ filter: JSON, _ more: JSONObject = [:]) -> Response {
        stage.ask(.delete, "/links/matching", JSON.object(JSONObject([.init(name: "filter", value: filter)] + more.members)).text)
    }

    private func restore(_ filter: JSON) -> Response {
        stage.ask(.post, "/links/matching/restore", JSON.object(["filter": filter]).text)
    }

    private func count(_ query: String) -> JSON? { stage.ask(.get, "/links/count?" + query).json["count"] }

    private func counts(_ answer: Response) -> [JSON?] {
        #expect(answer.status == 200, "\(answer.json)")
        return ["matched", "succeeded", "failed", "has_more"].map { answer.json[$0] }
    }

    @Test("all links of a filter are changed, and no others; the answer counts them")
    func change() throws {
        for number in 0..<5 { try stage.create(["slug": .string("in\(number)"), "tags": ["spring"]]) }
        let other = try stage.create(["slug": "out", "tags": ["summer"]])
        stage.expect("""
            PATCH /v1/links/matching HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY
            Content-Type: application/json

            {"filter": {"tag": ["spring"], "domain": "$HOST"}, "changes": {"disabled": true, "add_tags": ["over"]}}

            HTTP/1.1 200 OK
            Cache-Control: private, no-store
            Content-Type: application/json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5992;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5992
            X-RateLimit-Reset: <time>

            {
              "matched": 5,
              "succeeded": 5,
              "failed": 0,
              "refused": [],
              "has_more": false,
              "next_cursor": null
            }
            """)
        #expect(count("tag=spring&tag=over&state=disabled") == 5 && count("tag=over") == 5)
        #expect(stage.ask(.get, "/links/\(other["id"]?.stringValue ?? "")").json == other)
        #expect(stage.application.respond(to: stage.visit("/in3")).status != 302, "who follows it now is told that it is off")
    }

    @Test("each filter of a list holds", arguments: [
        (#"{"tag": ["a", "b"]}"#, 1), (#"{"tag": ["A"]}"#, 0), (#"{"search": "apple"}"#, 2), (#"{"external_id": "e-1"}"#, 1),
        (#"{"disabled": true}"#, 1), (#"{"state": "active"}"#, 2), (#"{"created_after": "2099-01-01T00:00:00Z"}"#, 0),
        (#"{"created_before": "2099-01-01T00:00:00Z", "search": "apple", "tag": ["a"]}"#, 1), ("{}", 3), (#"{"tag": null}"#, 3),
    ])
    func filters(filter: String, matched: Int64) throws {
        try stage.create(["tags": ["a", "b"], "title": "Apple"])
        try stage.create(["tags": ["a"], "external_id": "e-1"])
        try stage.create(["url": "https://example.com/apple", "disabled": true])
        #expect(counts(change(try JSON.parse(Array(filter.utf8)), ["notes": "seen"]))[0] == .integer(matched))
    }

    @Test("more than a thousand come in parts: each link once, also while they leave the filter")
    func parts() throws {
        let links = (0..<1000).map { JSON.object(["url": .string("https://example.com/\($0)"), "tags": ["many"]]) }
        for part in [links, Array(links.prefix(30))] {
            #expect(stage.ask(.post, "/links/bulk", JSON.object(["links": .array(part)]).text).json["succeeded"] == JSON(part.count))
        }
        let filter: JSON = ["tag": ["many"], "state": "active"]
        let first = change(filter, ["disabled": true])
        #expect(counts(first) == [1000, 1000, 0, true])
        let cursor = try #require(first.json["next_cursor"])
        #expect(counts(change(filter, ["disabled": true], after: cursor)) == [30, 30, 0, false])
        #expect(count("tag=many&state=disabled") == 1030)
        let other = change(["tag": ["many"]], ["disabled": true], after: cursor)
        #expect(other.status == 422 && other.refusals == ["/starting_after invalid_cursor"], "a cursor is of its filter")

        #expect(counts(delete(["tag": ["many"]])) == [1000, 1000, 0, true] && counts(delete(["tag": ["many"]])) == [30, 30, 0, false])
        #expect(count("state=deleted") == 1030 && count("tag=many") == 0)
        #expect(counts(restore(["search": "example.com/7"])) == [112, 112, 0, false])
        #expect(counts(delete(["state": "deleted"], ["purge": true])) == [918, 918, 0, false])
        #expect(count("state=deleted") == 0 && count("tag=many&state=disabled") == 112)
    }

    @Test("those that cannot be changed so are told by their ids; the others are changed")
    func refused() throws {
        let full = try stage.create(["tags": .array((0..<20).map { .string("t\($0)") })])
        try stage.create(["tags": ["t0"]])
        let answer = change(["tag": ["t0"]], ["add_tags": ["one"]])
        #expect(counts(answer) == [2, 1, 1, false])
        let refused = try #require(answer.json["refused"]?[0])
        #expect(refused["id"] == full["id"] && refused["status"] == 422)
        #expect(refused["error"]?["errors"]?[0]?["pointer"] == "/changes/add_tags")
        let early = try stage.create(["expires_at": "2099-01-02T00:00:00Z", "tags": ["late"]])
        let late = change(["tag": ["late"]], ["starts_at": "2099-02-01T00:00:00Z"])
        #expect(late.json["refused"]?[0]?["id"] == early["id"])
    }

    @Test("what is wrong changes nothing, and is told where it stands", arguments: [
        ("PATCH", #"{"changes": {}}"#, "/filter required"), ("PATCH", #"{"filter": {}}"#, "/changes required"),
        ("PATCH", #"{"filter": [], "changes": {}}"#, "/filter invalid_type"), ("PATCH", #"{"filter": {}, "changes": []}"#, "/changes invalid_type"),
        ("PATCH", #"{"filter": {"tags": ["a"]}, "changes": {}}"#, "/filter/tags unknown_field"),
        ("PATCH", #"{"filter": {"state": "gone"}, "changes": {}}"#, "/filter/state invalid_choice"),
        ("PATCH", #"{"filter": {"domain": "other.example"}, "changes": {}}"#, "/filter/domain unknown_domain"),
        ("PATCH", #"{"filter": {"created_after": "yesterday"}, "changes": {}}"#, "/filter/created_after invalid_time"),
        ("PATCH", #"{"filter": {"state": "deleted"}, "changes": {}}"#, "/filter/state invalid_choice"),
        ("PATCH", #"{"filter": {}, "changes": {}, "starting_after": "x"}"#, "/starting_after invalid_cursor"),
        ("DELETE", "{\"filter\": {\"tag\": [\((0..<21).map { "\"t\($0)\"" }.joined(separator: ","))]}}", "/filter/tag too_many"),
        ("PATCH", "{\"filter\": {\"search\": \"\(String(repeating: "é", count: 8193))\"}, \"changes\": {}}", "/filter/search too_long"),
        ("PATCH", #"{"filter": {}, "changes": {"slug": "same"}}"#, "/changes/slug not_in_bulk"),
        ("PATCH", #"{"filter": {}, "changes": {"external_id": "same"}}"#, "/changes/external_id not_in_bulk"),
        ("PATCH", #"{"filter": {}, "changes": {"password": "secret"}}"#, "/changes/password not_in_bulk"),
        ("PATCH", #"{"filter": {}, "changes": {"disable": true}}"#, "/changes/disable unknown_field"),
        ("DELETE", #"{}"#, "/filter required"), ("DELETE", #"{"filter": {"state": "deleted"}}"#, "/purge required"),
        ("POST", #"{"filter": {"state": "active"}}"#, "/filter/state invalid_choice"),
    ])
    func refusals(method: String, body: String, problem: String) throws {
        let link = try stage.create([:])
        let answer = switch method {
        case "PATCH": stage.ask(.patch, "/links/matching", body)
        case "DELETE": stage.ask(.delete, "/links/matching", body)
        default: stage.ask(.post, "/links/matching/restore", body)
        }
        #expect(answer.status == 422 && answer.refusals.contains(problem), "\(answer.json)")
        #expect(stage.ask(.get, "/links/\(link["id"]?.stringValue ?? "")").json == link)
    }

    @Test("in camelCase, too")
    func quickStart() throws {
        try stage.create(["tags": ["a"], "external_id": "e-1"])
        let body = #"{"filter": {"externalId": "e-1", "createdAfter": "2020-01-01T00:00:00Z"}, "changes": {"addTags": ["b"]}, "startingAfter": null}"#
        let answer = stage.application.respond(to: stage.request(.patch, "/api/v1/links/matching", body: body))
        #expect(answer.status == 200 && answer.json["data"]?["succeeded"] == 1 && count("tag=b") == 1, "\(answer.text)")
    }

    @Test("a link that was changed while it was waited for, and is no more of the filter, stays as it is")
    func changedMeanwhile() throws {
        let (kept, gone) = (try stage.create(["tags": ["race"]]), try stage.create(["tags": ["race"]]))
        let id = try #require(LinkID(kept["id"]?.stringValue ?? ""))
        let workspace = stage.workspace.id
        let answers = try inParallel(2) { [stage] number -> Response? in
            if number == 0 {
                usleep(300_000)
                return stage.ask(.delete, "/links/matching", #"{"filter": {"tag": ["race"]}, "purge": true}"#)
            }
            let connection = try Database.shared.get().connect()
            try connection.run("START TRANSACTION")
            try connection.execute("UPDATE links SET title = 'busy' WHERE workspace_id = \(workspace) AND id = \(id)")
            usleep(900_000)
            try connection.execute("DELETE FROM link_tags WHERE workspace_id = \(workspace) AND link_id = \(id)")
            try connection.run("COMMIT")
            return nil
        }
        #expect(answers.compactMap { $0 }.map(counts) == [[2, 1, 1, false]])
        #expect(stage.ask(.get, "/links/\(id)").status == 200 && stage.ask(.get, "/links/\(gone["id"]?.stringValue ?? "")").status == 404)
    }

    @Test("links in the bin are changed by nobody; another workspace's are out of reach")
    func reach() throws {
        let link = try stage.create(["tags": ["a"]])
        _ = stage.ask(.delete, "/links/\(link["id"]?.stringValue ?? "")")
        let other = try Stage()
        try other.create(["tags": ["a"]])
        #expect(counts(delete(["tag": ["a"]])) == [0, 0, 0, false])
        #expect(other.ask(.get, "/links/count").json["count"] == 1)
    }
}
