import Model
import Testing

@Suite struct TagTests {
    @Test(
        "a tag is any short text",
        arguments: [
            "campaign-q1", "Q1 2026", "größe", "日本語", "👨‍👩‍👧", "=1+1", "'; DROP TABLE", String(repeating: "ü", count: 50),
        ])
    func accepted(text: String) throws {
        #expect(try Tag(validating: text).text == text)
    }

    @Test("a tag is one however it is typed: composed or not, with or without U+FE0F", arguments: [
        ("\u{2764}\u{FE0F}", "\u{2764}"), ("\u{2764}\u{FE0E}", "\u{2764}"), ("cafe\u{301}", "caf\u{E9}"),
    ])
    func spelling(text: String, stored: String) throws {
        #expect(try Tag(validating: text).text.unicodeScalars.elementsEqual(stored.unicodeScalars))
        #expect(Tag.spelling(of: text).unicodeScalars.elementsEqual(stored.unicodeScalars))
        #expect(throws: TagProblem.empty) { try Tag(validating: "\u{FE0F}") }
    }

    @Test(
        "what is no tag is refused, with its reason",
        arguments: [
            ("", .empty), (" ", .outerSpace), (" a", .outerSpace), ("a ", .outerSpace), ("a\u{3000}", .outerSpace),
            (String(repeating: "a", count: 51), .tooLong), ("a\nb", .character("\n")), ("a\u{0}", .character("\u{0}")),
            ("a\u{202E}b", .character("\u{202E}")), ("a\u{2028}b", .character("\u{2028}")),
        ] as [(String, TagProblem)])
    func refused(text: String, problem: TagProblem) {
        #expect(throws: problem) { try Tag(validating: text) }
        #expect(problem.code == "invalid_tag")
    }

    @Test("all problems of a list are told, with their place")
    func list() {
        #expect(Tag.problems(in: []).isEmpty)
        #expect(Tag.problems(in: ["a", "A", "b"]).isEmpty)
        let problems = Tag.problems(in: ["a", "", "b", "a", " c", "e\u{301}", "\u{E9}"])
        #expect(problems.map(\.index) == [1, 3, 4, 6])
        #expect(problems.map(\.problem) == [.empty, .duplicate, .outerSpace, .duplicate])
    }

    @Test("a link has at most twenty tags")
    func count() {
        #expect(Tag.problems(in: (1...20).map(String.init)).isEmpty)
        let problems = Tag.problems(in: (1...21).map(String.init))
        #expect(problems.map(\.problem) == [.tooMany])
        #expect(problems.map(\.index) == [nil])
    }
}
