import JSON
import Foundation
import HTTP
import Model
import QRCodes
import Support
import Testing

@testable import Pages

/// What a page looks like, without a database: content in, HTML out.
@Suite("Rendering")
struct PageTests {
    private let themes: Themes

    init() throws { themes = try Themes(folder: TestThemes.folder) }

    private func html(
        _ content: JSONObject, in theme: String = "paper", isPreview: Bool = false, at now: Timestamp = .now()
    ) throws -> String {
        var content = content
        if content["title"] == nil { content["title"] = "Ada" }
        let context = PageContext(
            content: PageContent(content), url: "https://go.test/ada", slug: "ada", images: images, links: links,
            icon: themes.icon,
            isPreview: isPreview)
        return String(decoding: try themes.html(theme, context.values(at: now)), as: UTF8.self)
    }

    private let link = LinkID.new()
    private let image = Image(
        id: .new(), workspace: .new(), type: .png, width: 40, height: 30, createdAt: Timestamp(milliseconds: 0))
    private var images: [ImageID: Image] { [image.id: image] }
    private var links: [LinkID: String] { [link: "https://go.test/s7"] }

    /// One of each block, every text hostile.
    private var everything: JSONObject {
        // A combining mark makes one character with the quote before it, a prepended one with the bracket behind it.
        let evil: JSON = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{page.title}}\"\u{301} \u{600}<b>"
        return [
            "title": evil, "description": evil, "language": "en", "avatar": .string(image.id.description),
            "seo": ["title": evil, "description": evil, "noindex": true],
            "social_card": ["title": evil, "description": evil, "image": .string(image.id.description)],
            "blocks": [
                [
                    "type": "link", "title": evil, "link_id": .string(link.description),
                    "image": .string(image.id.description),
                ],
                ["type": "heading", "text": evil], ["type": "text", "text": evil],
                ["type": "image", "image": .string(image.id.description), "alt": evil], ["type": "divider"],
                [
                    "type": "social",
                    "profiles": .array(
                        SocialNetwork.allCases.map {
                            ["network": .string($0.rawValue), "url": "https://example.com/?a=1&b=\"2\""]
                        }),
                ],
                ["type": "email", "address": "ada@example.com", "title": evil],
                ["type": "phone", "number": "+49 (30) 12-34", "title": evil],
                [
                    "type": "contact", "name": evil, "organization": evil, "job_title": evil, "address": evil,
                    "phone": "+49 30 1234",
                    "email": "ada@example.com", "url": "https://example.com/",
                ],
                ["type": "qr", "caption": evil],
            ],
        ]
    }

    @Test("there are at least four themes, and each begins with paper's kind of name")
    func names() {
        #expect(themes.names == ["bloom", "paper", "poster", "terminal"])
        #expect(SocialNetwork.allCases.allSatisfy { themes.icon($0.rawValue) != nil }, "every network has its sign")
    }

    @Test(
        "what people wrote is text in every theme, and nothing runs",
        arguments: ["bloom", "paper", "poster", "terminal"])
    func escaping(theme: String) throws {
        let html = try html(everything, in: theme)
        #expect(!html.contains("<script") && !html.contains("<img src=x"))
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;"))
        #expect(html.contains("{{page.title}}") || html.contains("&#123;"), "a template is text, too")
        #expect(html.contains("?a=1&amp;b=&quot;2&quot;"))
        let scalars = Array(html.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            if scalar == "\u{301}" { #expect(scalars[index - 1] == ";", "a quote that a mark hides is escaped") }
            if scalar == "\u{600}" { #expect(scalars[index + 1] == "&", "and so is a bracket") }
        }
        #expect(scalars.contains("\u{301}") && scalars.contains("\u{600}"))
        #expect(!html.lowercased().contains("javascript:"))
    }

    @Test(
        "a page with everything is small: under 30 KB without its signs, and has one style and one heading of the first rank",
        arguments: ["bloom", "paper", "poster", "terminal"])
    func size(theme: String) throws {
        var few = everything
        few["blocks"] = .array((everything["blocks"]?.arrayValue ?? []).filter { $0["type"] != "social" })
        let html = try html(few, in: theme)
        #expect(html.utf8.count < 30_000, "\(html.utf8.count) bytes")
        #expect(html.matches(of: /<style>/).count == 1 && html.matches(of: /<h1/).count == 1)
        #expect(html.hasPrefix("<!doctype html>") || html.dropFirst().hasPrefix("<!doctype html>"))
        #expect(html.contains("<html lang=\"en\">") && html.contains("prefers-color-scheme: dark"))
        #expect(html.contains("prefers-reduced-motion") && html.contains(":focus-visible"))
    }

    @Test("a theme that cannot be read is left out; its pages have the standard one; a broken part is told")
    func brokenTheme() throws {
        let folder = try TemporaryFolder()
        let files = FileManager.default
        let copy = folder.path + "/themes"
        try files.copyItem(atPath: TestThemes.folder, toPath: copy)
        try "{{#page}}".write(toFile: copy + "/mine.mustache", atomically: true, encoding: .utf8)
        let themes = try Themes(folder: copy)
        #expect(themes.names == ["bloom", "paper", "poster", "terminal"] && themes.broken.keys.sorted() == ["mine"])
        try "{{#page}}".write(toFile: copy + "/_head.mustache", atomically: true, encoding: .utf8)
        #expect(throws: PageError.self) { try Themes(folder: copy) }
    }

    @Test("an address for mail is encoded where it would be read as something else")
    func mail() throws {
        let blocks: JSONObject = ["blocks": [["type": "email", "address": "a#b+c@example.com"]]]
        #expect(try html(blocks).contains(#"href="mailto:a%23b+c@example.com""#))
        for (address, href) in [
            ("o'brien@example.com", "o&#39;brien@example.com"), ("a&b@example.com", "a%26b@example.com"),
            ("user%x@example.com", "user%25x@example.com"), ("a?b@example.com", "a%3Fb@example.com"),
        ] {
            #expect(try html(["blocks": [["type": "email", "address": .string(address)]]]).contains("href=\"mailto:\(href)\""), "\(address)")
        }
    }

    @Test("links lead where they should, and say that they are a user's")
    func leading() throws {
        let html = try html([
            "blocks": [
                ["type": "link", "title": "A", "link_id": .string(link.description), "url": "https://example.com/a"],
                [
                    "type": "link", "title": "B", "link_id": .string(LinkID.new().description),
                    "url": "https://example.com/b",
                ],
                ["type": "link", "title": "C", "link_id": .string(LinkID.new().description)],
            ]
        ])
        #expect(
            html.contains(#"<a class="link" href="https://go.test/s7" rel="noopener nofollow ugc">"#),
            "the short link counts")
        #expect(html.contains(#"href="https://example.com/b""#), "a short link that is gone is no dead end")
        #expect(!html.contains(">C<"))
    }

    @Test("a link shows from its beginning to its end")
    func schedule() throws {
        let content: JSONObject = [
            "blocks": [
                [
                    "type": "link", "title": "Sale", "url": "https://example.com/", "starts_at": "2026-03-01T00:00:00Z",
                    "ends_at": "2026-03-02T00:00:00Z",
                ]
            ]
        ]
        let times = ["2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z", "2026-03-01T23:59:59Z", "2026-03-02T00:00:00Z"]
        let shows = try times.map { try html(content, at: #require(Timestamp(rfc3339: $0))).contains("Sale") }
        #expect(shows == [false, true, true, false])
        let changes = try times.map {
            PageContent(content).nextChange(after: try #require(Timestamp(rfc3339: $0)))?.rfc3339
        }
        #expect(changes == ["2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z", nil])
    }

    @Test("views are counted by a picture at the end of what is published, not of a preview")
    func beacon() throws {
        #expect(try html([:]).contains(#"<img class="view" src="/_/view/ada.gif""#))
        let preview = try html(["avatar": .string(image.id.description)], isPreview: true)
        #expect(!preview.contains("/_/view/") && preview.contains(#"<meta name="robots" content="noindex">"#))
        #expect(preview.contains("src=\"https://go.test\(image.path)\""), "a preview is looked at from elsewhere")
    }

    @Test("colours of the page come after those of the theme, and what stands on the accent can be read")
    func colors() throws {
        let html = try html(["colors": ["accent": "#ffd23f", "background": "#0b3d2e", "text": "#f4fff9"]])
        #expect(
            html.contains("--accent: #ffd23f; --on-accent: #000000")
                && html.contains("--background: #0b3d2e; --text: #f4fff9"))
        #expect(
            Color("#777777")?.contrast(with: .white) ?? 0 < 4.5 && Color("#767676")?.contrast(with: .white) ?? 0 >= 4.5)
        for text in ["", "#fff", "red", "#12345g", "#+1+2+3", "#1234567", "url(x)"] {
            #expect(Color(text) == nil, "\(text)")
        }
    }

    @Test("a contact is a vCard in which nothing can end a line or a field")
    func contact() {
        let card = ContactCard.text(of: [
            "name": "Ada; Lovelace, \\ x", "phone": "+49 30 1", "organization": "A\nNOTE:evil",
        ])
        #expect(
            card == """
                BEGIN:VCARD\r
                VERSION:3.0\r
                N:;Ada\\; Lovelace\\, \\\\ x;;;\r
                FN:Ada\\; Lovelace\\, \\\\ x\r
                ORG:A\\nNOTE:evil\r
                TEL;TYPE=VOICE:+49 30 1\r
                END:VCARD\r\n
                """)
    }

    @Test("a theme that is no longer there is paper; a folder without paper is refused with its name")
    func missing() throws {
        #expect(try html([:], in: "gone") == html([:]))
        let folder = try TemporaryFolder()
        #expect { try Themes(folder: folder.path) } throws: { "\($0)".contains("has no paper.mustache") }
    }
}
