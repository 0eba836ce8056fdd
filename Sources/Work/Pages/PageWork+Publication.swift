import DeliveryStore
import JSON
import LinkStore
import Model
import Pages
import Store

// What visitors see of a page: publish, unpublish, restore.
extension PageWork {
    /// Shows the draft to visitors. Its blocks lead to short links, which are made where there are none yet.
    package func publish(_ page: BioPage) throws -> Change<BioPage> {
        try publish(page, page.draft, .pagePublished, SlugTries())
    }

    package func unpublish(_ before: BioPage) throws -> Change<BioPage> {
        guard before.publishedVersion != nil else {
            return .nothing(assignment, before, since: before.updatedAt, [.pages([before.place])])
        }
        var after = before
        (after.publishedVersion, after.publishedAt, after.dueAt, after.isChanged) = (nil, nil, nil, true)
        after.updatedAt = assignment.now
        return try write(before, to: after, .pageUnpublished)
    }

    /// Makes a version the draft again and, when asked, what visitors see.
    package func restore(_ version: BioPageVersion, of before: BioPage, isPublished: Bool) throws -> Change<BioPage> {
        let draft = try draft(of: version)
        if isPublished { return try publish(before, draft, .pageRestored, SlugTries()) }
        var after = before
        (after.draft, after.isChanged, after.updatedAt) = (draft, true, assignment.now)
        return try write(before, to: after, .pageRestored)
    }

    /// What a version was made from: a block with a URL has no link of the client's. Blocks whose link has been deleted since
    /// are left out.
    private func draft(of version: BioPageVersion) throws -> String {
        var content = try PageContent(stored: version.content)
        let links = try assignment.office.store.read {
            try Links.find(content.blocks.compactMap(\.link), in: assignment.workspace.id, on: $0)
        }
        content.blocks = content.blocks.map { block in
            guard case .object(var object) = block, object["url"]?.stringValue != nil, object["type"] == "link"
            else { return block }
            object["link_id"] = .null
            return .object(object)
        }.filter { $0.link.map { links[$0] != nil } ?? true }
        return content.stored
    }

    private func publish(_ before: BioPage, _ draft: String, _ action: AuditAction, _ tries: SlugTries) throws -> Change<BioPage> {
        let links = try PageLinks(try PageContent(stored: draft), of: before, assignment)
        let after = published(before, draft, links.content)
        try assignment.admit(links.new.count, of: .links)
        return try write(before, to: after, action) { connection in
            for made in links.new {
                for statement in Links.creation(of: made.link) {
                    _ = try Links.refusing { try connection.execute(statement) }
                }
            }
            try LinkTrace.record(links.new.map { .created($0, assignment.site) }, assignment, on: connection)
            let version = BioPageVersion(
                number: after.versions, content: links.content.stored, author: assignment.author.actor.name,
                createdAt: assignment.now)
            try BioPageVersions.insert(version, of: after.id, in: after.workspace, on: connection)
            try BioPageVersions.forget(
                allBut: assignment.workspace.limit(of: .pageVersions), of: after.id, newest: after.versions,
                in: after.workspace, on: connection)
            try BioPageVersions.note(links.shown, of: after.id, in: after.workspace, on: connection)
            let event = assignment.event(.pagePublished, data: try after.json(assignment.site))
            try connection.execute(Events.insertion(of: event))
        }.otherwise { error in
            // One of the random slugs.
            try publish(before, draft, action, SlugTries.next(tries, after: refusal(of: error, after)))
        }
    }

    private func published(_ before: BioPage, _ draft: String, _ content: PageContent) -> BioPage {
        var after = before
        (after.draft, after.isChanged, after.versions) = (draft, false, before.versions + 1)
        (after.publishedVersion, after.publishedAt, after.updatedAt) = (after.versions, assignment.now, assignment.now)
        after.dueAt = content.nextChange(after: assignment.now)
        after.moveStamp(at: assignment.now)
        return after
    }
}
