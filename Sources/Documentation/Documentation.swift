import API
import Bootstrap
import Contract
import Crypto
import JSON
import Model
import Mustache
import POSIX
import Text
import Pages
import Resources

/// The documentation as files that nginx serves at `/docs/`: each page as HTML and as Markdown, the index of the search, a list for language models
/// (llms.txt) and a collection of requests. It is made of the route table and of the Markdown in `nginx/docs/`, for the hosts of one installation.
package struct Documentation {
    /// The folder of Markdown, layout and assets.
    let source: String
    let context: DocsContext
    /// Whether search engines may list it.
    let isIndexed: Bool
    /// For the templates of texts.
    private let known: [String: Any]

    /// - Parameters:
    ///   - settings: `systemd/mask.env`, whose comments are the manual of the configuration.
    ///   - commands: what `maskctl` says of its commands; see ``Manual``.
    package init(source: String, site: SiteConfiguration, isIndexed: Bool = false, settings: String, commands: [Manual.Command]) {
        self.source = source
        self.isIndexed = isIndexed
        context = DocsContext(site: site, reference: Reference(Routes.ofMASK.described(.keys), base: site.apiURL))
        known = context.values.merging(Manual(settings: settings, commands: commands).values) { $1 }
    }

    /// Writes all files into a folder; those that stay as they were keep their times, and pages that are no more go.
    ///
    /// What cannot be made leaves the folder as it was. Who is stopped while writing leaves pages that are whole, old ones and new ones,
    /// each with the styles and scripts that it loads.
    /// - Returns: the names of the pages.
    @discardableResult
    package func write(to folder: String) throws -> [String] {
        let contents = Contents(try text("contents.md"))
        let assets = try Assets(source: source)
        let files = try files(contents, assets)
        try Folder.make(folder)
        try assets.write(to: folder)
        for file in files { try FileWriter.write(file.bytes, to: "\(folder)/\(file.name)") }
        try removePages(from: folder, but: contents.pages + [Self.notFound])
        return contents.pages
    }

    /// What nginx shows where there is no page.
    private static let notFound = "not-found"

    /// All files but the assets.
    private func files(_ contents: Contents, _ assets: Assets) throws -> [(name: String, bytes: [UInt8])] {
        let layout = try template("page.mustache", try text("page.mustache"), isHTML: true)
        var index = SearchIndex()
        var files: [(name: String, bytes: [UInt8])] = []
        var pages: [(page: DocsPage, markdown: Markdown)] = []
        for name in contents.pages + [Self.notFound] {
            let page = try page(name)
            pages.append((page, try Markdown(page.markdown)))
        }
        let names = Dictionary(pages.map { ($0.page.name, $0.markdown.name) }) { $1 }
        for (number, (page, markdown)) in pages.enumerated() {
            if page.name != Self.notFound { index.add(page, markdown) }
            var values = values(page, markdown, contents, names)
            if context.site.appHost != nil { values["app"] = context.site.appURL }
            values["assets"] = "/docs/assets/\(assets.digest)"
            values["previous"] = number > 0 ? link(pages[number - 1].page, pages[number - 1].markdown) : nil
            values["next"] = number + 1 < contents.pages.count ? link(pages[number + 1].page, pages[number + 1].markdown) : nil
            values["content"] = markdown.html { EndpointHTML.html($0, context.reference) }
            files.append(("\(page.name).html", Array(layout.render(values).utf8)))
            files.append(("\(page.name).md", Array(page.markdown.utf8)))
        }
        files.append(("search.json", index.bytes))
        files.append(("llms.txt", Array(list(contents, pages.map { ($0.page, $0.markdown) }).utf8)))
        files.append(("postman.json", Collection.json(context.reference, base: context.site.apiURL).serialized(pretty: true)))
        return files
    }

    /// Removes the pages of a release before.
    private func removePages(from folder: String, but names: [String]) throws {
        for name in try Folder.stems(folder, suffix: ".md.gz") where !names.contains(name) {
            // By the last of them it is found again.
            for suffix in ["html", "md"] { try ZippedFile.remove("\(folder)/\(name).\(suffix)") }
        }
    }

    // MARK: Pages

    /// A guide, a page of the reference, or one of the manual.
    private func page(_ name: String) throws -> DocsPage {
        if let topic = Topic(rawValue: name), Reference.topics.contains(topic) {
            let prose = try filled("reference/\(name).md")
            return DocsPage(name: name, markdown: prose + "\n" + context.reference.markdown(topic))
        }
        let isManual = name.contains(".")
        return DocsPage(name: name, markdown: try filled((isManual ? "manual/" : "") + name + ".md"))
    }

    func filled(_ file: String) throws -> String { try template(file, try text(file), isHTML: false).render(known) }

    private func text(_ file: String) throws -> String { String(decoding: try File.contents(of: "\(source)/\(file)"), as: UTF8.self) }

    private func template(_ file: String, _ text: String, isHTML: Bool) throws -> MustacheTemplate {
        do {
            return try MustacheTemplate(string: isHTML ? text : "{{% CONTENT_TYPE:TEXT}}\n" + text)
        } catch {
            throw DocumentationError("\(source)/\(file): \(error)")
        }
    }

    private func values(_ page: DocsPage, _ markdown: Markdown, _ contents: Contents, _ names: [String: String]) -> [String: Any] {
        let address = page.name == "index" ? context.address + "/" : "\(context.address)/\(page.name)"
        return [
            "title": markdown.title, "description": markdown.summary, "canonical": address, "indexed": isIndexed,
            "markdown": "/docs/\(page.name).md", "version": Release.version, "scripts": page.scripts,
            "sections": contents.sections.map { section in
                [
                    "title": section.title,
                    "pages": section.pages.map { name in
                        ["title": names[name] ?? name, "href": DocsPage(name: name, markdown: "").href, "current": name == page.name] as [String: Any]
                    },
                ] as [String: Any]
            },
            "headings": markdown.headings.filter { $0.level == 2 }.map { ["id": $0.id, "text": $0.text] },
        ]
    }

    private func link(_ page: DocsPage, _ markdown: Markdown) -> [String: String] { ["title": markdown.title, "href": page.href] }

    /// llmstxt.org
    private func list(_ contents: Contents, _ pages: [(page: DocsPage, markdown: Markdown)]) -> String {
        let known = Dictionary(pages.map { ($0.page.name, $0.markdown) }) { $1 }
        let sections = contents.sections.map { section in
            "## \(section.title)\n\n" + section.pages.map { name in
                "- [\(known[name]?.title ?? name)](\(context.address)/\(name).md): \(known[name]?.summary ?? "")\n"
            }.joined()
        }
        return "# MASK\n\n> Short links, click analytics, QR codes, bio pages and signed webhooks over a REST API at \(context.site.apiURL).\n\n"
            + "The API as OpenAPI 3.1: \(context.site.apiURL)/openapi.json\n\n" + sections.joined(separator: "\n")
    }
}
