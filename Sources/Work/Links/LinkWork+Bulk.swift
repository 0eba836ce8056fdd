import AnalyticsStore
import LinkStore
import MariaDB
import Model
import Store

// Many links in one transaction. Each has a result in its place; those that are refused change nothing and do not keep the
// others back.
extension LinkWork {
    /// Links of one transaction at the most.
    package static let bulkLimit = 1000

    package typealias Results<Value> = [Result<Value, Refusal>]

    /// Those that the workspace has no room for are refused, the last of them.
    package func create(_ drafts: [LinkDraft]) throws -> Change<Results<WrittenLink>> {
        let room = try assignment.room(for: drafts.count, of: .links)
        let left = Results<WrittenLink>(repeating: .failure(.quotaExceeded(.links, of: assignment.workspace)), count: drafts.count - room)
        return Change(assignment) { connection in
            let results = try insert(Array(drafts.prefix(room)), on: connection) + left
            let made = results.compactMap { try? $0.get() }
            try LinkTrace.record(made.map { .created($0, assignment.site) }, assignment, on: connection)
            // Nobody can have asked for a random slug before; a chosen one may be remembered as unknown.
            let chosen = Set(drafts.compactMap(\.slug?.text))
            let places = Set(made.map(\.link.place).filter { chosen.contains($0.slug) })
            return .init(results, followedBy: [.links(places)], isChange: !made.isEmpty)
        }
    }

    /// Inserts what is free; of what is not, finds out why, and tries other random slugs.
    private func insert(_ drafts: [LinkDraft], on connection: Connection) throws -> Results<WrittenLink> {
        var results = Results<WrittenLink>(repeating: .failure(.slugSpaceExhausted), count: drafts.count)
        var waiting = Array(drafts.indices)
        for _ in 0..<SlugTries.most where !waiting.isEmpty {
            let links = waiting.map { drafts[$0].link(assignment) }
            let inserted = try Links.insert(links, on: connection)
            let taken = try Links.taken(
                links.filter { !inserted.contains($0.id) }.compactMap(\.settings.externalID), in: assignment.workspace.id,
                on: connection)
            var again: [Int] = []
            for (index, link) in zip(waiting, links) {
                if inserted.contains(link.id) {
                    results[index] = .success(WrittenLink(link, assignment.site))
                } else if let id = link.settings.externalID, taken.contains(id) {
                    results[index] = .failure(.externalIDTaken)
                } else if drafts[index].slug != nil {
                    results[index] = .failure(try .ofSlug(of: link, on: connection))
                } else {
                    again.append(index)
                }
            }
            waiting = again
        }
        return results
    }

    /// How a link of many is to be changed.
    package struct Wanted {
        let id: LinkID
        /// The link as it should be; throws a ``Refusal`` where it cannot be.
        let applied: (Link) throws -> Link

        package init(_ id: LinkID, _ applied: @escaping (Link) throws -> Link) { (self.id, self.applied) = (id, applied) }
    }

    /// - Parameters:
    ///   - wanted: of each link once.
    ///   - filter: what the links still have to be once they are locked.
    package func update(_ wanted: [Wanted], matching filter: LinkFilter? = nil) -> Change<Results<Link>> {
        Change(assignment) { connection in
            var done: [(before: Link, after: Link)] = []
            let links = try locked(wanted.map(\.id), in: assignment.workspace.id, matching: filter, on: connection)
            let results = try wanted.map { wanted -> Result<Link, Refusal> in
                do {
                    return .success(try update(wanted, links, &done, on: connection))
                } catch let refusal as Refusal {
                    return .failure(refusal)
                }
            }
            try LinkTexts.replace(of: done.filter { LinkText.of($0.before) != LinkText.of($0.after) }.map(\.after), on: connection)
            try Links.replaceTags(of: done.filter { $0.before.tags != $0.after.tags }.map(\.after), on: connection)
            try ClickBlocks.noteMoved(done.filter { $0.before.domain != $0.after.domain }.map(\.after), on: connection)
            try LinkTrace.record(done.map { .updated($0.before, $0.after, assignment.site) }, assignment, on: connection)
            let changed = Set(done.map(\.after.id))
            let unchanged = links.values.filter { !changed.contains($0.id) && assignment.mayBeUntold($0.updatedAt) }
            let places = Set((done.flatMap { [$0.before, $0.after] } + unchanged).flatMap(\.places))
            return .init(results, followedBy: [.links(places)], isChange: !done.isEmpty)
        }
    }

    private func update(
        _ wanted: Wanted, _ links: [LinkID: Link], _ done: inout [(before: Link, after: Link)], on connection: Connection
    ) throws -> Link {
        guard let before = links[wanted.id] else { throw Refusal.unknownLink }
        var after = try wanted.applied(before)
        guard after != before else { return before }
        do { try Links.update(after, on: connection) } catch {
            let refusal = Refusal.of(error, after)
            guard case Refusal.slugTaken = refusal else { throw refusal }
            throw try Refusal.ofSlug(of: after, on: connection)
        }
        done.append((before, after))
        after.version += 1
        return after
    }
}
