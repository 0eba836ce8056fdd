import Model
import Testing

@Suite struct SlugTests {
    @Test(
        "a slug keeps its case and its characters",
        arguments: [
            "a", "my-link", "Abc", "abc", "2026", "a_b", "a.b", "~x", "-x", "v1.2", "größe", "日本語", "हिन्दी", "привет", "🎉",
            "👍🏽", "🇩🇪",
            "apiary", "login2", "a.qrx", String(repeating: "a", count: 100), String(repeating: "日", count: 100),
        ])
    func accepted(text: String) throws {
        #expect(try Slug(validating: text).text == text)
        #expect(Slug.fromPath("/" + text) == text)
    }

    @Test("two ways to type one letter are one slug")
    func normalised() throws {
        let slug = try Slug(validating: "cafe\u{301}")
        #expect(Array(slug.text.unicodeScalars) == ["c", "a", "f", "\u{E9}"])
        #expect(Slug.fromPath("/cafe%CC%81") == slug.text)
        #expect(Slug.fromPath("/caf%C3%A9") == slug.text)
    }

    @Test(
        "an emoji is one slug however it is typed",
        arguments: [
            ("❤\u{FE0F}x", "❤x"), ("☕\u{FE0F}", "☕"), ("☕\u{FE0E}", "☕"), ("1\u{FE0F}\u{20E3}", "1\u{20E3}"),
            ("👨\u{200D}👩\u{200D}👧", "👨\u{200D}👩\u{200D}👧"), ("❤\u{FE0F}\u{200D}🔥", "❤\u{200D}🔥"),
            ("👩🏽\u{200D}✈\u{FE0F}", "👩🏽\u{200D}✈"), ("🏴\u{E0067}\u{E0062}\u{E007F}", "🏴\u{E0067}\u{E0062}\u{E007F}"),
        ])
    func emoji(typed: String, slug: String) throws {
        #expect(try Array(Slug(validating: typed).text.unicodeScalars) == Array(slug.unicodeScalars))
        #expect(Slug.fromPath("/" + typed).map { Array($0.unicodeScalars) } == Array(slug.unicodeScalars))
    }

    @Test(
        "what is no slug is refused, with its reason",
        arguments: [
            ("", .empty),
            (String(repeating: "a", count: 101), .tooLong),
            (" ", .character(" ")), ("abc ", .character(" ")), ("a b", .character(" ")),
            ("a\u{A0}b", .character("\u{A0}")),
            ("a/b", .character("/")), ("a?b", .character("?")), ("a#b", .character("#")), ("a%b", .character("%")),
            ("%2e%2e", .character("%")), ("a\\b", .character("\\")), ("a+b", .character("+")), ("a&b", .character("&")),
            ("a;x", .character(";")), ("a:b", .character(":")), ("a@b", .character("@")), ("a=b", .character("=")),
            ("a,b", .character(",")), ("a!", .character("!")), ("a*", .character("*")), ("it's", .character("'")),
            ("(a)", .character("(")), ("[a]", .character("[")), ("\"a\"", .character("\"")), ("<a>", .character("<")),
            ("a\u{0}", .character("\u{0}")), ("a\n", .character("\n")), ("a\u{7F}", .character("\u{7F}")),
            ("a\u{85}", .character("\u{85}")), ("a\u{202E}b", .character("\u{202E}")),
            ("a\u{200B}b", .character("\u{200B}")),
            ("a\u{200D}b", .character("\u{200D}")), ("👨\u{200D}", .character("\u{200D}")),
            ("👨\u{200D}b", .character("\u{200D}")), ("\u{200D}👨", .character("\u{200D}")), ("a\u{20E3}", .character("\u{20E3}")),
            ("a\u{E0067}", .character("\u{E0067}")), ("\u{FE0F}", .empty), ("a\u{FEFF}", .character("\u{FEFF}")),
            ("a\u{3164}", .character("\u{3164}")), ("a\u{2028}", .character("\u{2028}")),
            ("a\u{E000}", .character("\u{E000}")),
            ("a\u{FFFD}", .character("\u{FFFD}")), ("a／b", .character("／")), ("“a”", .character("“")),
            ("_x", .firstCharacter), ("_\u{308}x", .firstCharacter), (".", .firstCharacter), ("..", .firstCharacter),
            (".well-known", .firstCharacter),
            ("\u{308}a", .firstCharacter),
            ("my-link.qr", .qrSuffix), ("x.QR", .qrSuffix),
            ("api", .reserved), ("API", .reserved), ("Login", .reserved), ("robots.txt", .reserved),
            ("healthz", .reserved),
            ("favicon.ico", .reserved), ("apple-app-site-association", .reserved), ("v1", .reserved),
            ("index.php", .reserved),
        ] as [(String, SlugProblem)])
    func refused(text: String, problem: SlugProblem) {
        #expect(throws: problem) { try Slug(validating: text) }
        #expect(problem.code == (problem == .reserved ? "reserved_slug" : "invalid_slug"))
        #expect(!problem.message.isEmpty)
    }

    @Test(
        "a path is decoded once",
        arguments: [
            ("/my-link", "my-link"), ("/SLUG", "SLUG"), ("/my%2Dlink", "my-link"), ("/%61%62", "ab"),
            ("/%F0%9F%8E%89", "🎉"), ("/größe", "größe"), ("/gr%c3%b6%C3%9Fe", "größe"), ("/x.qr", "x.qr"),
            ("/api", "api"), ("/slug/", "slug"), ("/%F0%9F%8E%89/", "🎉"),
        ])
    func path(path: String, slug: String) {
        #expect(Slug.fromPath(path) == slug)
    }

    @Test(
        "a path that can be no slug is told apart at once",
        arguments: [
            "", "slug", "/", "//", "//slug", "/slug//", "/a/b", "/slug;x", "/slug%0a", "/slug%00", "/%ff", "/%c0%ae",
            "/%ed%a0%80",
            "/a%2Fb", "/a%2fb", "/a%252Fb", "/a%5Cb", "/%", "/a%2", "/a%zz", "/a b", "/a%20b", "/a+b", "/a?b", "/a%3Fb",
            "/a#b",
            "/a%E2%80%AEb", "/%E2%80%8B", "/a\u{FFFD}", "/" + String(repeating: "a", count: 101),
            "/" + String(repeating: "%61", count: 101),
        ])
    func noPath(path: String) {
        #expect(Slug.fromPath(path) == nil)
    }

    @Test("a random slug is valid, and all letters are equally likely")
    func random() throws {
        var counts: [Character: Int] = [:]
        for _ in 0..<20_000 {
            let slug = Slug.random()
            #expect(try Slug(validating: slug.text) == slug)
            for letter in slug.text { counts[letter, default: 0] += 1 }
        }
        // 140,000 letters, about 2,258 of each; six standard deviations are 285.
        #expect(counts.count == 62)
        #expect(counts.values.allSatisfy { abs($0 - 2258) < 285 })
    }

    @Test("a random slug has the length asked for", arguments: [1, 7, 10, 11, 32, 100])
    func randomLength(length: Int) {
        #expect(Slug.random(length: length).text.count == length)
    }
}
