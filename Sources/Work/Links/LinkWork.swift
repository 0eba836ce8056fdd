import AnalyticsStore
import DeliveryStore
import LinkStore
import MariaDB
import Model
import Store

/// What is done to one link. Many at once: LinkWork+Bulk.swift; what is deleted: LinkWork+Deletion.swift.
package struct LinkWork {
    let assignment: Assignment

    package init(_ assignment: Assignment) { self.assignment = assignment }

    package func create(_ draft: LinkDraft) throws -> Change<WrittenLink> {
        if draft.settings.isWrongOrder { throw Refusal.wrongOrder }
        try assignment.admit(of: .links)
        return creation(draft, draft.slug == nil ? SlugTries() : nil)
    }

    private func creation(_ draft: LinkDraft, _ tries: SlugTries?) -> Change<WrittenLink> {
        let made = WrittenLink(draft.link(assignment), assignment.site)
        let link = made.link
        let (audit, event) = LinkTrace.created(made, assignment.site).entries(assignment)
        // Nobody can have asked for a random slug before; a chosen one may be remembered as unknown.
        let effects: [Effect] = draft.slug == nil ? [] : [.links([link.place])]
        let statements = Links.creation(of: link) + [AuditLog.insertion(of: audit), Events.insertion(of: event)]
        return Change(assignment, statements, .init(made, followedBy: effects)).otherwise { error in
            creation(draft, try SlugTries.next(tries, after: refusal(of: error, link)))
        }.confirmed {
            try Links.find(link.id, in: link.workspace, on: $0) != nil
        }
    }

    /// - Parameter after: the link as it should be; the same where there is nothing to change.
    package func update(_ before: Link, to after: Link) throws -> Change<Link> {
        if after.settings.isWrongOrder { throw Refusal.wrongOrder }
        guard after != before else { return .nothing(assignment, before, since: before.updatedAt, [.links(Set(before.places))]) }
        return Change(assignment) { connection in
            try Links.update(after, on: connection)
            if LinkText.of(after) != LinkText.of(before) { try LinkTexts.replace(of: [after], on: connection) }
            if after.tags != before.tags { try Links.replaceTags(of: [after], on: connection) }
            if after.domain != before.domain { try ClickBlocks.noteMoved([after], on: connection) }
            try LinkTrace.record([.updated(before, after, assignment.site)], assignment, on: connection)
            var made = after
            made.version += 1
            return .init(made, followedBy: [.links(Set(before.places + after.places))])
        }.otherwise { error in
            throw error.isChangedMeanwhile ? error : try refusal(of: error, after)
        }
    }

    /// What the database's refusal of a link means, with the deleted thing that has its slug.
    private func refusal(of error: any Error, _ link: Link) throws -> any Error {
        let refusal = Refusal.of(error, link)
        guard case Refusal.slugTaken = refusal else { return refusal }
        return try assignment.office.store.read { try Refusal.ofSlug(of: link, on: $0) }
    }
}

extension Refusal {
    /// Why a link cannot have its slug: another has it, or something in the bin of its workspace.
    static func ofSlug(of link: Link, on connection: Connection) throws -> Refusal {
        try Links.discarded(at: link, on: connection).map { .slugDeleted(link.slug, by: $0) } ?? .slugTaken(link.slug)
    }

    /// What the database's refusal of a link means.
    static func of(_ error: any Error, _ link: Link) -> any Error {
        switch Links.refusal(of: error) {
        case Links.Refusal.slugTaken: Refusal.slugTaken(link.slug)
        case Links.Refusal.externalIDTaken: Refusal.externalIDTaken
        case is ChangedMeanwhile: Refusal.changedMeanwhile
        case let other: other
        }
    }
}
