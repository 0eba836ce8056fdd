import Model
import Testing

@Suite struct HostNameTests {
    @Test(
        "a link host is put into its one spelling",
        arguments: [
            ("go.yourbrand.com", "go.yourbrand.com"),
            ("Go.YourBrand.COM", "go.yourbrand.com"),
            ("go.yourbrand.com.", "go.yourbrand.com"),
            ("bücher.de", "xn--bcher-kva.de"),
            ("xn--bcher-kva.de", "xn--bcher-kva.de"),
            ("\u{430}pple.com", "xn--pple-43d.com"),
            ("localhost", "localhost"), ("💩.la", "xn--ls8h.la"),
            ("mask.localhost", "mask.localhost"),
            ("r3---sn-x.example.com", "r3---sn-x.example.com"),
            ("1.2.3.4.example", "1.2.3.4.example"),
            (String(repeating: "a", count: 63) + ".de", String(repeating: "a", count: 63) + ".de"),
        ])
    func accepted(text: String, host: String) throws {
        #expect(try HostName(validating: text).text == host)
    }

    @Test(
        "what is no host name is refused, with its reason",
        arguments: [
            ("", .empty),
            (".", .empty),
            ("intranet", .withoutDot),
            ("a..de", .label("")),
            (".a.de", .label("")),
            ("a.de..", .label("")),
            ("-a.de", .label("-a")),
            ("a-.de", .label("a-")),
            (String(repeating: "a", count: 64) + ".de", .label(String(repeating: "a", count: 64))),
            (String(repeating: "a.", count: 126) + "de", .tooLong), (String(repeating: "™", count: 400) + ".example", .tooLong),
            ("a_b.de", .character("_")),
            ("a b.de", .character(" ")),
            ("a.de/", .character("/")),
            ("a.de:443", .character(":")),
            ("*.de", .character("*")),
            ("a%2e.de", .character("%")),
            ("[::1]", .character("[")),
            ("a\u{0}.de", .character("\u{0}")),
            ("ü_x.de", .character("_")),
            ("👨\u{200D}👩.la", .notConvertible),
            ("127.0.0.1", .numeric),
            ("127.1", .numeric),
            ("2130706433", .numeric),
            ("0x7f.1", .numeric),
            ("example.0x7f", .numeric),
            ("example.0x", .numeric),
            ("１２７.0.0.1", .numeric),
        ] as [(String, HostNameError)])
    func refused(text: String, error: HostNameError) {
        #expect(throws: error) { try HostName(validating: text) }
        #expect(error.message.hasSuffix("."))
    }
}
