import Model
import Testing

@Suite struct DestinationTests {
    @Test(
        "a URL is kept to the byte",
        arguments: [
            "https://example.com",
            "https://example.com/",
            "HTTPS://Example.COM/Path",
            "http://localhost:3000/x",
            "https://intranet/x",
            "https://example.com?x=1",
            "https://example.com#top",
            "https://example.com:65535/",
            // swift-foundation issue 1190: parsers that tidy up change these.
            "https://example.com/a%20b?q[]=1&r=%5B%5D&s=[x]&t=%20+%2B",
            "https://example.com/%0d%0aSet-Cookie:%20a=b",
            "https://example.com/a/../b/./c//d;p=1?u=https://other.com/?x#y#z",
            "https://example.com/\"<>^`{|}'!*()",
            "https://example.com/user@host?mail=a@b.c",
            "https://example.com/%zz%",
            "https://1.2.3.4/x",
            "https://[2001:DB8::1]:8080/x",
            "https://1.2.3.4.example.com/",
            "https://xn--bcher-kva.de/",
            "https://a-b--c.example.com/",
            "https://a_b.example.com/", "https://_x.example.com/",
        ])
    func unchanged(text: String) throws {
        #expect(try Destination(validating: text).text == text)
    }

    @Test(
        "the host is told in one spelling",
        arguments: [
            ("HTTPS://Example.COM:443/Path", "example.com"),
            ("https://bücher.de/", "xn--bcher-kva.de"),
            ("https://1.2.3.4:80", "1.2.3.4"),
            ("https://[2001:DB8:0:0::1]/", "[2001:db8::1]"),
            ("https://[::ffff:127.0.0.1]/", "[::ffff:127.0.0.1]"),
            ("https://[::FFFF:7f00:1]/", "[::ffff:127.0.0.1]"),
        ])
    func host(text: String, host: String) throws {
        #expect(try Destination(validating: text).host == host)
    }

    @Test("the port is the URL's, else its scheme's", arguments: [
        ("https://example.com", 443), ("HTTPS://example.com/a:1", 443), ("http://example.com?x:2", 80), ("http://example.com:443/", 443),
        ("https://[2001:db8::1]:65535/", 65535), ("https://[2001:db8::1]/", 443),
    ])
    func port(text: String, port: Int) throws {
        #expect(try Destination(validating: text).port == port)
    }

    @Test(
        "what is outside ASCII is encoded, and nothing else",
        arguments: [
            ("https://example.com/grün?q=ä[%20]#ß", "https://example.com/gr%C3%BCn?q=%C3%A4[%20]#%C3%9F"),
            ("https://Bücher.de:8080/ü", "https://xn--bcher-kva.de:8080/%C3%BC"),
            ("https://\u{430}pple.com/", "https://xn--pple-43d.com/"),
            ("HTTPS://Example.com/\u{202E}", "HTTPS://Example.com/%E2%80%AE"),
            ("https://example.com/💩", "https://example.com/%F0%9F%92%A9"),
            ("https://💪.example/x", "https://xn--ms8h.example/x"), ("https://i❤️.example/", "https://xn--i-7iq.example/"),
            ("https://example.com/page ", "https://example.com/page"), (" https://example.com/\r\n", "https://example.com/"),
            ("\u{200B}https://example.com/\u{FEFF}", "https://example.com/"), ("\u{A0}https://example.com\u{A0}", "https://example.com"),
        ])
    func encoded(text: String, expected: String) throws {
        #expect(try Destination(validating: text).text == expected)
    }

    @Test(
        "what browsers could read otherwise is refused",
        arguments: [
            ("", .empty),
            ("javascript:alert(1)", .scheme), ("JaVaScRiPt:alert(1)", .scheme),
            ("javascript://example.com/%0aalert(1)", .scheme),
            ("data:text/html,x", .scheme), ("vbscript:x", .scheme), ("file:///etc/passwd", .scheme),
            ("blob:https://example.com/x", .scheme), ("ftp://example.com/", .scheme), ("mailto:a@b.c", .scheme),
            ("about:blank", .scheme), ("example.com", .scheme), ("/path", .scheme), ("://example.com", .scheme),
            ("https:/evil.com", .scheme), ("https:evil.com", .scheme), ("///evil.com", .scheme),
            ("//evil.com", .scheme),
            ("https:///evil.com", .scheme), ("https://", .scheme), ("https://?x", .scheme), ("https", .scheme),
            ("\u{0}https://example.com", .character("\u{0}")), (" ", .empty),
            ("https://example.com/a b", .character(" ")), ("java\tscript:alert(1)", .character("\t")),
            ("https://example.com/\nX-Accel-Redirect: /internal", .character("\n")),
            ("https://example.com/\r\nSet-Cookie: a=b", .character("\r")),
            ("https://example.com/\u{0}", .character("\u{0}")), ("https://example.com/\u{7F}", .character("\u{7F}")),
            ("https://good.com\\@evil.com", .backslash), ("https:\\\\evil.com", .backslash),
            ("https://a.com/\\evil", .backslash),
            ("https://good.com@evil.com", .credentials), ("https://u:p@evil.com/", .credentials),
            ("https://@evil.com/", .credentials),
            ("https://example.com:0/", .port), ("https://example.com:65536/", .port), ("https://example.com:/", .port),
            ("https://example.com:080/", .port), ("https://example.com:+80/", .port),
            ("https://example.com:80:80/", .port),
            ("https://example.com:８０/", .port), ("https://[::1]x/", .port), ("https://[::1]080", .port),
            ("https://:80/", .host(.empty)), ("https://example.com./", .host(.label(""))),
            ("https://a..com/", .host(.label(""))),
            ("https://-a.com/", .host(.label("-a"))),
            ("https://ex%61mple.com/", .host(.character("%"))), ("https://a;b.com/", .host(.character(";"))),
            ("https://👨\u{200D}👩.la/", .host(.notConvertible)), ("https://example。com。/", .host(.label(""))),
            ("https://0x7f.1/", .host(.numeric)), ("https://2130706433/", .host(.numeric)),
            ("https://127.1/", .host(.numeric)),
            ("https://0177.0.0.1/", .host(.numeric)), ("https://127.0.0.01/", .host(.numeric)),
            ("https://256.0.0.1/", .host(.numeric)),
            ("https://0x7f000001/", .host(.numeric)), ("https://1.2.3.4.5/", .host(.numeric)),
            ("https://example.1/", .host(.numeric)),
            ("https://１２７.1/", .host(.numeric)), ("https://1.2.3.4./", .host(.label(""))),
            ("https://[::1/", .ipv6), ("https://[]/", .ipv6), ("https://[fe80::1%25eth0]/", .ipv6),
            ("https://[1.2.3.4]/", .ipv6),
            ("https://[::1]]/", .port), ("https://[v1.x]/", .ipv6), ("https://[", .ipv6),
            (
                "https://" + String(repeating: "a", count: 64) + ".com/",
                .host(.label(String(repeating: "a", count: 64)))
            ),
        ] as [(String, DestinationProblem)])
    func refused(text: String, problem: DestinationProblem) {
        #expect(throws: problem) { try Destination(validating: text) }
        #expect(problem.code == "invalid_url")
        #expect(!problem.message.isEmpty)
    }

    @Test("8192 bytes are accepted and 8193 are not, counted after encoding")
    func length() throws {
        let base = "https://example.com/"
        let room = 8192 - base.utf8.count
        let longest = base + String(repeating: "a", count: room)
        #expect(try Destination(validating: longest).text == longest)
        #expect(throws: DestinationProblem.tooLong) { try Destination(validating: longest + "a") }
        #expect(throws: DestinationProblem.tooLong) {
            try Destination(validating: base + String(repeating: "a", count: room - 5) + "ü")
        }
        #expect(DestinationProblem.tooLong.code == "url_too_long")
    }
}

@Suite struct LocationTests {
    @Test(
        "parameters join in order: destination, link, visitor",
        arguments: [
            ("https://a.de", [], "", "https://a.de"),
            ("https://a.de", [("utm_source", "x")], "", "https://a.de?utm_source=x"),
            ("https://a.de/p?", [("utm_source", "x")], "", "https://a.de/p?utm_source=x"),
            (
                "https://a.de/p?a=1", [("utm_source", "x"), ("utm_medium", "y")], "b=2",
                "https://a.de/p?a=1&utm_source=x&utm_medium=y&b=2"
            ),
            ("https://a.de/p?a=1&", [], "b=2", "https://a.de/p?a=1&b=2"),
            ("https://a.de/p#top", [("utm_source", "x")], "b=2", "https://a.de/p?utm_source=x&b=2#top"),
            ("https://a.de/p#q?r=1", [], "b=2", "https://a.de/p?b=2#q?r=1"),
            // What is there first stays.
            ("https://a.de?utm_source=own", [("utm_source", "x")], "utm_source=y", "https://a.de?utm_source=own"),
            ("https://a.de?utm_source", [("utm_source", "x")], "", "https://a.de?utm_source"),
            ("https://a.de?utm%5Fsource=own", [("utm_source", "x")], "", "https://a.de?utm%5Fsource=own"),
            ("https://a.de", [("utm_source", "x")], "utm_source=y&c=3", "https://a.de?utm_source=x&c=3"),
            ("https://a.de?a=1", [], "a=2&A=3", "https://a.de?a=1&A=3"),
            ("https://a.de?a+b=1", [], "a%20b=2", "https://a.de?a+b=1"),
            // An empty value adds nothing, so a visitor's may.
            ("https://a.de", [("utm_source", "")], "utm_source=y", "https://a.de?utm_source=y"),
            ("https://a.de", [], "a=1&a=2", "https://a.de?a=1&a=2"),
            ("https://a.de", [], "&&flag&&", "https://a.de?flag"),
            ("https://a.de", [], "&", "https://a.de"),
            (
                "https://a.de", [("utm_campaign", "Größe & 50%+x")], "",
                "https://a.de?utm_campaign=Gr%C3%B6%C3%9Fe%20%26%2050%25%2Bx"
            ),
            // The visitor's bytes are kept, except what could end the query or the header.
            ("https://a.de", [], "q=[%20]+%5b{|}", "https://a.de?q=[%20]+%5b{|}"),
            ("https://a.de#f", [], "q=ü\r\nX: y#z", "https://a.de?q=%C3%BC%0D%0AX:%20y%23z#f"),
        ] as [(String, [(String, String)], String, String)])
    func joined(destination: String, utm: [(String, String)], visitor: String, expected: String) throws {
        #expect(try Destination(validating: destination).location(utm: utm, visitorQuery: visitor) == expected)
    }

    @Test("no byte of a Location can break a header", arguments: 0...255)
    func clean(byte: Int) throws {
        let query = "a=" + String(Unicode.Scalar(UInt8(byte)))
        let location = try Destination(validating: "https://a.de/").location(
            utm: [("utm_source", query)], visitorQuery: query)
        #expect(location.utf8.allSatisfy { 0x21...0x7E ~= $0 })
    }

    @Test("a Location stays within its limit")
    func limit() throws {
        let query = "long=" + String(repeating: "ü", count: 8000) + "&short=1"
        let location = try Destination(validating: "https://a.de/").location(utm: [], visitorQuery: query)
        #expect(location == "https://a.de/?short=1")
    }
}
