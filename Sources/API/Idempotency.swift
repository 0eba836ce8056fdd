import Access
import Crypto
import HTTP
import MariaDB
import Model
import Store
import Work

/// The Idempotency-Key of a POST (draft-ietf-httpapi-idempotency-key-header): the same request sent again gets the answer of
/// the first, and has no second effect.
///
/// The answer is stored in the transaction of the change. So neither a crash nor a copy that runs at the same time can come
/// between the two. Refusals are not stored: they have changed nothing, and a retry is welcome to succeed.
struct Idempotency {
    let digest: [UInt8]
    let fingerprint: [UInt8]
    private let workspace: WorkspaceID
    /// The caller's own API key, which the server does not store: it encrypts what is secret in an answer.
    private let secret: String

    init?(_ request: Request, _ principal: Principal) throws(Problem) {
        guard let key = request.fields.idempotencyKey else { return nil }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .invalidRequest("Send one Idempotency-Key of 1 to 255 visible ASCII characters, such as a UUID.")
        }
        digest = sha256(key)
        fingerprint = sha256(Array("\(request.method.rawValue) \(request.path)?\(request.query)\n".utf8) + request.body)
        workspace = principal.workspace.id
        secret = String((request.fields.authorization ?? "").dropFirst("Bearer ".count))  // the scheme has no case
    }

    /// The answer as it is stored.
    func record(of answer: Answer, _ call: Call) throws -> IdempotentAnswer {
        let body = call.dialect.body(of: answer)
        let stored = IdempotentAnswer(
            workspace: workspace, digest: digest, fingerprint: fingerprint, status: answer.status,
            location: answer[.location], entityTag: answer[.eTag],
            body: answer.isSecret ? try seal(body, secret: secret) : body, isSealed: answer.isSecret, effects: answer.effects.stored,
            createdAt: call.now)
        if let size = stored.countedSize { call.services.quotas.add(size, of: .idempotencyBytes, in: workspace) }
        return stored
    }

    /// The place that is taken before the answer is known.
    func place(at now: Timestamp) -> IdempotentAnswer {
        IdempotentAnswer(workspace: workspace, digest: digest, fingerprint: fingerprint, createdAt: now)
    }

    func replay(_ stored: IdempotentAnswer) throws -> Answer {
        guard stored.fingerprint == fingerprint else { throw Problem.idempotencyKeyReused() }
        guard let body = stored.isSealed ? try unseal(stored.body, secret: secret) : stored.body else {
            throw Problem.idempotencyKeyReused("Send the request with the API key that it was made with; its answer has a secret in it.")
        }
        var answer = Answer(status: stored.status, content: .replayed(body), fields: [.init(.idempotentReplayed, "true")])
        if let location = stored.location { answer.fields.append(.init(.location, location)) }
        if let tag = stored.entityTag { answer.fields.append(.init(.eTag, tag)) }
        return answer
    }
}

extension Call {
    /// Runs a handler; where it refuses or its outcome is unknown, an answer that is stored under the request's
    /// Idempotency-Key goes before: what was done once may well be refused the second time.
    func replaying(_ handler: () throws -> Answer) throws -> Answer {
        guard let idempotency else { return try handler() }
        do {
            return try handler()
        } catch {
            guard !(error is RateRefusal), let stored = try stored(idempotency) else { throw error }
            let answer = try idempotency.replay(stored)
            // The first time may have ended between the change and what follows it.
            if mayBeUntold(stored.createdAt) { carryOut([Effect](stored: stored.effects)) }
            return answer
        }
    }

    /// Makes a change of which the answer is known before: one transaction in one round trip.
    func commit(_ answer: Answer, _ statements: [SQL]) throws -> Answer {
        let claim = try idempotency.map { [IdempotencyKeys.insertion(of: try $0.record(of: answer, self))] } ?? []
        return try committed { connection, known in
            known = answer.effects
            try connection.executeAtomically(claim + statements)
            return answer.changed
        }
    }

    /// Makes a change of which the answer is known only when it is made: one transaction.
    func commit(_ change: (Connection) throws -> Answer) throws -> Answer {
        try committed { connection, known in
            try connection.transaction { connection in
                guard let idempotency else {
                    let answer = try change(connection)
                    known = answer.effects
                    return answer.changed
                }
                try connection.execute(IdempotencyKeys.insertion(of: idempotency.place(at: now)))
                let answer = try change(connection)
                known = answer.effects
                try IdempotencyKeys.complete(try idempotency.record(of: answer, self), on: connection)
                return answer.changed
            }
        }
    }

    /// The answer where there is nothing to change.
    /// - Parameter time: of the last change; nil where that is not known. The same request sent before may have made it, and
    ///   neither it nor its connection lived to tell: so it is told again for as long as copies of what was before may live.
    func unchanged(_ answer: Answer, since time: Timestamp?, _ effects: Effect...) -> Answer {
        if time.map(mayBeUntold) ?? true { carryOut(effects) }
        return answer
    }

    /// Whether copies may live of what was before a change of then.
    func mayBeUntold(_ time: Timestamp) -> Bool { time > now.adding(seconds: -Self.longestMemory) }

    /// A minute that a copy is trusted, as long as a commit may take, and what clocks of two hosts may be apart; in seconds.
    private static let longestMemory = 300

    func carryOut(_ effects: [Effect]) { services.effects.carryOut(effects) }

    /// Runs a transaction and carries out what follows it: once it is committed, or where it may have been, because the
    /// connection was lost.
    private func committed(_ body: (Connection, inout [Effect]) throws -> Answer) throws -> Answer {
        var effects: [Effect] = []
        func write() throws -> Answer {
            try services.store.write({ connection in
                do {
                    return try body(connection, &effects)
                } catch let error as MariaDBError where error.code == .lockWaitTimeout && idempotency != nil {
                    throw Problem.idempotencyKeyInUse()  // a copy of this request has not ended
                }
            }, then: { carryOut(effects + (principal.hasWebhooks ? [.sender] : [])) })
        }
        guard let idempotency else { return try write() }
        try admitAnswer()
        do {
            return try write()
        } catch let error as MariaDBError where error.isIdempotencyKeyTaken {
            // The answer is there and `replaying` finds it, or it was too old.
            try services.store.write { try IdempotencyKeys.forget(digest: idempotency.digest, in: workspace, at: now, on: $0) }
            guard try stored(idempotency) == nil else { throw error }
            return try write()
        }
    }

    /// How long the answer will be is not known yet: there is room for it where there is any.
    private func admitAnswer() throws {
        let workspace = principal.workspace
        guard try services.quotas.used(.idempotencyBytes, in: workspace) < workspace.limit(of: .idempotencyBytes) else {
            throw Problem.quotaExceeded(.idempotencyBytes, of: workspace)
        }
    }

    private func stored(_ idempotency: Idempotency) throws -> IdempotentAnswer? {
        try services.store.read { try IdempotencyKeys.find(digest: idempotency.digest, in: workspace, at: now, on: $0) }
    }
}

extension Answer {
    fileprivate var changed: Answer {
        var answer = self
        answer.isChange = isChange ?? true
        return answer
    }
}
