import Testing
import Text

@Suite("Percent-encoding")
struct PercentEncodingTests {
    static let decoded: [(String, String?)] = [
        ("", ""), ("abc", "abc"), ("%41%6a%4A", "AjJ"), ("a+b", "a+b"), ("%2541", "%41"), ("%00", "\u{0}"),
        ("%F0%9F%98%80", "😀"), ("%", nil), ("%4", nil), ("%g1", nil), ("%1g", nil), ("%%41", nil), ("%80", nil),
        ("%c0%80", nil), ("%ed%a0%80", nil), ("%+1", nil),
    ]

    @Test("text is decoded once, or refused", arguments: decoded)
    func decodes(_ text: String, _ expected: String?) {
        #expect(PercentEncoding.decode(text) == expected)
    }

    @Test("only unreserved characters stay as they are; decoding gives the text back")
    func encodes() {
        #expect(PercentEncoding.encode("aZ09-._~") == "aZ09-._~")
        #expect(PercentEncoding.encode("a b&c=d/é%+\n") == "a%20b%26c%3Dd%2F%C3%A9%25%2B%0A")
        #expect(PercentEncoding.decode(PercentEncoding.encode("x 😀 %41+")) == "x 😀 %41+")
    }
}
