import Crypto
import LinkStore
import MariaDB
import Model
import Store

// Pages that are deleted: they lie in the workspace's bin for a month, with their slug, their versions and the links that they made.
extension PageWork {
    /// - Parameter isPurged: the page does not go into the bin; nobody can restore it.
    package func delete(_ page: BioPage, isPurged: Bool = false) -> Change<Void> {
        Change(assignment) { connection in
            let made = try Self.madeLinks(of: page, on: connection)
            if isPurged {
                try BioPages.delete(page, on: connection)
                try Links.delete(made, on: connection)
            } else {
                try BioPages.discard(page, at: assignment.now, on: connection)
                try Links.discard(made, at: assignment.now, on: connection)
            }
            try LinkTrace.record(made.map { .deleted($0, assignment.site) }, assignment, on: connection)
            try assignment.record(.pageDeleted, page.id.description, before: try page.settings(assignment.site), on: connection)
            if isPurged { try assignment.record(.pagePurged, page.id.description, on: connection) }
            return .init((), followedBy: [.links(Set(made.flatMap(\.places))), .pages([page.place])])
        }
    }

    /// Deletes a page of the bin for good, and the links that it made: their slugs are free.
    package func purge(_ page: BioPage) -> Change<Void> {
        Change(assignment) { connection in
            try Links.purge(Self.madeLinks(of: page, on: connection), on: connection)
            try BioPages.purge(page, on: connection)
            try assignment.record(.pagePurged, page.id.description, on: connection)
            return .init((), followedBy: [.pages([page.place])])
        }
    }

    /// Brings a page back from the bin, as its visitors saw it, with the links that it made.
    package func restore(_ page: BioPage) throws -> Change<BioPage> {
        let workspace = assignment.workspace.id
        try assignment.admit(of: .bioPages)
        try assignment.admit(assignment.office.store.read { try Self.madeLinks(of: page, isLocked: false, on: $0) }.count, of: .links)
        return Change(assignment) { connection in
            let made = try Self.madeLinks(of: page, on: connection)
            try BioPages.restore(page, to: workspace, at: assignment.now, on: connection)
            try Links.restore(made, to: workspace, at: assignment.now, on: connection)
            let restored = try Links.find(made.map(\.id), in: workspace, on: connection).values.sorted { $0.id < $1.id }
            try LinkTrace.record(restored.map { .restored($0, assignment.site) }, assignment, on: connection)
            guard let back = try BioPages.find(page.id, in: workspace, on: connection) else { throw ChangedMeanwhile() }
            try assignment.record(.pageRestored, page.id.description, after: try back.settings(assignment.site), on: connection)
            return .init(back, followedBy: [.links(Set(restored.flatMap(\.places))), .pages([back.place])])
        }
    }

    /// The links that a page made for its URLs go with it and come back with it, but for those that lead elsewhere now: they are their
    /// owner's.
    private static func madeLinks(of page: BioPage, isLocked: Bool = true, on connection: Connection) throws -> [Link] {
        let made = try BioPageVersions.links(of: page.id, in: page.workspace, on: connection).filter(\.isMade)
        let ids = made.map(\.link)
        let links = try isLocked ? Links.lock(ids, in: page.workspace, on: connection) : Links.find(ids, in: page.workspace, on: connection)
        return made.compactMap { link in links[link.link].flatMap { sha256($0.settings.url) == link.digest ? $0 : nil } }
    }
}
