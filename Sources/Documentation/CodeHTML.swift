/// Blocks of code as HTML.
enum CodeHTML {
    /// The languages of samples, as readers choose them, with their names.
    static let languages: [(id: String, name: String)] = [
        ("sh", "curl"), ("python", "Python"), ("php", "PHP"), ("javascript", "JavaScript"), ("swift", "Swift"), ("go", "Go"),
    ]

    /// Empty for what is no sample.
    static func name(ofLanguage id: String) -> String { languages.first { $0.id == id }?.name ?? "" }

    /// Whether a block in this language belongs to those before it.
    static func canFollow(_ before: [String], _ language: String) -> Bool {
        let known = languages.map(\.id)
        return !before.isEmpty && !before.contains(language) && known.contains(language) && before.allSatisfy(known.contains)
    }

    static func html(_ blocks: [(language: String, text: String)], endpoint: (String) -> String?) -> String {
        if blocks.count == 1, blocks[0].language == "http", let html = endpoint(blocks[0].text.trimmingNewlines) { return html + "\n" }
        guard blocks.count > 1 else { return blocks.map(block).joined() }
        let samples = blocks.map { block in
            let isShell = block.language == "sh" && !block.text.contains("curl ")
            let name = isShell ? "Shell" : name(ofLanguage: block.language)
            return """
                <div class="sample" data-language="\(block.language)"><p class="language">\(name)</p>\(pre(block))</div>
                """
        }
        return "<div class=\"samples\">\(samples.joined(separator: "\n"))</div>\n"
    }

    private static func block(_ block: (language: String, text: String)) -> String { "<div class=\"code\">\(pre(block))</div>\n" }

    private static func pre(_ block: (language: String, text: String)) -> String {
        """
        <pre tabindex="0"><code class="language-\(block.language)">\(Highlighter(block.language).html(block.text.trimmingNewlines))</code></pre>
        """
    }
}

/// What cmark does not write: ids of headings, and a frame around each table.
enum HTMLMarks {
    static func added(to html: String, headings: [Markdown.Heading]) -> String {
        var remaining = headings[...]
        let marked = html.replacing(/<h([1-6])>(.*?)<\/h\1>/) { match in
            guard let heading = remaining.popFirst() else { return String(match.output.0) }
            let (level, text) = (match.output.1, match.output.2)
            guard heading.level > 1 else { return "<h1 id=\"\(heading.id)\">\(text)</h1>" }
            return "<h\(level) id=\"\(heading.id)\">\(text) <a class=\"anchor\" href=\"#\(heading.id)\" aria-label=\"Link to this section\">#</a></h\(level)>"
        }
        return marked.replacing("<table>", with: "<div class=\"table\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table>")
            .replacing("</table>", with: "</table></div>")
    }
}

extension String {
    var trimmingNewlines: String {
        var text = self[...]
        while text.last?.isNewline == true { text.removeLast() }
        return String(text)
    }
}
