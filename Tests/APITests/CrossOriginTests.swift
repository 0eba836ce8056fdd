@testable import Access
import HTTP
import Model
import Testing

@testable import API
@testable import Resources

/// Scripts of web pages that call the API from a browser.
@Suite("Calls from web pages")
struct CrossOriginTests {
    private static let origin = "https://app.example.com"

    private static func stage(_ origins: Set<String> = [origin, "http://localhost:3000"]) throws -> Stage {
        try Stage { $0.corsOrigins = origins }
    }

    private func preflight(_ stage: Stage, _ path: String, from origin: String = origin) -> Response {
        var request = stage.request(.options, path)
        request.fields = RequestFields()
        (request.fields.origin, request.fields.preflightMethod) = (origin, "POST")
        return stage.application.respond(to: request)
    }

    private func read(_ stage: Stage, _ path: String, from origin: String?, key: String? = nil) -> Response {
        var request = stage.request(.get, path)
        request.fields.origin = origin
        if let key { request.fields.authorization = "Bearer " + key }
        return stage.application.respond(to: request)
    }

    @Test("a preflight of a listed origin is answered without a key, in both dialects, and says what a page may send", arguments: Stage.bases)
    func preflight(base: String) throws {
        let stage = try Self.stage()
        let answer = preflight(stage, base + "/links")
        #expect(answer.status == 204 && answer.body.isEmpty)
        #expect(answer[.accessControlAllowOrigin] == Self.origin && answer[.vary] == "Origin")
        #expect(answer[.accessControlAllowMethods] == "GET, HEAD, POST, PUT, PATCH, DELETE")
        #expect(answer[.accessControlAllowHeaders] == "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match")
        #expect(answer[.accessControlMaxAge] == "600" && answer[.requestID]?.hasPrefix("req_") == true)
        #expect(answer.fields.allSatisfy { !$0.name.rawValue.contains("Credentials") })
    }

    @Test("preflights do not count")
    func uncounted() throws {
        let stage = try Self.stage()
        let before = try #require(read(stage, "/v1/nowhere", from: nil, key: "mk_live_no").remaining)
        for _ in 0..<5 { #expect(preflight(stage, "/v1/links")[.xRateLimitRemaining] == nil) }
        let after = try #require(read(stage, "/v1/nowhere", from: nil, key: "mk_live_no").remaining)
        #expect(before - after <= 1)
    }

    @Test("answers to a listed origin let the page read them, errors too, and the fields that it needs", arguments: Stage.bases)
    func answers(base: String) throws {
        let stage = try Self.stage()
        for (path, key, status) in [("/links", nil, 200), ("/links", "mk_live_no", 401), ("/links?x=1", nil, 400)] as [(String, String?, Int)] {
            let answer = read(stage, base + path, from: Self.origin, key: key)
            #expect(answer.status == status && answer[.accessControlAllowOrigin] == Self.origin && answer[.vary] == "Origin")
            let exposed = answer[.accessControlExposeHeaders]?.split(separator: ",").map { $0.drop { $0 == " " } } ?? []
            for name in ["Request-Id", "X-RateLimit-Remaining", "Retry-After", "ETag", "Link", "Location"] { #expect(exposed.contains { $0 == name }) }
        }
    }

    @Test("another origin gets nothing, however near it is", arguments: [
        "https://app.example.com.evil.example", "http://app.example.com", "https://app.example.com:8443", "https://example.com",
        "https://APP.example.com", "null", "*", "",
    ])
    func others(origin: String) throws {
        let stage = try Self.stage()
        for answer in [preflight(stage, "/v1/links", from: origin), read(stage, "/v1/links", from: origin)] {
            #expect(answer[.accessControlAllowOrigin] == nil && answer[.accessControlExposeHeaders] == nil)
            #expect(answer[.vary] == "Origin")
        }
    }

    @Test("without listed origins nothing is said of them, and what asks is no error that looks like a wrong key")
    func off() throws {
        let stage = try Self.stage([])
        let asked = preflight(stage, "/v1/links")
        #expect(asked.status == 204 && asked[.accessControlAllowOrigin] == nil && asked[.vary] == nil)
        let answer = read(stage, "/v1/links", from: Self.origin)
        #expect(answer.status == 200 && answer[.accessControlAllowOrigin] == nil && answer[.vary] == nil)
    }

    @Test("short links have nothing to do with it")
    func visits() throws {
        let stage = try Self.stage()
        let slug = try stage.create([:])["slug"]?.stringValue ?? ""
        var visit = stage.visit("/" + slug)
        visit.fields.origin = Self.origin
        let answer = stage.application.respond(to: visit)
        #expect(answer.status == 302 && answer[.accessControlAllowOrigin] == nil)
    }
}
