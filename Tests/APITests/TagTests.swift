import HTTP
import JSON
import Support
import Testing

@testable import API
@testable import Resources

/// Tags of many links: which there are, and single ones that come and go; and how many links a list has.
@Suite("Tags and counts")
struct TagTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    private func path(_ link: JSON) -> String { "/links/" + (link["id"]?.stringValue ?? "") }
    private func count(_ filters: String) -> JSON? { stage.ask(.get, "/links/count" + filters).json["count"] }

    @Test("the tags in use are listed by their names, with how many links have each")
    func list() throws {
        for tags in [["spring", "q1"], ["spring", "sale"], ["été"]] { try stage.create(["tags": JSON(tags)]) }
        let first = stage.ask(.get, "/tags?limit=2").json
        stage.expect("""
            GET /v1/tags?limit=2 HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY

            HTTP/1.1 200 OK
            Cache-Control: private, no-store
            Content-Type: application/json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5995;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5995
            X-RateLimit-Reset: <time>

            {
              "data": [
                {
                  "tag": "q1",
                  "links": 1
                },
                {
                  "tag": "sale",
                  "links": 1
                }
              ],
              "has_more": true,
              "next_cursor": "<cursor>"
            }
            """)
        let next = stage.ask(.get, "/tags?limit=2&starting_after=" + (first["next_cursor"]?.stringValue ?? "")).json
        #expect(next["data"] == [["tag": "spring", "links": 2], ["tag": "été", "links": 1]])
        #expect(next["has_more"] == false)
        #expect(stage.ask(.get, "/tags?prefix=s").json["data"] == [["tag": "sale", "links": 1], ["tag": "spring", "links": 2]])
        #expect(stage.ask(.get, "/tags?prefix=S").json["data"] == [])
        let stale = stage.ask(.get, "/tags?prefix=s&limit=2&starting_after=" + (first["next_cursor"]?.stringValue ?? ""))
        #expect(stale.status == 400 && stale.json["parameter"] == "starting_after")
    }

    @Test("single tags come and go, and the others stay in their order")
    func changes() throws {
        let link = try stage.create(["tags": ["a", "b", "c"]])
        #expect(stage.ask(.patch, path(link), #"{"add_tags": ["d", "a"], "remove_tags": ["b", "x"]}"#).json["tags"] == ["a", "c", "d"])
        let bulk = stage.ask(.patch, "/links/bulk", #"{"links": [{"id": "\#(link["id"]?.stringValue ?? "")", "remove_tags": ["a"]}]}"#)
        #expect(bulk.json["results"]?.arrayValue?.first?["link"]?["tags"] == ["c", "d"])
        #expect(stage.ask(.get, "/links?tag=d").json["data"]?.arrayValue?.count == 1)
        #expect(stage.ask(.get, "/links?tag=a").json["data"] == [])
    }

    @Test("what says two things, or too many tags, changes nothing")
    func refusals() throws {
        let link = try stage.create(["tags": JSON((0..<19).map { "t\($0)" })])
        #expect(stage.ask(.patch, path(link), #"{"add_tags": ["x", "y"]}"#).refusals == ["/add_tags too_many"])
        #expect(stage.ask(.patch, path(link), #"{"tags": ["x"], "add_tags": ["y"]}"#).refusals == ["/tags one_of"])
        #expect(stage.ask(.patch, path(link), #"{"add_tags": ["x"], "remove_tags": ["x"]}"#).refusals == ["/remove_tags one_of"])
        #expect(stage.ask(.post, "/links", #"{"url": "https://example.com/", "add_tags": ["x"]}"#).refusals == ["/add_tags unknown_field"])
        let bulk = stage.ask(.patch, "/links/bulk", #"{"links": [{"id": "\#(link["id"]?.stringValue ?? "")", "add_tags": ["x", "y"]}]}"#)
        #expect(bulk.json["results"]?.arrayValue?.first?["error"]?["errors"]?.arrayValue?.first?["pointer"] == "/links/0/add_tags")
        #expect(stage.ask(.get, path(link)).json["tags"]?.arrayValue?.count == 19)
    }

    @Test("a list is counted with its filters, by what becomes of the links' visitors now")
    func counts() throws {
        let fields: [JSONObject] = [
            [:], ["tags": ["a"], "title": "Spring"], ["starts_at": "2099-01-01T00:00:00Z"], ["expires_at": "2020-01-01T00:00:00Z"],
            ["disabled": true], ["archived": true, "tags": ["a"]],
        ]
        let links = try fields.map { try stage.create($0) }
        #expect(count("") == 5)
        for (state, number) in [("active", 2), ("scheduled", 1), ("expired", 1), ("disabled", 1), ("archived", 1), ("deleted", 0)] {
            #expect(count("?state=\(state)") == .integer(Int64(number)), "\(state)")
            let listed = stage.ask(.get, "/links?state=\(state)").json["data"]?.arrayValue
            #expect(listed?.count == number, "\(state)")
        }
        #expect(count("?tag=a") == 1)
        #expect(count("?search=spring&state=active") == 1)
        #expect(stage.ask(.delete, path(links[0])).status == 204)
        #expect(count("?state=deleted") == 1)
        #expect(stage.ask(.get, "/links/count?sort=clicks").json["parameter"] == "sort")
        #expect(stage.ask(.get, "/links?state=gone").json["detail"]?.stringValue?.contains("active, scheduled, expired") == true)
        #expect(stage.follow("/" + (links[5]["slug"]?.stringValue ?? "")).status == 302, "what is archived still leads")
    }
}
