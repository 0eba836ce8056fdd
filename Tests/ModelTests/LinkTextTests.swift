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
        ("Alpha", ["alpha"]), ("straße", ["straße", "strasse", "xn--strae-oqa"]), ("two words", ["two words"]), ("x+y", ["x+y"]),
        ("ä%20b", ["a%20b", "a b", "%c3%a4%20b", "%c3%84%20b"]), ("10%", ["10%"]),
    ])
    func forms(_ search: String, _ forms: [String]) {
        #expect(SearchText(search).folded?.map { String(decoding: $0, as: UTF8.self) } == forms)
    }

    @Test("have what the destination has in any form", arguments: [
        "https://xn--mnchen-3ya.example/stra%C3%9Fe?q=%C3%9Cber+uns%20two", "https://example.com/?u=xn--mnchen-3ya.example/stra%C3%9Fe",
        "https://example.com/stra%C3%9Fe/%C3%9Cber+uns?u=m%C3%BCnchen.example",
    ])
    func destinations(_ url: String) throws {
        let text = try #require(LinkText.of(slug: "x", title: nil, url: url))
        var found = 0
        for search in [
            "xn--mnchen-3ya.example/straße", "3ya.example/straße", "münchen.example/straße", "münchen.example", "MÜNCHEN.EXAMPLE/Straße",
            "straße?q=über uns", "/Über uns", "Über uns", "über", "com/straße", "stra\u{DF}e/%C3", "ünchen.exam", "ß%C3",
        ] {
            let search = SearchText(search)
            guard search.destinations.contains(where: { url.lowercased().contains($0.lowercased()) }) else { continue }
            found += 1
            // Half a letter is not folded: the links themselves are looked through.
            guard let forms = search.folded?.map({ String(decoding: $0, as: UTF8.self) }) else { continue }
            #expect(forms.contains { String(decoding: text, as: UTF8.self).contains($0) }, "\(search.text) in \(url)")
        }
        #expect(found >= 3)
    }
}

private enum PercentEncodedText {
    static func of(_ text: String) -> String {
        text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
