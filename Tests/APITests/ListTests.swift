import Text
import Foundation
import HTTP
import Model
import Testing

@testable import API
@testable import Resources

@Suite("Lists of links")
struct ListTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    private func slugs(_ query: String) -> [String] {
        (stage.ask(.get, "/links?" + query).json["data"]?.arrayValue ?? []).compactMap { $0["slug"]?.stringValue }
    }

    /// All pages one after the other; `between` is called after each.
    private func pages(_ query: String, between: () throws -> Void = {}) rethrows -> [String] {
        var (found, cursor) = ([String](), "")
        while true {
            let page = stage.ask(.get, "/links?\(query)\(cursor)").json
            found += (page["data"]?.arrayValue ?? []).compactMap { $0["slug"]?.stringValue }
            #expect(page["has_more"]?.boolValue == (page["next_cursor"] != .null))
            guard let next = page["next_cursor"]?.stringValue else { return found }
            cursor = "&starting_after=" + next
            try between()
        }
    }

    @Test("a link is on exactly one page, newest first, while others come and go", arguments: ["created_at", "clicks"])
    func stable(sort: String) throws {
        for number in 0..<12 {
            try stage.create(["slug": .string("s\(number)")])
            usleep(1500)  // two links of the same millisecond have no order
        }
        let doomed = try (0..<12).map { try stage.create(["slug": .string("x\($0)")])["id"]?.stringValue ?? "" }
        var turn = 0
        let found = try pages("limit=5&sort=\(sort)") {
            try stage.create(["slug": .string("new\(turn)")])
            _ = stage.ask(.delete, "/links/" + doomed[turn])
            turn += 1
        }
        #expect(found.filter { $0.hasPrefix("s") } == (0..<12).reversed().map { "s\($0)" })
        #expect(Set(found).count == found.count)
    }

    @Test("filters choose, together and alone")
    func filters() throws {
        try stage.create(["slug": "one", "tags": ["red", "round"], "title": "Apple Pie", "external_id": "E-1"])
        try stage.create(["slug": "two", "tags": ["red"], "url": "https://example.com/Apple", "disabled": true])
        _ = stage.ask(.post, "/links", #"{"url": "https://example.com/3", "slug": "three\#(stage.host.prefix(9))"}"#)
        #expect(slugs("tag=red") == ["two", "one"])
        #expect(slugs("tag=red&tag=round") == ["one"])
        #expect(slugs("tag=RED") == [])
        #expect(slugs("search=apple") == ["two", "one"])
        #expect(slugs("search=apple&disabled=false") == ["one"])
        #expect(slugs("disabled=true") == ["two"])
        #expect(slugs("external_id=E-1") == ["one"])
        #expect(slugs("external_id=e-1") == [])
        #expect(slugs("domain=\(stage.host)") == ["two", "one"])
        #expect(slugs("domain=\(stage.host.uppercased())") == ["two", "one"])
        #expect(slugs("domain=\(Stage.linkHost)").count == 1)
        #expect(slugs("created_after=2020-01-01T00:00:00Z&created_before=2020-01-02T00:00:00Z") == [])
        #expect(slugs("created_after=2020-01-01T00:00:00Z").count == 3)
    }

    @Test(
        "values that nothing can match find nothing, and are no error",
        arguments: [
            "tag=%F0%9F%98%80", "search=%00", "external_id=%27",
            "search=%5C",
            "tag=", "external_id=",
        ])
    func nothing(query: String) {
        let response = stage.ask(.get, "/links?" + query)
        #expect(response.status == 200, "\(response.text)")
        #expect(response.json["data"] == [])
    }

    @Test(
        "a bad parameter is 400 and named",
        arguments: [
            ("limit=0", "limit"), ("limit=101", "limit"), ("limit=-1", "limit"), ("limit=abc", "limit"),
            ("limit=", "limit"),
            ("limit=5&limit=5", "limit"), ("limit=%2B5", "limit"), ("sort=name", "sort"), ("disabled=1", "disabled"),
            ("created_after=yesterday", "created_after"),
            ("created_before=2026-01-01T00:00:00%2B99:00", "created_before"),
            ("page=2", "page"), ("starting_after=lnk_1", "starting_after"), ("starting_after=%25", "starting_after"),
            ("domain=%C3%BC.example", "domain"), ("domain=%F0%9F%98%80", "domain"), ("domain=", "domain"),
            ("starting_after=", "starting_after"), ("search=%FF", "search"), ("search=%4", "search"),
        ])
    func badParameters(query: String, name: String) {
        let response = stage.ask(.get, "/links?" + query)
        #expect(response.status == 400, "\(response.text)")
        #expect(response.code == "invalid_parameter")
        #expect(response.json["parameter"]?.stringValue == name)
    }

    @Test("links and clicks are found by a domain as people write it, and an unknown one is a bad parameter to both")
    func domains() throws {
        let name = "bücher-\(randomHex(4)).example"
        let host = try stage.sysadmin.addDomain(HostName(validating: name), to: stage.workspace).host
        try stage.create(["domain": .string(host), "slug": "x"])
        for spelling in [PercentEncoding.encode(name), host, host + ".", PercentEncoding.encode(name.uppercased())] {
            let links = stage.ask(.get, "/links?domain=" + spelling)
            #expect(links.json["data"]?.arrayValue?.count == 1, "\(spelling) \(links.text)")
            #expect(stage.ask(.get, "/analytics/clicks?domain=" + spelling).status == 200, "\(spelling)")
        }
        for path in ["/links", "/analytics/clicks"] {
            let refused = stage.ask(.get, path + "?domain=nobody.example")
            #expect(refused.status == 400)
            #expect(refused.json["parameter"] == "domain")
        }
    }

    @Test("a cursor is good for its own workspace and filters only")
    func cursors() throws {
        for _ in 0..<3 { try stage.create(["tags": ["t"]]) }
        let page = stage.ask(.get, "/links?limit=1&tag=t").json
        let cursor = try #require(page["next_cursor"]?.stringValue)
        #expect(stage.ask(.get, "/links?limit=2&tag=t&starting_after=\(cursor)").status == 200)
        #expect(stage.ask(.get, "/links?limit=1&starting_after=\(cursor)").status == 400)
        #expect(stage.ask(.get, "/links?limit=1&tag=t&sort=clicks&starting_after=\(cursor)").status == 400)
        let other = try Stage()
        #expect(other.ask(.get, "/links?limit=1&tag=t&starting_after=\(cursor)").status == 400)
        for place in 0..<cursor.count {
            var damaged = Array(cursor)
            damaged[place] = damaged[place] == "A" ? "B" : "A"
            let status = stage.ask(.get, "/links?limit=1&tag=t&starting_after=\(String(damaged))").status
            #expect(status == 200 || status == 400)
        }
    }

    @Test("a workspace sees its own links only")
    func isolation() throws {
        try stage.create(["slug": "mine", "tags": ["t"]])
        let other = try Stage()
        for query in ["", "?tag=t", "?search=mine", "?sort=clicks"] {
            #expect(other.ask(.get, "/links" + query).json["data"] == [])
        }
        #expect(other.ask(.get, "/links?domain=\(stage.host)").status == 400)
    }

    @Test("camelCase parameters mean the same in the quick-start dialect")
    func quickStart() throws {
        try stage.create(["slug": "one", "external_id": "E"])
        usleep(2000)  // links of one millisecond have no order
        try stage.create(["slug": "two"])
        let found = stage.respond(to: stage.request(.get, "/api/v1/links?externalId=E")).json
        #expect(found["data"]?[0]?["slug"] == "one")
        #expect(found["data"]?[1] == nil)
        let page = stage.respond(to: stage.request(.get, "/api/v1/links?limit=1")).json
        let next = try #require(page["pagination"]?["nextCursor"]?.stringValue)
        let last = stage.respond(to: stage.request(.get, "/api/v1/links?limit=1&startingAfter=\(next)"))
            .json
        #expect(last["data"]?[0]?["slug"] == "one")
        #expect(last["pagination"] == ["hasMore": false, "nextCursor": nil])
    }
}
