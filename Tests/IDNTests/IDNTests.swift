import IDN
import Testing

@Test(
    "an international host becomes its A-label",
    arguments: [
        ("bücher.de", "xn--bcher-kva.de"),
        ("BÜCHER.DE", "xn--bcher-kva.de"),
        ("faß.de", "xn--fa-hia.de"),
        ("e\u{301}.fr", "xn--9ca.fr"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        // A Cyrillic а: it looks like apple.com and is shown for what it is.
        ("\u{430}pple.com", "xn--pple-43d.com"),
        // Full-width digits are digits: the caller has to check the answer.
        ("１２７.1", "127.1"),
        // Emoji, which IDNA2008 alone refuses; how they are to look is dropped, and letters beside them are put in order.
        ("💪.example", "xn--ms8h.example"), ("i❤️.example", "xn--i-7iq.example"), ("I❤.example", "xn--i-7iq.example"),
        ("☕.de", "xn--53h.de"), ("💩.la", "xn--ls8h.la"), ("🇩🇪.example", "xn--h77hc.example"), ("👍🏽.example", "xn--on8h5e.example"),
        ("Bücher💪。example", "xn--bcher-kva44560g.example"), ("™💪.example", "xn--tm-du72a.example"),
    ])
func converts(host: String, ascii: String) {
    #expect(hostToASCII(host) == ascii)
}

@Test(
    "a host without an ASCII form is refused",
    arguments: [
        "💪" + String(repeating: "a", count: 60) + ".de", "👨\u{200D}👩.de", "💪 .de", "💪\u{0}.de", "💪xn--ü.de", "-ü.de", "xn--ü.de", "ü／x.de", String(repeating: "ü", count: 64) + ".de",
        "ü\u{0}.de", "ü\n.de", "ü .de",
    ])
func refuses(host: String) {
    #expect(hostToASCII(host) == nil)
}

@Test("a host is read in its letters", arguments: [("xn--bcher-kva.de", "bücher.de"), ("example.com", "example.com")])
func reads(host: String, unicode: String) {
    #expect(hostToUnicode(host) == unicode)
}
