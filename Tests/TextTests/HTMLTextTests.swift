import Testing
import Text

@Suite("Text in HTML")
struct HTMLTextTests {
    @Test("what would be markup is none, a quote or a bracket below a combining mark too", arguments: [
        ("<b a=\"1\">&'", "&lt;b a=&quot;1&quot;&gt;&amp;&#39;"), ("<\u{301}b \"\u{301}", "&lt;\u{301}b &quot;\u{301}"), ("naïve 👩‍💻", "naïve 👩‍💻"),
    ])
    func escaped(text: String, html: String) { #expect(Array(htmlEscaped(text).unicodeScalars) == Array(html.unicodeScalars)) }
}
