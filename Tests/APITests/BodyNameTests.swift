import JSON
import HTTP
import Model
import Testing

@testable import API
@testable import Resources

/// Bodies made to be slow, and the names by which problems call what is in a body.
@Suite("Names in a body")
struct BodyNameTests {
    let stage: Stage
    let key: String

    init() throws {
        stage = try Stage()
        key = try stage.newKey(of: .owner).text
    }

    static let withBody = Route.all.filter { $0.operation.body != nil }

    @Test("a hundred thousand members are refused by every route, in both dialects", arguments: withBody)
    func tooMany(route: Route) throws {
        let members = (0..<100_000).map { "\"k\($0)\":0" }.joined(separator: ",")
        for base in Stage.bases {
            var request = try stage.request(route, base: base, key: key, scopes: Scope.publicScopes)
            for body in ["{\(members)}", "{\"links\":[{\(members)}],\"blocks\":[{\(members)}]}"] {
                request.body = Array(body.utf8)
                let response = stage.application.respond(to: request)
                #expect(response.status == 400 && response.code == "invalid_json", "\(base)\(route.path): \(response.text)")
                #expect(response.json["detail"]?.stringValue?.contains("Use at most 256 members") == true)
            }
        }
    }

    // At the square of the members of each object this is some seconds, at the square of all a quarter of an hour.
    @Test("a body full of objects of 256 members is answered", arguments: Stage.bases)
    func full(base: String) throws {
        let object = "{" + (0..<256).map { "\"k\($0)\":0" }.joined(separator: ",") + "}"
        let list = Array(repeating: object, count: 450).joined(separator: ",")
        var answers: [Response] = []
        let time = ContinuousClock().measure {
            for (path, name) in [("/links/bulk", "links"), ("/bio-pages", "blocks")] {
                answers.append(stage.application.respond(to: stage.request(.post, base + path, body: "{\"\(name)\":[\(list)]}")))
            }
        }
        #expect(answers.map(\.status) == [200, 422])
        #expect(time < .seconds(60))
    }

    @Test("a problem points to what was sent, under the name that was sent", arguments: [
        (#"{"originalUrl": "x"}"#, "/originalUrl invalid_url"), (#"{"url": "x"}"#, "/url invalid_url"),
        (#"{}"#, "/url required"), (#"{"url": "https://example.com/", "maxClicks": 0}"#, "/maxClicks out_of_range"),
        (#"{"url": "https://example.com/", "max_clicks": 0}"#, "/max_clicks out_of_range"),
        (#"{"url": "https://example.com/", "foo_bar": 0}"#, "/foo_bar unknown_field"),
        (#"{"url": "https://example.com/", "fooBar": 0}"#, "/fooBar unknown_field"),
        (#"{"url": "https://example.com/", "a/b~c": 0}"#, "/a~1b~0c unknown_field"),
        (#"{"url": "https://example.com/", "originalUrl": "https://example.com/"}"#, "/originalUrl duplicate_field"),
    ])
    func pointers(_ body: String, _ problem: String) {
        let response = stage.application.respond(to: stage.request(.post, "/api/v1/links", body: body))
        #expect(response.refusals.contains(problem), "\(response.text)")
    }

    @Test("so do the problems of the items of a bulk request")
    func bulkPointers() {
        let body = #"{"links": [{"url": "x"}, {"originalUrl": "x"}, {"foo_bar": 1, "originalUrl": "https://example.com/"}]}"#
        let response = stage.application.respond(to: stage.request(.post, "/api/v1/links/bulk", body: body))
        let pointers = response.json["data"]?["results"]?.arrayValue?.map { $0["error"]?["errors"]?[0]?["pointer"]?.stringValue }
        #expect(pointers == ["/links/0/url", "/links/1/originalUrl", "/links/2/foo_bar"])
        let twice = #"{"links": [{"url": "https://example.com/"}, {"utmTerm": "a", "utm_term": "b"}]}"#
        let refused = stage.application.respond(to: stage.request(.post, "/api/v1/links/bulk", body: twice))
        #expect(refused.refusals == ["/links/1/utmTerm duplicate_field"])
    }

    @Test("what an event and the audit log tell of a link's change calls its url originalUrl, and no other's")
    func changes() throws {
        let id = try stage.create(["url": "https://example.com/1"])["id"]?.stringValue ?? ""
        #expect(stage.ask(.patch, "/links/\(id)", #"{"url": "https://example.com/2"}"#).status == 200)
        let webhook = try stage.newWebhook()
        let path = "/webhooks/\(webhook)"
        #expect(stage.ask(.patch, path, #"{"url": "https://example.com/hooks2"}"#).status == 200)
        func list(_ path: String) throws -> [JSON] {
            var request = stage.request(.get, "/api/v1" + path)
            request.fields.authorization = "Bearer " + key
            return try #require(stage.application.respond(to: request).json["data"]?.arrayValue)
        }
        let event = try #require(try list("/events").first { $0["type"] == "link.updated" })
        #expect(event["previous"]?["originalUrl"] == "https://example.com/1" && event["previous"]?["url"] == nil)
        #expect(event["data"]?["originalUrl"] == "https://example.com/2")
        let entries = try list("/audit-log")
        let change = try #require(entries.first { $0["action"] == "link.updated" })["changes"]
        #expect(change?["before"]?["originalUrl"] == "https://example.com/1")
        #expect(change?["after"]?["originalUrl"] == "https://example.com/2")
        let other = try #require(entries.first { $0["action"] == "webhook.updated" })["changes"]
        #expect(other?["before"]?["url"] == "https://example.com/hooks" && other?["before"]?["originalUrl"] == nil)
    }
}
