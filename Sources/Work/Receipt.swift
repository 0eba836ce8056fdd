import Model
import Store

/// The answer that an Idempotency-Key remembers, stored in the transaction of the change: so neither a crash nor a copy of the
/// request that runs at the same time can come between the two.
package struct Receipt<Value> {
    /// Taken before the outcome is known: a copy of the request waits there.
    let place: IdempotentAnswer
    /// As it is stored, of what the change has come to and what follows it.
    let answer: (Value, [Effect]) throws -> IdempotentAnswer

    package init(place: IdempotentAnswer, answer: @escaping (Value, [Effect]) throws -> IdempotentAnswer) {
        self.place = place
        self.answer = answer
    }

    /// Makes room where the answer that is there is too old.
    /// - Returns: whether there is room; else the request has been answered before.
    func makeRoom(in store: Store) throws -> Bool {
        try store.write {
            try IdempotencyKeys.forget(digest: place.digest, in: place.workspace, at: place.createdAt, on: $0)
        }
        return try store.read {
            try IdempotencyKeys.find(digest: place.digest, in: place.workspace, at: place.createdAt, on: $0)
        } == nil
    }
}
