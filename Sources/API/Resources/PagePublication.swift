import Access
import Crypto
import HTTP
import JSON
import MariaDB
import Model
import Pages
import Store
import Work

/// What visitors see of a page: publish, unpublish, preview, its history.
enum PagePublication {
    static func publish(_ call: Call) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        try fields.finish()
        return try call.retrying("page") {
            let page = try call.page()
            try call.preconditions.requireMatch(page.resourceVersion)
            return try publish(page, page.draft, .pagePublished, call)
        }
    }

    static func unpublish(_ call: Call) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        try fields.finish()
        return try call.retrying("page") {
            let before = try call.page()
            try call.preconditions.requireMatch(before.resourceVersion)
            guard before.publishedVersion != nil else {
                return try call.commit { _ in
                    var answer = try call.show(before)
                    answer.isChange = false
                    return call.mayBeUntold(before.updatedAt) ? answer.followed(by: .pages([before.place])) : answer
                }
            }
            var after = before
            (after.publishedVersion, after.publishedAt, after.dueAt, after.isChanged) = (nil, nil, nil, true)
            after.updatedAt = call.now
            return try call.write(before, to: after, .pageUnpublished)
        }
    }

    /// The draft as a page, for its owner alone.
    static func preview(_ call: Call) throws -> Answer {
        let html = try call.services.pages.preview(try call.page())
        return Answer(
            status: 200, content: .stream(type: "text/html; charset=utf-8") { try $0(html) },
            fields: [.init(.contentSecurityPolicy, "\(previewPolicy); sandbox"), .init(.xRobotsTag, "noindex")])
    }

    /// Its pictures are on the link host, and a dashboard may show it in a frame.
    private static let previewPolicy =
        "default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

    // MARK: History

    static func listVersions(_ call: Call) throws -> Answer {
        var query = try call.query()
        let pagination = try Pagination(&query, call.workspace)
        try query.finish()
        let page = try call.page()
        let question = "versions of \(page.id)"
        let position = try pagination.position(length: 4, of: question).map { $0.reduce(0) { $0 << 8 | Int($1) } }
        let versions = try call.services.store.read {
            try BioPageVersions.list(
                of: page.id, in: call.workspace, before: position, limit: pagination.limit + 1, on: $0)
        }
        return pagination.page(
            versions, of: question, position: { withUnsafeBytes(of: UInt32($0.number).bigEndian, Array.init) },
            json: { .object($0.json(of: page)) })
    }

    static func getVersion(_ call: Call) throws -> Answer {
        let page = try call.page()
        let version = try call.version(of: page)
        var json = version.json(of: page)
        json["content"] = .object(try PageContent(stored: version.content).json)
        return .ok(.object(json))
    }

    /// Makes a version the draft again and, when asked, what visitors see.
    static func restore(_ call: Call) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        let isPublished = fields.value("publish", as: .bool) ?? false
        try fields.finish()
        return try call.retrying("page") {
            let before = try call.page()
            let content = try call.draft(of: call.version(of: before))
            try call.preconditions.requireMatch(before.resourceVersion)
            if isPublished { return try publish(before, content, .pageRestored, call) }
            var after = before
            (after.draft, after.isChanged, after.updatedAt) = (content, true, call.now)
            return try call.write(before, to: after, .pageRestored)
        }
    }

    // MARK: Publishing

    private static func publish(
        _ before: BioPage, _ draft: String, _ action: AuditAction, _ call: Call
    ) throws -> Answer {
        for _ in 0..<LinkResource.slugTries {
            do {
                return try publish(
                    before, PageLinks(try PageContent(stored: draft), of: before, call), draft, action, call)
            } catch let problem as Problem where problem.code == Problem.slugTaken("").code {
                continue  // one of the random slugs
            }
        }
        throw Problem.slugSpaceExhausted()
    }

    private static func publish(
        _ before: BioPage, _ links: PageLinks, _ draft: String, _ action: AuditAction, _ call: Call
    ) throws -> Answer {
        var after = before
        (after.draft, after.isChanged, after.versions) = (draft, false, before.versions + 1)
        (after.publishedVersion, after.publishedAt, after.updatedAt) = (after.versions, call.now, call.now)
        after.dueAt = links.content.nextChange(after: call.now)
        after.moveStamp(at: call.now)
        let version = BioPageVersion(
            number: after.versions, content: links.content.stored, author: call.principal.key.id.description,
            createdAt: call.now)
        let (published, site) = (after, call.services.site)
        try call.admit(links.new.count, of: .links)
        return try call.write(before, to: published, action) { connection in
            for link in links.new {
                for statement in Links.creation(of: link) {
                    _ = try Links.refusing { try connection.execute(statement) }
                }
            }
            try call.record(links.new.map { .created($0, json: $0.json(site)) }, on: connection)
            try BioPageVersions.insert(version, of: published.id, in: call.workspace, on: connection)
            try BioPageVersions.forget(
                allBut: call.principal.workspace.limit(of: .pageVersions), of: published.id, newest: published.versions,
                in: call.workspace, on: connection)
            try BioPageVersions.note(links.shown, of: published.id, in: call.workspace, on: connection)
            try connection.execute(Events.insertion(of: call.event(.pagePublished, data: try published.json(site))))
        }
    }
}

/// The short links that a page's blocks lead to. For a URL it has one of its own, made when it is first published, so that
/// clicks on it are counted like all others.
private struct PageLinks {
    /// With the id of a link in each block that leads somewhere.
    var content: PageContent
    /// Those that have to be made.
    var new: [Link] = []
    /// All of them.
    var shown: [BioPageVersions.ShownLink] = []

    init(_ draft: PageContent, of page: BioPage, _ call: Call) throws {
        content = draft
        let existing = try call.services.store.read { connection in
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
            let link = known ?? Self.link(to: url, block, page, call)
            if known == nil { new.append(link) }
            byDigest[digest] = link
            shown.append(.init(digest: digest, link: link.id, isMade: true))
            object["link_id"] = .string(link.id.description)
            content.blocks[index] = .object(object)
        }
        var seen: Set<[UInt8]> = []
        shown = shown.filter { seen.insert($0.digest).inserted }
    }

    private static func link(to url: String, _ block: JSON, _ page: BioPage, _ call: Call) -> Link {
        var settings = LinkSettings(url: url)
        settings.title = block["title"]?.stringValue
        return Link(
            id: .new(), workspace: page.workspace, domain: page.domain, host: page.host,
            slug: Slug.random(length: call.services.site.slugLength).text, settings: settings, createdAt: call.now,
            updatedAt: call.now)
    }
}

extension Call {
    /// What a version was made from: a block with a URL has no link of the client's. Blocks whose link has been deleted
    /// since are left out.
    fileprivate func draft(of version: BioPageVersion) throws -> String {
        var content = try PageContent(stored: version.content)
        let links = try services.store.read { try Links.find(content.blocks.compactMap(\.link), in: workspace, on: $0) }
        content.blocks = content.blocks.map { block in
            guard case .object(var object) = block, object["url"]?.stringValue != nil, object["type"] == "link"
            else { return block }
            object["link_id"] = .null
            return .object(object)
        }.filter { $0.link.map { links[$0] != nil } ?? true }
        return content.stored
    }

    /// The version in the path, of a page.
    fileprivate func version(of page: BioPage) throws -> BioPageVersion {
        guard let number = Int(parameters["number"]), number > 0, number <= 4_000_000_000,
            let version = try services.store.read({
                try BioPageVersions.find(number, of: page.id, in: workspace, on: $0)
            })
        else { throw Problem.notFound() }
        return version
    }
}
