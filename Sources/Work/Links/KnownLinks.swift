import LinkStore
import Model
import Signals
import Store
import Threads

/// Links by their ids, in memory and exact: for those who read them, not for those who change them.
///
/// A copy is good while no change of the link and no click of it is known since before it was read (``Changes``). On this host
/// that is known before the change is answered, on others milliseconds later, as redirects know it. What many threads read at the
/// same moment is one question.
package final class KnownLinks: Sendable {
    private struct Entry {
        var known: WrittenLink
        var change: Changes.Stamp
        var clicks: Changes.Stamp
        /// Monotonic milliseconds.
        var loadedAt: Int
    }

    private struct Question: Sendable {
        var id: LinkID
        var workspace: WorkspaceID
    }

    private let changes: Changes
    private let site: SiteConfiguration
    private let shards: [Monitor<RecentlyUsed<LinkID, Entry>>]
    private let reading: Combiner<Question, Result<Link?, any Error>>

    /// A process that dies between commit and telling tells nobody.
    private static let trustMilliseconds = 10_000
    private static let shardCount = 16
    /// Questions of one statement.
    private static let limit = 64

    /// - Parameter bytes: of all that is kept.
    package init(_ store: Store, _ changes: Changes, _ site: SiteConfiguration, bytes: Int = 8 << 20) {
        (self.changes, self.site) = (changes, site)
        shards = (0..<Self.shardCount).map { _ in Monitor(RecentlyUsed(budget: bytes / Self.shardCount)) }
        reading = Combiner(limit: Self.limit) { Self.read($0, in: store) }
    }

    /// The link; nil where the workspace has none of this id.
    package func find(_ id: LinkID, in workspace: WorkspaceID) throws -> WrittenLink? {
        let shard = shards[Int(truncatingIfNeeded: id.ulid.value) & (Self.shardCount - 1)]
        if let entry = shard.withLock({ $0.use(id) }), isGood(entry) {
            return entry.known.link.workspace == workspace ? entry.known : nil
        }
        // Before the question is asked.
        let (change, clicks) = (changes.stamp(Place.link(id).key), changes.stamp(ofClicksOf: id))
        let loadedAt = monotonicMilliseconds()
        guard let link = try reading.run(Question(id: id, workspace: workspace)).get() else { return nil }
        let known = WrittenLink(link, site)
        shard.withLock { $0.set(id, to: Entry(known: known, change: change, clicks: clicks, loadedAt: loadedAt), cost: known.bytes) }
        return known
    }

    private func isGood(_ entry: Entry) -> Bool {
        changes.isCurrent(entry.change) && changes.isUnchanged(entry.clicks)
            && monotonicMilliseconds() - entry.loadedAt < Self.trustMilliseconds
    }

    private static func read(_ questions: [Question], in store: Store) -> [Result<Link?, any Error>] {
        do {
            var found: [LinkID: Link] = [:]
            try store.read { connection in
                for (workspace, questions) in Dictionary(grouping: questions, by: \.workspace) {
                    found.merge(try Links.find(questions.map(\.id), in: workspace, on: connection)) { first, _ in first }
                }
            }
            return questions.map { question in .success(found[question.id].flatMap { $0.workspace == question.workspace ? $0 : nil }) }
        } catch {
            return questions.map { _ in .failure(error) }
        }
    }
}

extension WrittenLink {
    /// What it takes in memory, at the most.
    fileprivate var bytes: Int { 1200 + 3 * text.count }
}
