import JSON
import Foundation
import HTTP
import Model
import Testing

@testable import API
@testable import Resources

/// What is no link, and what the answer says of it. Whatever is refused leaves nothing behind.
@Suite("Refused links")
struct LinkRefusalTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    private func refusals(_ body: String, _ method: HTTP.Method = .post, _ path: String = "/links") throws -> [String] {
        let response = stage.ask(method, path, body)
        #expect(response.status == 422, "\(body): \(response.text)")
        #expect(response.code == "validation_failed")
        return response.refusals
    }

    private func url(_ url: String) -> String { JSON.object(["url": .string(url)]).text }

    private func links() throws -> Int {
        try stage.query("SELECT COUNT(*) FROM links WHERE workspace_id = \(stage.workspace.id)")[0].integer(0)
    }

    @Test("a destination that a browser would run, or read in another way, is refused")
    func destinations() throws {
        let refused = [
            "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,<script>alert(1)</script>", "vbscript:msgbox", "file:///etc/passwd",
            "blob:https://a.example/1",
            "https://a.example/\r\nSet-Cookie: a=b", "https://a.example/\nX-Accel-Redirect: /internal",
            "https://a.example/\u{0}",
            "https://a.example/\u{7F}", "https://a.example/a b", "https://a.example/\u{1F}",
            "https://good.example\\@evil.example", "https://good.example@evil.example", "https:/evil.example",
            "///evil.example", "//evil.example", "https:///evil.example", "https://", "http:", "", "/relative",
            "a.example",
            "https://a.example./", "https://0x7f.1/", "https://2130706433/", "https://127.1/", "https://127.0.0.01/",
            "https://[::1/", "https://[::g]/",
            "https://[fe80::1%25eth0]/", "https://a.example:0/", "https://a.example:65536/", "https://a.example:+80/",
            "https://a..example/", "https://-a.example/", "https://\(String(repeating: "a", count: 64)).example/",
            "ftp://a.example/", "mailto:a@a.example", "https://a b.example/",
        ]
        for text in refused { #expect(try refusals(url(text)) == ["/url invalid_url"], "\(text)") }
        #expect(try links() == 0)
    }

    @Test("a text with more marks on a letter than there can be is refused before anything compares it, in either dialect", arguments: [
        #"{"url": "https://a.example/", "tags": ["a%"]}"#, #"{"url": "https://a.example/", "slug": "%"}"#, #"{"a%": 1}"#,
    ])
    func endlessMarks(body: String) throws {
        let marks = String(repeating: "\u{316}\u{301}", count: 100_000)
        for path in ["/v1/links", "/api/v1/links"] {
            let answer = stage.respond(to: stage.request(.post, path, body: body.replacing("%", with: marks)))
            #expect(answer.status == 400 && answer.code ?? answer.json["error"]?["code"]?.stringValue == "invalid_json", "\(answer.text.prefix(300))")
        }
        #expect(try links() == 0)
    }

    @Test("a URL of 8,192 bytes is taken, one of 8,193 is not")
    func length() throws {
        let longest = "https://a.example/" + String(repeating: "a", count: 8192 - 18)
        #expect(stage.ask(.post, "/links", url(longest)).json["url"]?.stringValue == longest)
        #expect(try refusals(url(longest + "a")) == ["/url url_too_long"])
        let grows = "https://a.example/" + String(repeating: "ü", count: 3000)
        #expect(try refusals(url(grows)) == ["/url url_too_long"])
    }

    @Test(
        "a destination is kept to the byte; only what is not ASCII is encoded",
        arguments: [
            ("https://a.example/?q[]=%20&x=%5B%5D&y=%zz", "https://a.example/?q[]=%20&x=%5B%5D&y=%zz"),
            ("https://a.example/%0d%0aSet-Cookie:%20a=b", "https://a.example/%0d%0aSet-Cookie:%20a=b"),
            ("HTTPS://A.Example/A/../b//c?#", "HTTPS://A.Example/A/../b//c?#"),
            ("https://a.example", "https://a.example"),
            ("https://[::FFFF:127.0.0.1]/", "https://[::FFFF:127.0.0.1]/"),
            ("https://bücher.example/ü?ü", "https://xn--bcher-kva.example/%C3%BC?%C3%BC"),
            ("https://\u{430}pple.example/", "https://xn--pple-43d.example/"),
        ])
    func kept(sent: String, stored: String) throws {
        let link = try stage.create(["url": .string(sent)])
        #expect(link["url"]?.stringValue == stored)
        #expect(stage.follow("/" + (link["slug"]?.stringValue ?? ""))[.location] == stored)
    }

    @Test("what no slug can be is refused")
    func slugs() throws {
        let refused: [(String, String)] = [
            ("", "invalid_slug"), ("a b", "invalid_slug"), ("abc ", "invalid_slug"), (" abc", "invalid_slug"),
            ("a/b", "invalid_slug"),
            ("a\u{0}b", "invalid_slug"), ("%00", "invalid_slug"), ("a\u{202E}b", "invalid_slug"),
            ("a\u{200B}b", "invalid_slug"),
            ("a\u{200D}b", "invalid_slug"), ("a\nb", "invalid_slug"), ("_x", "invalid_slug"), ("..", "invalid_slug"),
            (".well-known", "invalid_slug"), ("%2e%2e", "invalid_slug"), ("a?b", "invalid_slug"),
            ("a#b", "invalid_slug"),
            ("a;b", "invalid_slug"), ("a.qr", "invalid_slug"), ("a.QR", "invalid_slug"), ("\u{301}a", "invalid_slug"),
            (String(repeating: "a", count: 101), "invalid_slug"),
            ("api", "reserved_slug"), ("API", "reserved_slug"), ("login", "reserved_slug"),
            ("robots.txt", "reserved_slug"),
            ("healthz", "reserved_slug"), ("v1", "reserved_slug"), ("openapi.json", "reserved_slug"),
        ]
        for (slug, code) in refused {
            let body = JSON.object(["url": "https://example.com/", "slug": .string(slug)]).text
            #expect(try refusals(body) == ["/slug \(code)"], "\(slug.debugDescription)")
        }
        #expect(try links() == 0)
    }

    @Test("a link to a host of ours is refused, whoever's it is")
    func ownHosts() throws {
        let other = try Stage()
        for host in [Stage.linkHost, Stage.apiHost, stage.host, other.host, stage.host.uppercased()] {
            #expect(try refusals(url("https://\(host)/a")) == ["/url own_host"], "\(host)")
        }
        let body = #"{"url": "https://example.com/", "expired_url": "https://\#(stage.host)/b"}"#
        #expect(try refusals(body) == ["/expired_url own_host"])
    }

    @Test("a domain that is not the workspace's own is refused like one that is nobody's")
    func domains() throws {
        let other = try Stage()
        for host in [other.host, "nobody.example"] {
            let body = JSON.object(["url": "https://example.com/", "domain": .string(host)]).text
            let response = stage.ask(.post, "/links", body)
            #expect(response.refusals == ["/domain unknown_domain"])
            #expect(!response.text.contains(other.workspace.slug))
        }
        #expect(try refusals(#"{"url": "https://example.com/", "domain": "127.0.0.1"}"#) == ["/domain invalid_host"])
    }

    @Test("times are validated, and mean UTC")
    func times() throws {
        let refused = [
            "2025-12-31T23:59:59", "2025-12-31", "2026-02-30T00:00:00Z", "2025-12-31T24:00:00Z", "2025-12-31T23:59:60Z",
            "9999-12-31T23:59:59-01:00", "tomorrow", "", "1767225600", "2025-12-31 23:59:59Z",
            "2025-12-31T23:59:59+25:00",
        ]
        for time in refused {
            let body = JSON.object(["url": "https://example.com/", "expires_at": .string(time)]).text
            #expect(try refusals(body) == ["/expires_at invalid_time"], "\(time)")
        }
        #expect(
            try refusals(#"{"url": "https://example.com/", "expires_at": 1767225600}"#) == ["/expires_at invalid_type"])
        #expect(
            try refusals(
                """
                {"url": "https://example.com/", "starts_at": "2026-03-01T00:00:00Z", "expires_at": "2026-03-01T01:00:00+01:00"}
                """) == ["/expires_at invalid_order"])
    }

    @Test(
        "any instant that RFC 3339 can say is taken",
        arguments: [
            ("2026-03-29T02:30:00+01:00", "2026-03-29T01:30:00Z"),  // in the gap of a clock change: an offset says all
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"), ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"), ("2025-12-31t23:59:59.999z", "2025-12-31T23:59:59Z"),
        ])
    func instants(sent: String, stored: String) throws {
        #expect(try stage.create(["expires_at": .string(sent)])["expires_at"]?.stringValue == stored)
    }

    @Test("no name has characters that do something to a terminal or turn the text around it", arguments: [
        ("/links", "title"), ("/links", "utm_term"), ("/links", "external_id"), ("/api-keys", "name"), ("/webhooks", "description"),
        ("/qr-codes", "name"), ("/bio-pages", "title"), ("/bio-pages", "description"),
    ])
    func names(path: String, field: String) throws {
        let key = try stage.newKey(Scope.allCases).text
        for character in ["\u{1B}", "\u{7F}", "\u{9B}", "\u{2028}", "\u{202E}", "\u{2066}"] {
            let response = stage.ask(.post, path, JSON.object(JSONObject([.init(name: field, value: .string("a" + character + "b"))])).text, key: key)
            #expect(response.refusals.contains("/\(field) invalid_text"), "\(response.text)")
        }
    }

    @Test("every field that is wrong is named, all at once")
    func allAtOnce() throws {
        #expect(
            try refusals(
                """
                {"slug": "a b", "domain": "nobody.example", "tags": ["ok", "", 7], "expires_at": "soon", "max_clicks": 0,
                 "redirect_status": 303, "disabled": "yes", "title": "\\u0007", "utm_source": 1, "password": "", "colour": "red",
                 "external_id": "", "expired_url": "ftp://a.example"}
                """) == [
                    "/url required", "/slug invalid_slug", "/tags/1 invalid_tag", "/tags/2 invalid_type",
                    "/expired_url invalid_url",
                    "/title invalid_text", "/utm_source invalid_type", "/external_id empty", "/expires_at invalid_time",
                    "/max_clicks out_of_range", "/disabled invalid_type", "/redirect_status invalid_choice",
                    "/password empty",
                    "/domain unknown_domain", "/colour unknown_field",
                ])
    }

    @Test(
        "limits of length and number are told",
        arguments: [
            (["title": .string(String(repeating: "😀", count: 256))], "/title too_long"),
            (["external_id": .string(String(repeating: "a", count: 256))], "/external_id too_long"),
            (["password": .string(String(repeating: "a", count: 129))], "/password too_long"),
            (["tags": .array((0..<21).map { "t\($0)" })], "/tags too_many_tags"),
            (["tags": ["a", "a"]], "/tags duplicate_tag"),
            (["max_clicks": 2_000_000_001], "/max_clicks out_of_range"),
            (["max_clicks": 1.5], "/max_clicks invalid_type"),
            (["max_clicks": -1], "/max_clicks out_of_range"),
            (["url": nil], "/url required"),
            (["url": ["https://example.com/"]], "/url invalid_type"),
        ] as [(JSONObject, String)])
    func limits(fields: JSONObject, refusal: String) throws {
        var body: JSONObject = ["url": "https://example.com/"]
        for member in fields.members { body[member.name] = member.value }
        #expect(try refusals(JSON.object(body).text) == [refusal])
    }

    @Test("a change is held to the same rules, and a refused one changes nothing")
    func changes() throws {
        let link = try stage.create(["slug": "kept", "title": "before"])
        let path = "/links/" + (link["id"]?.stringValue ?? "")
        for (body, refusal) in [
            (#"{"url": null, "title": "after"}"#, "/url required"),
            (#"{"url": "javascript:1", "title": "after"}"#, "/url invalid_url"),
            (#"{"slug": "_a", "title": "after"}"#, "/slug invalid_slug"),
            (#"{"clicks": 7, "title": "after"}"#, "/clicks unknown_field"),
            (#"{"id": "lnk_x", "title": "after"}"#, "/id unknown_field"),
            (#"{"url": "https://\#(Stage.linkHost)/a", "title": "after"}"#, "/url own_host"),
        ] {
            #expect(try refusals(body, .patch, path) == [refusal])
        }
        #expect(stage.ask(.get, path).json == link)
    }

    // MARK: Bodies that are no JSON

    @Test(
        "what is not strict JSON in UTF-8 is 400, with the place",
        arguments: [
            ("", "invalid_json"), ("{", "invalid_json"), (#"{"url": "https://example.com/"} x"#, "invalid_json"),
            ("\u{FEFF}{}", "invalid_json"), (#"{"url": "a", "url": "b"}"#, "invalid_json"),
            (#"{"max_clicks": 1e999}"#, "invalid_json"),
            (#"{"max_clicks": 9223372036854775808}"#, "invalid_json"), (#"{"title": "\ud800"}"#, "invalid_json"),
            (#"{"title": "\x41"}"#, "invalid_json"), ("{'url': 1}", "invalid_json"), ("NaN", "invalid_json"),
            (String(repeating: "[", count: 10_000), "invalid_json"),
            (String(repeating: #"{"a":"#, count: 10_000) + "1" + String(repeating: "}", count: 10_000), "invalid_json"),
        ])
    func unreadable(body: String, code: String) {
        let response = stage.ask(.post, "/links", body)
        #expect(response.status == 400)
        #expect(response.code == code)
        #expect(response.json["offset"]?.integerValue != nil)
    }

    @Test(
        "bytes that are not UTF-8 are 400",
        arguments: [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]] as [[UInt8]])
    func notUTF8(bytes: [UInt8]) {
        var request = stage.request(.post, "/v1/links", body: "")
        request.body = Array(#"{"title": ""#.utf8) + bytes + Array(#""}"#.utf8)
        let response = stage.respond(to: request)
        #expect(response.status == 400)
        #expect(response.code == "invalid_json")
    }

    @Test("a body that is JSON but no object is 422", arguments: ["[]", "null", "7", #""text""#, "true"])
    func noObject(body: String) throws {
        #expect(try refusals(body) == [" invalid_type"])
    }

    @Test(
        "a body that is not called JSON, or is compressed, is 415",
        arguments: [
            (nil, nil), ("text/plain", nil), ("application/x-www-form-urlencoded", nil),
            ("application/json; charset=latin1", nil),
            ("application/json", "gzip"), ("application/json", "deflate, br"), ("json", nil),
        ] as [(String?, String?)])
    func mediaTypes(type: String?, encoding: String?) {
        var request = stage.request(.post, "/v1/links", body: #"{"url": "https://example.com/"}"#)
        (request.fields.contentType, request.fields.contentEncoding) = (type, encoding)
        let response = stage.respond(to: request)
        #expect(response.status == 415)
        #expect(response.code == "unsupported_media_type")
    }
}
