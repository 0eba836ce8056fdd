import LinkStore
import MariaDB
import Model
import Store

// Links that are deleted: they lie in the workspace's bin for a month, with their slug, their clicks and their QR codes.
extension LinkWork {
    /// - Parameter isPurged: the link does not go into the bin; nobody can restore it.
    package func delete(_ link: Link, isPurged: Bool = false) -> Change<Void> {
        Change(assignment) { connection in
            try discard([link], isPurged: isPurged, on: connection)
            return .init((), followedBy: [.links(Set(link.places))])
        }
    }

    /// - Parameters:
    ///   - isPurged: what lies in the bin already is meant, too.
    ///   - earlier: what an earlier attempt of the same request has done.
    /// - Returns: those that are gone, by this or that.
    package func delete(_ ids: [LinkID], isPurged: Bool = false, after earlier: [EarlierChange]) -> Change<Set<LinkID>> {
        let before = earlier.filter { $0.action == (isPurged ? .linkPurged : .linkDeleted) }
        return Change(assignment) { connection in
            let live = try locked(ids, in: assignment.workspace.id, on: connection)
            try discard(live, isPurged: isPurged, on: connection)
            let binned = isPurged ? try locked(ids, in: assignment.workspace.id.bin, on: connection) : []
            try purge(binned, on: connection)
            return .init(
                Set((live + binned).map(\.id)).union(before.compactMap { LinkID($0.resource) }),
                followedBy: [.links(Set(live.flatMap(\.places)))] + before.effects, isChange: !live.isEmpty || !binned.isEmpty)
        }
    }

    /// Deletes a link of the bin for good: its slug is free.
    package func purge(_ link: Link) -> Change<Void> {
        Change(assignment) { connection in
            try purge([link], on: connection)
            return .init((), followedBy: [.links(Set(link.places))])
        }
    }

    /// Brings links back from the bin. Each has a result in its place; the workspace needs room for all of them.
    package func restore(_ ids: [LinkID]) throws -> Change<Results<Link>> {
        let (workspace, bin) = (assignment.workspace.id, assignment.workspace.id.bin)
        let (found, codes) = try assignment.office.store.read { connection in
            let found = try Links.find(ids, in: bin, on: connection)
            return (found.count, try Links.codes(of: Array(found.keys), in: bin, on: connection))
        }
        try assignment.admit(found, of: .links)
        try assignment.admit(codes, of: .qrCodes)
        return Change(assignment) { connection in
            let links = try Links.lock(ids, in: bin, on: connection)
            let kept = try DeletedObjects.externalIDs(of: Array(links.keys), in: bin, on: connection)
            let taken = try Links.taken(Array(kept.values), in: workspace, on: connection)
            var seen: Set<String> = []
            let wanted = links.values.sorted { $0.id < $1.id }.filter { link in
                kept[link.id].map { !taken.contains($0) && seen.insert($0).inserted } ?? true
            }
            try Links.restore(wanted, to: workspace, at: assignment.now, on: connection)
            let restored = try Links.find(wanted.map(\.id), in: workspace, on: connection)
            try LinkTrace.record(restored.values.sorted { $0.id < $1.id }.map { .restored($0, assignment.site) }, assignment, on: connection)
            let results: Results<Link> = ids.map { id in
                if let link = restored[id] { return .success(link) }
                return .failure(links[id] == nil ? .unknownLink : .externalIDTaken)
            }
            return .init(results, followedBy: [.links(Set(restored.values.flatMap(\.places)))], isChange: !restored.isEmpty)
        }
    }

    // MARK: Parts

    private func locked(_ ids: [LinkID], in workspace: WorkspaceID, on connection: Connection) throws -> [Link] {
        try Links.lock(ids, in: workspace, on: connection).values.sorted { $0.id < $1.id }
    }

    private func discard(_ links: [Link], isPurged: Bool, on connection: Connection) throws {
        if isPurged { try Links.delete(links, on: connection) } else { try Links.discard(links, at: assignment.now, on: connection) }
        try LinkTrace.record(links.map { .deleted($0, assignment.site) }, assignment, on: connection)
        if isPurged { try notePurged(links, on: connection) }
    }

    private func purge(_ links: [Link], on connection: Connection) throws {
        try Links.purge(links, on: connection)
        try notePurged(links, on: connection)
    }

    private func notePurged(_ links: [Link], on connection: Connection) throws {
        try AuditLog.insert(links.map { assignment.entry(.linkPurged, $0.id.description) }, on: connection)
    }
}
