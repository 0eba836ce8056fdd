import Access
import Crypto
import HTTP
import Model
import Store
import Work

/// The Idempotency-Key of a POST (draft-ietf-httpapi-idempotency-key-header): the same request sent again gets the answer of
/// the first, and has no second effect.
///
/// The answer is stored in the transaction of the change. So neither a crash nor a copy that runs at the same time can come
/// between the two. Refusals are not stored: they have changed nothing, and a retry is welcome to succeed.
package struct Idempotency {
    package let digest: [UInt8]
    package let fingerprint: [UInt8]
    private let workspace: WorkspaceID
    /// What encrypts what is secret in an answer, and is stored nowhere: the caller's own API key, or the Idempotency-Key of
    /// somebody who is signed in, whose cookie may be another by the second time, with the installation's key.
    private let secret: String

    package /// - Parameter secretKey: of the installation.
    init?(_ request: Request, _ principal: Principal, _ secretKey: String) throws(Problem) {
        guard let key = request.fields.idempotencyKey else { return nil }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .invalidRequest("Send one Idempotency-Key of 1 to 255 visible ASCII characters, such as a UUID.")
        }
        digest = sha256(principal.key == nil ? "\(principal.actor) \(key)" : key)
        fingerprint = sha256(Array("\(request.method.rawValue) \(request.path)?\(request.query)\n".utf8) + request.body)
        workspace = principal.workspace.id
        // The scheme has no case.
        secret = principal.key == nil ? key + secretKey : String((request.fields.authorization ?? "").dropFirst("Bearer ".count))
    }

    /// What stores the answer beside the change.
    package func receipt(_ call: Call) -> Receipt<Answer> {
        Receipt(place: place(at: call.now)) { try record(of: $0, followedBy: $1, call) }
    }

    private func record(of answer: Answer, followedBy effects: [Effect], _ call: Call) throws -> IdempotentAnswer {
        let body = call.dialect.body(of: answer)
        let stored = IdempotentAnswer(
            workspace: workspace, digest: digest, fingerprint: fingerprint, status: answer.status,
            location: answer[.location], entityTag: answer[.eTag],
            body: answer.isSecret ? try seal(body, secret: secret) : body, isSealed: answer.isSecret, effects: effects.stored,
            createdAt: call.now)
        if let size = stored.countedSize { call.services.office.quotas.add(size, of: .idempotencyBytes, in: workspace) }
        return stored
    }

    private func place(at now: Timestamp) -> IdempotentAnswer {
        IdempotentAnswer(workspace: workspace, digest: digest, fingerprint: fingerprint, createdAt: now)
    }

    package func replay(_ stored: IdempotentAnswer) throws -> Answer {
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
    package func replaying(_ handler: () throws -> Answer) throws -> Answer {
        guard let idempotency else { return try handler() }
        do {
            return try handler()
        } catch {
            guard !(error is RateRefusal), let stored = try stored(idempotency) else { throw error }
            let answer = try idempotency.replay(stored)
            // The first time may have ended between the change and what follows it.
            if assignment.mayBeUntold(stored.createdAt) { carryOut([Effect](stored: stored.effects)) }
            return answer
        }
    }

    /// Makes a change, with the answer that is made of what it comes to.
    package func commit<Value>(_ change: Change<Value>, _ answer: @escaping (Value) throws -> Answer) throws -> Answer {
        if idempotency != nil { try admitAnswer() }
        let outcome = try change.map(answer).make(with: idempotency?.receipt(self))
        var answer = outcome.value
        answer.isChange = outcome.isChange
        return answer
    }

    package func carryOut(_ effects: [Effect]) { services.office.effects.carryOut(effects) }

    /// How long the answer will be is not known yet: there is room for it where there is any.
    private func admitAnswer() throws {
        let workspace = principal.workspace
        guard try services.office.quotas.used(.idempotencyBytes, in: workspace) < workspace.limit(of: .idempotencyBytes) else {
            throw Problem.quotaExceeded(.idempotencyBytes, of: workspace)
        }
    }

    private func stored(_ idempotency: Idempotency) throws -> IdempotentAnswer? {
        try services.store.read { try IdempotencyKeys.find(digest: idempotency.digest, in: workspace, at: now, on: $0) }
    }
}
