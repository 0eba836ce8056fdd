import MariaDB
import Model
import Threads

/// Commits what many threads want to commit at the same moment as one transaction: a durable commit costs the server the same
/// for one change or for fifty, and a statement that is executed for fifty rows little more than for one.
///
/// Each change is as if it were made by itself: where one is refused, all of them are made again, each by itself, and nobody
/// hears of what is wrong with another's. A workspace whose change was the one commits by itself for the next second.
public final class Commits: Sendable {
    private enum Outcome: Sendable {
        case made
        /// - Parameter isBegun: the server was asked: where the connection was lost nobody knows what came of it.
        case failed(any Error, isBegun: Bool)
        /// Nothing was done, because of this change or another: each is made by itself.
        case spoiled
    }

    private struct Spoiled: Error {}

    private let store: Store
    private let combiner: Combiner<[SQL], Outcome>
    /// Workspaces that commit by themselves, and until when.
    private let loners = Monitor<[WorkspaceID: Deadline]>([:])

    /// Changes of one transaction at the most: of the longest links that is a megabyte or two.
    private static let limit = 64
    private static let lonerMilliseconds = 1000
    private static let lonerLimit = 1000

    public init(_ store: Store) {
        self.store = store
        combiner = Combiner(limit: Self.limit) { Self.commitTogether($0, in: store) }
    }

    /// Makes a change whose statements are known before.
    /// - Parameters:
    ///   - refusal: what is thrown in place of an error of the database, which is then final.
    ///   - follow: what follows the change, as of ``Store/write(_:then:)``.
    public func make(
        _ statements: [SQL], of workspace: WorkspaceID?, refusal: (MariaDBError) -> (any Error)? = { _ in nil },
        then follow: () -> Void = {}
    ) throws {
        if isLoner(workspace) { return try makeAlone(statements, refusal, follow) }
        switch combiner.run(statements) {
        case .made: follow()
        case .failed(let error, let isBegun):
            if isBegun, (error as? MariaDBError)?.isConnectionLost == true { follow() }
            throw error
        case .spoiled:
            do { try makeAlone(statements, refusal, follow) } catch {
                note(workspace)
                throw error
            }
        }
    }

    private func makeAlone(_ statements: [SQL], _ refusal: (MariaDBError) -> (any Error)?, _ follow: () -> Void) throws {
        try store.write({ connection in
            do throws(MariaDBError) { try connection.executeAtomically(statements) } catch { throw refusal(error) ?? error }
        }, then: follow)
    }

    private static func commitTogether(_ changes: [[SQL]], in store: Store) -> [Outcome] {
        let outcome: Outcome
        var isBegun = false
        do {
            try store.write { connection in
                isBegun = true
                do {
                    if changes.count == 1 { try connection.executeAtomically(changes[0]) } else { try connection.executeTogether(changes) }
                } catch let error as MariaDBError where error.isTransient {
                    throw Spoiled()  // not again here: what one waits for would hold up all
                }
            }
            outcome = .made
        } catch is Spoiled {
            outcome = .spoiled
        } catch {
            // Of several changes nobody knows whose fault it is. Of a connection that was lost, or was none, it is everybody's.
            let isLost = (error as? MariaDBError).map { $0.isConnectionLost && !$0.neverArrived } ?? false
            outcome = changes.count == 1 || isLost || !isBegun ? .failed(error, isBegun: isBegun) : .spoiled
        }
        return changes.map { _ in outcome }
    }

    // MARK: Who commits by itself

    private func isLoner(_ workspace: WorkspaceID?) -> Bool {
        guard let workspace else { return false }
        return loners.withLock { $0[workspace].map { !$0.hasPassed } ?? false }
    }

    private func note(_ workspace: WorkspaceID?) {
        guard let workspace else { return }
        loners.withLock { loners in
            if loners.count >= Self.lonerLimit { loners = loners.filter { !$0.value.hasPassed } }
            if loners.count < Self.lonerLimit { loners[workspace] = .after(milliseconds: Self.lonerMilliseconds) }
        }
    }
}
