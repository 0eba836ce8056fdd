import MariaDB
import Threads

/// Commits what many threads want to commit at the same moment as one transaction: a durable commit costs the server the same
/// for one change or for fifty, and a statement that is executed for fifty rows little more than for one.
///
/// Each change is as if it were made by itself: where one is refused, all of them are made again, each by itself, and nobody
/// hears of what is wrong with another's.
public final class Commits: Sendable {
    private enum Outcome: Sendable {
        case made
        case failed(any Error)
        /// Nothing was done, because of this change or another: each is made by itself.
        case spoiled
    }

    private struct Spoiled: Error {}

    private let store: Store
    private let combiner: Combiner<[SQL], Outcome>

    /// Changes of one transaction at the most: of the longest links that is a megabyte or two.
    private static let limit = 64

    public init(_ store: Store) {
        self.store = store
        combiner = Combiner(limit: Self.limit) { Self.make($0, in: store) }
    }

    /// Makes a change whose statements are known before.
    /// - Parameter follow: what follows it, as of ``Store/write(_:then:)``.
    public func make(_ statements: [SQL], then follow: () -> Void = {}) throws {
        switch combiner.run(statements) {
        case .made?: follow()
        case .failed(let error)?:
            if (error as? MariaDBError)?.isConnectionLost == true { follow() }
            throw error
        case .spoiled?, nil: try store.write({ try $0.executeAtomically(statements) }, then: follow)
        }
    }

    private static func make(_ changes: [[SQL]], in store: Store) -> [Outcome] {
        let outcome: Outcome
        do {
            try store.write { connection in
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
            // Of several nobody knows whose fault it is; of a connection that was lost everybody's.
            let isLost = (error as? MariaDBError).map { $0.isConnectionLost && !$0.neverArrived } ?? false
            outcome = changes.count == 1 || isLost ? .failed(error) : .spoiled
        }
        return changes.map { _ in outcome }
    }
}
