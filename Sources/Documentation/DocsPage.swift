/// A page of the documentation, before it is HTML.
struct DocsPage {
    /// Its address below `/docs/`, and its file without a suffix; `index` is `/docs/` itself.
    let name: String
    /// Filled in.
    let markdown: String
    /// Modules that it loads beside `docs.js`.
    var scripts: [String] { name == "webhook-tester" ? ["tester.js"] : [] }

    var href: String { name == "index" ? "/docs/" : "/docs/\(name)" }
}

/// The navigation: sections, each with the names of its pages, as `contents.md` lists them.
struct Contents {
    private(set) var sections: [(title: String, pages: [String])] = []

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            if line.hasPrefix("## ") {
                sections.append((String(line.dropFirst(3)), []))
            } else if line.hasPrefix("- "), !sections.isEmpty {
                sections[sections.count - 1].pages.append(String(line.dropFirst(2)))
            }
        }
    }

    var pages: [String] { sections.flatMap(\.pages) }
}
