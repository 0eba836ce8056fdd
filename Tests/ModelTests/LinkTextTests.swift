import Testing

@testable import Model

@Suite("The texts of links")
struct LinkTextTests {
    private func text(_ slug: String, _ title: String?, _ url: String) -> String? {
        LinkText.of(slug: slug, title: title, url: url)
            .map { String(decoding: $0, as: UTF8.self).replacing("\u{1F}", with: " | ") }
    }

    @Test("have small letters without accents, and the destination as one reads it where that differs")
    func readable() {
        #expect(text("Sale", nil, "https://Example.com/A") == "sale |  | https://example.com/a")
        #expect(
            text("Été", "Łódź ＡＢ Ⅱ".replacing("Ⅱ", with: "2"), "https://xn--mnchen-3ya.example:8443/stra%C3%9Fe?q=two+words")
                == "ete | lodz ab 2 | https://xn--mnchen-3ya.example:8443/stra%c3%9fe?q=two+words"
                + " | https://munchen.example:8443/straße?q=two words")
        #expect(text("x", "ガラス Σίσυφος Ґ", "https://a.example/") == "x | からす σισυφοσ г | https://a.example/")
        #expect(text("x", "Sushi 🍣 ❤\u{FE0F} 👨\u{200D}👩", "https://a.example/") == "x | sushi 🍣 ❤ 👨\u{301}👩 | https://a.example/")
    }

    @Test("are none where they are too long, or have letters that are not folded", arguments: ["² m", "𝐁old", "नमस्ते", "a\u{7}"])
    func unknown(_ title: String) {
        #expect(text("x", title, "https://a.example/") == nil)
        #expect(text("x", nil, "https://a.example/" + PercentEncodedText.of(title)) == nil)
    }

    @Test("fill their column to the last byte")
    func length() {
        let room = LinkText.maximumBytes - "x||https://a.example/".utf8.count
        #expect(text("x", nil, "https://a.example/" + String(repeating: "y", count: room)) != nil)
        #expect(text("x", nil, "https://a.example/" + String(repeating: "y", count: room + 1)) == nil)
    }

    @Test("are looked for in few forms", arguments: [
        ("Alpha", ["alpha"]), ("straße", ["straße", "strasse"]), ("ä%20b", ["a%20b", "a b"]), ("x+y", ["x+y"]), ("10%", ["10%"]),
    ])
    func forms(_ search: String, _ forms: [String]) {
        #expect(SearchText(search).folded?.map { String(decoding: $0, as: UTF8.self) } == forms)
    }
}

private enum PercentEncodedText {
    static func of(_ text: String) -> String {
        text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
