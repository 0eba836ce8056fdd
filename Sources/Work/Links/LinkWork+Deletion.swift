import AnalyticsStore
import LinkStore
import MariaDB
import Model
import Store

// Links that are deleted: they lie in the workspace's bin for a month, with their slug, their clicks and their QR codes.
extension LinkWork {
    private var bin: WorkspaceID { assignment.workspace.id.bin }

    /// - Parameter isPurged: the link does not go into the bin; nobody can restore it.
    package func delete(_ link: Link, isPurged: Bool = false) -> Change<Void> {
        Change(assignment) { connection in
            try discard([link], isPurged: isPurged, on: connection)
            return .init((), followedBy: [.links(Set(link.places))])
        }
    }

    /// - Parameters:
    ///   - isPurged: what lies in the bin already is meant, too.
    ///   - filter: what the links still have to be once they are locked.
    ///   - earlier: what an earlier attempt of the same request has done.
    /// - Returns: those that are gone, by this or that.
    package func delete(
        _ ids: [LinkID], isPurged: Bool = false, matching filter: LinkFilter? = nil, after earlier: [EarlierChange]
    ) -> Change<Set<LinkID>> {
        let before = earlier.filter { [.linkDeleted, .linkPurged].contains($0.action) }
        let done = before.filter { $0.action == (isPurged ? .linkPurged : .linkDeleted) }.compactMap { LinkID($0.resource) }
        return Change(assignment) { connection in
            let live = try locked(ids, in: assignment.workspace.id, filter, on: connection)
            try discard(live, isPurged: isPurged, on: connection)
            let binned = isPurged ? try locked(ids, in: bin, filter, on: connection) : []
            try purge(binned, on: connection)
            return .init(
                Set((live + binned).map(\.id)).union(done),
                followedBy: [.links(Set(live.flatMap(\.places)))] + before.effects, isChange: !live.isEmpty || !binned.isEmpty)
        }
    }

    /// Deletes links of the bin for good: their slugs are free.
    package func purge(_ links: [Link]) -> Change<Void> {
        Change(assignment) { connection in
            try purge(links, on: connection)
            return .init((), followedBy: [.links(Set(links.flatMap(\.places)))])
        }
    }

    /// Brings links back from the bin. Each has a result in its place; the workspace needs room for all of them.
    /// - Parameters:
    ///   - filter: what the links still have to be once they are locked.
    ///   - earlier: what an earlier attempt of the same request has done.
    package func restore(
        _ ids: [LinkID], matching filter: LinkFilter? = nil, after earlier: [EarlierChange] = []
    ) throws -> Change<Results<Link>> {
        let before = earlier.filter { $0.action == .linkRestored }
        let (found, codes) = try assignment.office.store.read { connection in
            let found = try Links.find(ids, in: bin, on: connection)
            return (found.count, try Links.codes(of: Array(found.keys), in: bin, on: connection))
        }
        try assignment.admit(codes, of: .qrCodes)
        try assignment.admit(found, of: .links)
        return Change(assignment) { connection in
            let links = try locked(ids, in: bin, matching: filter, on: connection)
            let kept = try Links.keptExternalIDs(of: Array(links.keys), in: bin, on: connection)
            let taken = try Links.taken(Array(kept.values), in: assignment.workspace.id, on: connection)
            var seen: Set<String> = []
            let wanted = links.values.sorted { $0.id < $1.id }.filter { link in
                kept[link.id].map { !taken.contains($0) && seen.insert($0).inserted } ?? true
            }
            var restored = try restore(wanted, on: connection)
            let isChange = !restored.isEmpty
            restored.merge(try Links.find(before.compactMap { LinkID($0.resource) }, in: assignment.workspace.id, on: connection)) { $1 }
            let results: Results<Link> = ids.map { id in
                if let link = restored[id] { return .success(link) }
                return .failure(links[id] == nil ? .unknownLink : .externalIDTaken)
            }
            return .init(results, followedBy: [.links(Set(restored.values.flatMap(\.places)))], isChange: isChange)
        }.otherwise { error in
            // Somebody has taken an external id since it was looked for.
            throw error is Links.Refusal ? ChangedMeanwhile() : error
        }
    }

    // MARK: In the caller's transaction

    /// Puts links into the bin, or purges them; what the bin has no room for then goes for good.
    func discard(_ links: [Link], isPurged: Bool, on connection: Connection) throws {
        if isPurged {
            try Links.delete(links, on: connection)
        } else {
            let limit = assignment.workspace.limit(of: .links)
            try DeletedObjects.makeRoom(for: links.count, .link, limit: limit, in: bin, on: connection)
            try Links.discard(links, at: assignment.now, on: connection)
            try Links.forgetCodes(beside: links.map(\.id), beyond: assignment.workspace.limit(of: .qrCodes), in: bin, on: connection)
        }
        try LinkTrace.record(links.map { .deleted($0, assignment.site) }, assignment, on: connection)
        if isPurged { try notePurged(links, on: connection) }
    }

    func purge(_ links: [Link], on connection: Connection) throws {
        try Links.purge(links, on: connection)
        try notePurged(links, on: connection)
    }

    /// - Returns: the links as they are now, by their ids.
    func restore(_ links: [Link], on connection: Connection) throws -> [LinkID: Link] {
        try Links.restore(links, to: assignment.workspace.id, at: assignment.now, on: connection)
        let restored = try Links.find(links.map(\.id), in: assignment.workspace.id, on: connection)
        let inOrder = restored.values.sorted { $0.id < $1.id }
        // A click that was loaded meanwhile found no domain.
        try ClickBlocks.noteMoved(inOrder, on: connection)
        try LinkTrace.record(inOrder.map { .restored($0, assignment.site) }, assignment, on: connection)
        return restored
    }

    private func locked(_ ids: [LinkID], in workspace: WorkspaceID, _ filter: LinkFilter?, on connection: Connection) throws -> [Link] {
        try locked(ids, in: workspace, matching: filter, on: connection).values.sorted { $0.id < $1.id }
    }

    /// Links by their ids: what was found by a filter may have become another since.
    func locked(
        _ ids: [LinkID], in workspace: WorkspaceID, matching filter: LinkFilter?, on connection: Connection
    ) throws -> [LinkID: Link] {
        let links = try Links.lock(ids, in: workspace, on: connection)
        guard let filter, filter.owner(in: assignment.workspace.id) == workspace else { return filter == nil ? links : [:] }
        let matching = try Links.matching(filter, among: Array(links.keys), in: workspace, on: connection)
        return links.filter { matching.contains($0.key) }
    }

    private func notePurged(_ links: [Link], on connection: Connection) throws {
        try AuditLog.insert(links.map { assignment.entry(.linkPurged, $0.id.description) }, on: connection)
    }
}
