import HTTP
import Testing

@Suite("Entity tags and preconditions")
struct EntityTagTests {
    static let parsed: [(String, [EntityTag])] = [
        (#""xyzzy""#, [EntityTag("xyzzy")]),
        (#"W/"xyzzy""#, [EntityTag("xyzzy", isWeak: true)]),
        (#""""#, [EntityTag("")]),
        (#""a", W/"b","c""#, [EntityTag("a"), EntityTag("b", isWeak: true), EntityTag("c")]),
        (" \"a\"\t,  \"b\" ", [EntityTag("a"), EntityTag("b")]),
        (#", ,"a",, "b",  ,"#, [EntityTag("a"), EntityTag("b")]),
        (#""a,b""#, [EntityTag("a,b")]),
        (#""W/*!#~\""#, [EntityTag(#"W/*!#~\"#)]),
        (#""é""#, [EntityTag("é")]),
        ("", []), (" ", []), (",,", []),
    ]

    @Test("a list of tags is read, weak and strong, with empty elements", arguments: parsed)
    func list(_ field: String, _ tags: [EntityTag]) {
        #expect(Precondition(field) == .tags(tags))
    }

    @Test("an asterisk alone stands for any state", arguments: ["*", " *\t"])
    func any(_ field: String) {
        #expect(Precondition(field) == .any)
    }

    @Test(
        "what is neither is refused",
        arguments: [
            "xyzzy", #""a"#, #"a""#, #""a" "b""#, #""a";"b""#, #"w/"a""#, #"W"a""#, #"W/ "a""#, #"W /"a""#, "W/", "W",
            #""a b""#, "\"a\tb\"", "\"a\u{0}\"", "\"a\u{7F}\"", #""a"b""#, #""a\"b""#, "**", "*,", ",*", #"*, "a""#,
            #""a", *"#, "'a'", #""a"é"#, "\"a\"\u{A0}",
        ])
    func refused(_ field: String) {
        #expect(Precondition(field) == nil)
    }

    @Test("a hundred tags are read, one more is too many")
    func many() {
        let hundred = Array(repeating: #""a""#, count: 100).joined(separator: ",")
        #expect(Precondition(hundred + ",,") != nil)
        #expect(Precondition(hundred + #","b""#) == nil)
    }

    @Test("a tag is written as it is read", arguments: [#""xyzzy""#, #"W/"xyzzy""#, #""""#])
    func description(_ field: String) throws {
        guard case .tags(let tags) = Precondition(field) else {
            Issue.record("\(field) is no list of tags")
            return
        }
        #expect(tags.map(\.description) == [field])
    }

    /// RFC 9110, section 8.8.3.2, table 3.
    static let comparisons: [(String, String, strong: Bool, weak: Bool)] = [
        (#"W/"1""#, #"W/"1""#, false, true), (#"W/"1""#, #"W/"2""#, false, false), (#"W/"1""#, #""1""#, false, true),
        (#""1""#, #""1""#, true, true),
        // The same letter in two spellings: other bytes, another tag.
        ("\"\u{E9}\"", "\"e\u{301}\"", false, false),
    ]

    @Test("tags are compared strongly and weakly as RFC 9110 tables it", arguments: comparisons)
    func comparison(_ one: String, _ other: String, strong: Bool, weak: Bool) throws {
        let (left, right) = (try tag(one), try tag(other))
        #expect(left.isStronglyEqual(to: right) == strong && right.isStronglyEqual(to: left) == strong)
        #expect(left.isWeaklyEqual(to: right) == weak && right.isWeaklyEqual(to: left) == weak)
        #expect((left == right) == (one.utf8.elementsEqual(other.utf8)))
    }

    private func tag(_ text: String) throws -> EntityTag {
        guard case .tags(let tags) = Precondition(text) else { throw NoTag() }
        return try #require(tags.first)
    }

    private struct NoTag: Error {}

    static let conditions: [(String, current: String?, ifMatch: Bool, ifNoneMatch: Bool)] = [
        ("*", #""1""#, true, false), ("*", #"W/"1""#, true, false), ("*", nil, false, true),
        (#""0", "1""#, #""1""#, true, false), (#""0", "2""#, #""1""#, false, true), (#""1""#, nil, false, true),
        (#"W/"1""#, #""1""#, false, false), (#""1""#, #"W/"1""#, false, false), ("", #""1""#, false, true),
    ]

    @Test("If-Match wants the state there is, If-None-Match wants another", arguments: conditions)
    func condition(_ field: String, current: String?, ifMatch: Bool, ifNoneMatch: Bool) throws {
        let precondition = try #require(Precondition(field))
        let current = try current.map(tag)
        #expect(precondition.ifMatchHolds(for: current) == ifMatch)
        #expect(precondition.ifNoneMatchHolds(for: current) == ifNoneMatch)
    }
}
