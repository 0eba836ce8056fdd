import HTTP
import Model
import Store
import Work

// nginx asks a second worker when the first dies, and what the first was asked may have been done: it is the same request then,
// and nobody may have been told of it.
extension Call {
    /// No request that nginx repeats was made before.
    package var repetitionsBegin: Timestamp { Timestamp(milliseconds: request.receivedMilliseconds - 1000) }

    /// What this very request has done before: not earlier than nginx received it, which is the same time on every attempt.
    package func earlierChanges() throws -> [EarlierChange] { try assignment.earlierChanges(since: repetitionsBegin) }

    /// Deletes what the path names. Where it is not there, this very request may have deleted it.
    /// - Parameter deletion: gives the change, or refuses.
    package func delete<Kind, Thing>(
        _ name: String, _ action: AuditAction, find: (Identifier<Kind>, Store.Connection) throws -> Thing?,
        _ deletion: (Thing) throws -> Change<Void>
    ) throws -> Answer {
        let id: Identifier<Kind> = try identifier()
        return try retrying(name) {
            guard let thing = try services.store.read({ try find(id, $0) }) else {
                try requireEarlier(action, id.description)
                return .noContent
            }
            return try commit(deletion(thing)) { .noContent }
        }
    }

    /// Whether what the path names waits to be restored. Where it does not, this very request may have restored it.
    /// - Parameter find: whether it lies in the bin.
    /// - Throws: 404 where neither is so.
    package func isDeleted<Kind>(
        _ action: AuditAction, _ id: Identifier<Kind>, find: (Identifier<Kind>, Store.Connection) throws -> Bool
    ) throws -> Bool {
        if try services.store.read({ try find(id, $0) }) { return true }
        // With an Idempotency-Key the first answer is stored.
        guard idempotency == nil else { throw Problem.notFound() }
        try requireEarlier(action, id.description)
        return false
    }

    /// Whether what is deleted is purged, too: `?purge=true`.
    package func isPurged() throws -> Bool {
        var query = try query()
        let isPurged = try query.bool("purge") ?? false
        try query.finish()
        return isPurged
    }

    /// What this very request has done before is followed by what follows it, for who was not told.
    /// - Throws: 404 where it has not.
    private func requireEarlier(_ action: AuditAction, _ resource: String) throws {
        let earlier = try earlierChanges()
        guard earlier.contains(where: { $0.action == action && $0.resource == resource }) else { throw Problem.notFound() }
        carryOut(earlier.effects)
    }
}
