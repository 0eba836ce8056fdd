import Testing

@testable import Documentation

@Suite("Markdown becomes HTML and manual pages")
struct MarkdownTests {
    private func html(_ text: String) throws -> String { try Markdown(text).html { _ in nil } }

    @Test("a heading has the id that it names, or one of its words; no two have the same")
    func headings() throws {
        let markdown = try Markdown("# Errors\n\nWhat went wrong.\n\n## Slug `taken` {#slug_taken}\n\n## Try again\n\n## Try again\n")
        #expect(markdown.headings.map(\.id) == ["errors", "slug_taken", "try-again", "try-again-2"])
        #expect(markdown.title == "Errors" && markdown.summary == "What went wrong.")
        let html = markdown.html { _ in nil }
        #expect(html.contains("""
            <h2 id="slug_taken">Slug <code>taken</code> <a class="anchor" href="#slug_taken" aria-label="Link to this section">#</a></h2>
            """))
        #expect(!html.contains("{#"))
    }

    @Test("a table scrolls by itself, and can be reached by keys")
    func tables() throws {
        let html = try html("| Status | |\n|---|---|\n| 404 | Nothing |\n")
        #expect(html.hasPrefix("<div class=\"table\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table>"))
        #expect(html.contains("<td>404</td>") && html.contains("</table></div>"))
    }

    @Test("code has its words marked, and is no markup itself")
    func code() throws {
        #expect(try html("```sh\ncurl \"$MASK_API_URL/links\" # <all>\n```\n") == """
            <div class="code"><pre tabindex="0"><code class="language-sh"><span class="k">curl</span> \
            <span class="s">&quot;$MASK_API_URL/links&quot;</span> <span class="c"># &lt;all&gt;</span></code></pre></div>

            """)
        #expect(try html("```text\n</pre><script>\n```\n").contains("&lt;/pre&gt;&lt;script&gt;"))
    }

    @Test("samples in different languages that follow each other are one group; others stand alone")
    func groups() throws {
        let html = try html("```sh\ncurl a\n```\n```python\nb\n```\n```json\n{}\n```\n```sh\nc\n```\n\nText\n\n```python\nd\n```\n")
        #expect(html.matches(of: /<div class="samples">/).count == 1)
        #expect(html.contains("<div class=\"sample\" data-language=\"sh\"><p class=\"language\">curl</p>"))
        #expect(html.matches(of: /<div class="code">/).count == 3)
    }

    @Test("a manual page has its sections, its tables as tbl takes them, and links nowhere but to the web")
    func man() throws {
        let man = try Markdown("""
            # mask(7) — short links

            ## Install

            See [mask.env(5)](mask.env.5) and [nginx](https://nginx.org/).

            ### By hand

            | Port | For |
            |---|---|
            | 443 | TLS |
            """).man()
        #expect(man.contains(".SH\nInstall") && man.contains(".SS\nBy hand"))
        #expect(man.contains("mask.env(5)") && !man.contains("mask.env.5"))
        #expect(man.contains(".TS") && man.contains(".TE"))
        #expect(!man.contains("short links"))
    }

    @Test("a long cell of a manual page is a text block, which tbl wraps; an @ in a cell divides nothing")
    func manualTables() throws {
        let man = try Markdown("""
            # mask(7) — short links

            | Type | For |
            |---|---|
            | `mask-worker@a` | the pool a, which answers the API and short links |
            | b | `mask_certificate_first_end_timestamp_seconds` |
            """).man()
        let rows = man.split(separator: "\n").map(String.init).drop { $0 != ".TS" }.prefix { $0 != ".TE" }
        #expect(rows.dropFirst().starts(with: ["allbox tab(@);", "lb lbw(44n)", "l lw(44n).", "Type@T{", ".ad l", "For", "T}"]))
        #expect(rows.contains("\\f[B]mask\\-worker@a\\f[]@T{") && rows.contains("the pool a, which answers the API and short links"))
    }
}
