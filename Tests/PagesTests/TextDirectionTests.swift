import Testing

@testable import Pages

@Suite("Which way a language is written")
struct TextDirectionTests {
    @Test("right to left are Arabic, Persian, Hebrew, Urdu and their like, and what says such a script", arguments: [
        ("ar", true), ("ar-EG", true), ("fa", true), ("he", true), ("iw", true), ("ur-PK", true), ("yi", true), ("AR", true),
        ("az-Arab", true), ("pa-Arab-PK", true), ("ku-Arab", true), ("en", false), ("de-AT", false), ("ar-Latn", false),
        ("ja", false), ("sr-Cyrl", false), ("", false), ("arn", false),
    ])
    func directions(language: String, expected: Bool) {
        #expect(TextDirection.isRightToLeft(language) == expected)
    }
}
