import Crypto
import JSON
import LinkStore
import Model
import Pages
import Store

/// The short links that a page's blocks lead to. For a URL it has one of its own, made when it is first published, so that
/// clicks on it are counted like all others.
struct PageLinks {
    /// With the id of a link in each block that leads somewhere.
    private(set) var content: PageContent
    /// Those that have to be made.
    private(set) var new: [WrittenLink] = []
    /// All of them.
    private(set) var shown: [BioPageVersions.ShownLink] = []

    init(_ draft: PageContent, of page: BioPage, _ assignment: Assignment) throws {
        content = draft
        let existing = try assignment.office.store.read { connection in
            let known = try BioPageVersions.links(of: page.id, in: page.workspace, on: connection)
            let links = try Links.find(known.map(\.link), in: page.workspace, on: connection)
            return known.compactMap { link in links[link.link].map { (link.digest, $0) } }
        }
        var byDigest = Dictionary(existing, uniquingKeysWith: { first, _ in first })
        for (index, block) in content.blocks.enumerated() where block["type"] == "link" || block["type"] == "qr" {
            if let id = block.link {
                shown.append(.init(digest: sha256(id.description), link: id, isMade: false))
                continue
            }
            guard let url = block["url"]?.stringValue, case .object(var object) = block else { continue }
            let digest = sha256(url)
            // A link that was changed or deleted since is not the one that the block asks for.
            let known = byDigest[digest].flatMap { $0.settings.url == url && !$0.settings.disabled ? $0 : nil }
            let link = known ?? Self.link(to: url, block, page, assignment)
            if known == nil { new.append(WrittenLink(link, assignment.site)) }
            byDigest[digest] = link
            shown.append(.init(digest: digest, link: link.id, isMade: true))
            object["link_id"] = .string(link.id.description)
            content.blocks[index] = .object(object)
        }
        var seen: Set<[UInt8]> = []
        shown = shown.filter { seen.insert($0.digest).inserted }
    }

    private static func link(to url: String, _ block: JSON, _ page: BioPage, _ assignment: Assignment) -> Link {
        var settings = LinkSettings(url: url)
        settings.title = block["title"]?.stringValue
        return Link(
            id: .new(), workspace: page.workspace, domain: page.domain, host: page.host,
            slug: Slug.random(length: assignment.site.slugLength).text, settings: settings, createdAt: assignment.now,
            updatedAt: assignment.now)
    }
}
