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
    ])
func converts(host: String, ascii: String) {
    #expect(hostToASCII(host) == ascii)
}

@Test(
    "a host without an ASCII form is refused",
    arguments: [
        "💩.la", "☕.de", "-ü.de", "xn--ü.de", "ü／x.de", String(repeating: "ü", count: 64) + ".de",
        "ü\u{0}.de", "ü\n.de", "ü .de",
    ])
func refuses(host: String) {
    #expect(hostToASCII(host) == nil)
}
