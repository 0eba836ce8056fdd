import Crypto
import JSON
import LinkStore
import MariaDB
import Model
import Pages
import Store

/// What is done to bio pages and their drafts. What visitors see changes in PageWork+Publication.swift,
/// what is deleted in PageWork+Deletion.swift.
package struct PageWork {
    let assignment: Assignment

    package init(_ assignment: Assignment) { self.assignment = assignment }

    /// - Parameter slug: nil for a random one.
    package func create(_ draft: PageContent, on domain: Domain, slug: Slug?) throws -> Change<BioPage> {
        try assignment.admit(of: .bioPages)
        return creation(draft, on: domain, slug, slug == nil ? SlugTries() : nil)
    }

    private func creation(_ draft: PageContent, on domain: Domain, _ slug: Slug?, _ tries: SlugTries?) -> Change<BioPage> {
        let page = BioPage(
            id: .new(), workspace: assignment.workspace.id, domain: domain.id, host: domain.host,
            slug: slug?.text ?? Slug.random(length: assignment.site.slugLength).text, draft: draft.stored,
            createdAt: assignment.now, updatedAt: assignment.now)
        return Change(assignment) { connection in
            try BioPages.create(page, on: connection)
            try assignment.record(.pageCreated, page.id.description, after: try page.settings(assignment.site), on: connection)
            return .init(page, followedBy: [.pages([page.place])])
        }.otherwise { creation(draft, on: domain, nil, try SlugTries.next(tries, after: refusal(of: $0, page))) }
    }

    /// - Parameter wanted: the page as it should be; the same where there is nothing to change.
    package func update(_ before: BioPage, to wanted: BioPage) throws -> Change<BioPage> {
        guard wanted != before else { return .nothing(assignment, before, since: before.updatedAt, [.pages([before.place])]) }
        var after = wanted
        if after.draft != before.draft { after.isChanged = true }
        after.updatedAt = assignment.now
        // The page says its own address, so another one is another state.
        if after.place != before.place && after.publishedVersion != nil { after.moveStamp(at: assignment.now) }
        return try write(before, to: after, .pageUpdated)
    }

    // MARK: Parts

    /// A changed page with its audit entry, shown to visitors.
    func write(
        _ before: BioPage, to after: BioPage, _ action: AuditAction, alongside: @escaping (Connection) throws -> Void = { _ in }
    ) throws -> Change<BioPage> {
        let (old, new) = (try before.settings(assignment.site), try after.settings(assignment.site))
        return Change(assignment) { connection in
            try BioPages.update(after, from: before.stamp, on: connection)
            try assignment.record(action, after.id.description, from: old, to: new, on: connection)
            try alongside(connection)
            var made = after
            made.version += 1
            return .init(made, followedBy: [.pages([before.place, after.place])])
        }.otherwise { throw try refusal(of: $0, after) }
    }

    /// A slug belongs to one link or page, deleted ones included.
    func refusal(of error: any Error, _ page: BioPage) throws -> any Error {
        guard error as? Links.Refusal == .slugTaken || (error as? MariaDBError)?.isDuplicate(of: "place") == true else { return error }
        let holder = try assignment.office.store.read { try BioPages.discarded(at: page, on: $0) }
        return holder.map { Refusal.slugDeleted(page.slug, by: $0) } ?? .slugTaken(page.slug)
    }
}
