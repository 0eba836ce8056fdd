import Crypto
import LinkStore
import MariaDB
import Model
import Store

// Pages that are deleted: they lie in the workspace's bin for a month, with their slug, their versions and the links that they made.
extension PageWork {
    private var bin: WorkspaceID { assignment.workspace.id.bin }
    private var links: LinkWork { LinkWork(assignment) }

    /// - Parameter isPurged: the page does not go into the bin; nobody can restore it.
    package func delete(_ page: BioPage, isPurged: Bool = false) -> Change<Void> {
        Change(assignment) { connection in
            let made = try Self.madeLinks(of: page, on: connection)
            if isPurged {
                try BioPages.delete(page, on: connection)
            } else {
                try DeletedObjects.makeRoom(for: 1, .page, limit: assignment.workspace.limit(of: .bioPages), in: bin, on: connection)
                try BioPages.discard(page, at: assignment.now, on: connection)
            }
            try links.discard(made, isPurged: isPurged, on: connection)
            try assignment.record(.pageDeleted, page.id.description, before: try page.settings(assignment.site), on: connection)
            if isPurged { try assignment.record(.pagePurged, page.id.description, on: connection) }
            return .init((), followedBy: [.links(Set(made.flatMap(\.places))), .pages([page.place])])
        }
    }

    /// Deletes a page of the bin for good, and the links that went with it: their slugs are free.
    package func purge(_ page: BioPage) -> Change<Void> {
        Change(assignment) { connection in
            try links.purge(Self.madeLinks(of: page, on: connection), on: connection)
            try BioPages.purge(page, on: connection)
            try assignment.record(.pagePurged, page.id.description, on: connection)
            return .init((), followedBy: [.pages([page.place])])
        }
    }

    /// Brings a page back from the bin, as its visitors saw it, with the links that went with it. Where another link has the external
    /// id of one by now, it comes without.
    package func restore(_ page: BioPage) throws -> Change<BioPage> {
        let workspace = assignment.workspace.id
        let (count, codes) = try assignment.office.store.read { connection in
            let made = try Self.madeLinks(of: page, isLocked: false, on: connection).map(\.id)
            return (made.count, try Links.codes(of: made, in: bin, on: connection))
        }
        try assignment.admit(of: .bioPages)
        try assignment.admit(codes, of: .qrCodes)
        try assignment.admit(count, of: .links)
        return Change(assignment) { connection in
            let made = try Self.madeLinks(of: page, on: connection)
            let kept = try Links.keptExternalIDs(of: made.map(\.id), in: bin, on: connection)
            let taken = try Links.taken(Array(kept.values), in: workspace, on: connection)
            try Links.giveUpExternalIDs(of: kept.filter { taken.contains($0.value) }.map(\.key), in: bin, on: connection)
            try BioPages.restore(page, to: workspace, at: assignment.now, on: connection)
            let restored = try links.restore(made, on: connection)
            guard let back = try BioPages.find(page.id, in: workspace, on: connection) else { throw ChangedMeanwhile() }
            try assignment.record(.pageRestored, page.id.description, after: try back.settings(assignment.site), on: connection)
            return .init(back, followedBy: [.links(Set(restored.values.flatMap(\.places))), .pages([back.place])])
        }.otherwise { error in
            throw error is Links.Refusal ? ChangedMeanwhile() : error
        }
    }

    /// The links that a page made for its URLs go with it, but for those that lead elsewhere now: they are their owner's. Of a page in
    /// the bin those that went with it: what its owner had deleted before stays deleted.
    private static func madeLinks(of page: BioPage, isLocked: Bool = true, on connection: Connection) throws -> [Link] {
        let made = try BioPageVersions.links(of: page.id, in: page.workspace, on: connection).filter(\.isMade)
        let ids = made.map(\.link)
        let links = try isLocked ? Links.lock(ids, in: page.workspace, on: connection) : Links.find(ids, in: page.workspace, on: connection)
        let own = made.compactMap { link in links[link.link].flatMap { sha256($0.settings.url) == link.digest ? $0 : nil } }
        guard page.workspace.isBin else { return own }
        let pageTime = try DeletedObjects.times(of: [page.id], in: page.workspace, on: connection)[page.id]
        let times = try DeletedObjects.times(of: own.map(\.id), in: page.workspace, on: connection)
        return own.filter { times[$0.id] == pageTime }
    }
}
