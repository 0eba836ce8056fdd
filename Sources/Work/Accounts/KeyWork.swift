import Crypto
import Model
import Store

/// What is done to API keys. ``Effect/access(_:)`` makes it hold on every worker of every host before it is answered.
package struct KeyWork {
    let assignment: Assignment

    package init(_ assignment: Assignment) { self.assignment = assignment }

    /// A key with its text, which is stored nowhere and shown once.
    package typealias Shown = (key: APIKey, text: APIKeyText)

    /// - Parameter wanted: all but what its text says.
    package func create(_ wanted: APIKey) throws -> Change<Shown> {
        try Self.requireScopes(of: wanted)
        try assignment.admit(of: .apiKeys)
        let text = APIKeyText.random(isTest: wanted.isTest)
        var key = wanted
        key.hint = text.hint
        let made = key
        return Change(assignment) { connection in
            try APIKeys.create(made, digest: sha256(text.text), on: connection)
            try assignment.record(.keyCreated, made.id.description, after: made.json, on: connection)
            return .init((made, text))
        }
    }

    /// - Parameter after: the key as it should be; the same where there is nothing to change.
    package func update(_ before: APIKey, to after: APIKey) throws -> Change<APIKey> {
        try Self.requireScopes(of: after)
        guard after.json != before.json else { return .nothing(assignment, before, since: nil, [.access(before.workspace)]) }
        return Change(assignment) { connection in
            try APIKeys.update(after, on: connection)
            try assignment.record(.keyUpdated, after.id.description, from: before.json, to: after.json, on: connection)
            var made = after
            made.version += 1
            return .init(made, followedBy: [.access(after.workspace)])
        }
    }

    /// Puts a successor in a key's place. The old one works on for the overlap, but not beyond its own end; without an overlap
    /// it ends now.
    /// - Parameter bounded: what the successor is beyond that.
    package func rotate(
        _ key: APIKey, overlapSeconds: Int, bounded: (inout APIKey) -> Void = { _ in }
    ) throws -> Change<Shown> {
        if let successor = key.successor { throw Refusal.alreadyRotated(successor: successor) }
        guard key.isActive(at: assignment.now) else { throw Refusal.keyExpired }
        let text = APIKeyText.random(isTest: key.isTest)
        var next = key.rotated(text, at: assignment.now)
        bounded(&next)
        let successor = next
        let old = ended(key, successor, overlapSeconds)
        return Change(assignment) { connection in
            try APIKeys.update(old, on: connection)
            try APIKeys.create(successor, digest: sha256(text.text), on: connection)
            try assignment.record(.keyRotated, key.id.description, before: key.json, after: successor.json, on: connection)
            return .init((successor, text), followedBy: [.access(key.workspace)])
        }
    }

    private func ended(_ key: APIKey, _ successor: APIKey, _ overlapSeconds: Int) -> APIKey {
        var old = key
        (old.rotatedAt, old.successor) = (assignment.now, successor.id)
        if overlapSeconds > 0 {
            let end = assignment.now.adding(seconds: overlapSeconds)
            old.expiresAt = min(key.expiresAt ?? end, end)
        } else {
            old.revokedAt = assignment.now
        }
        return old
    }

    /// Nobody changes keys, members or the workspace with a test key.
    private static func requireScopes(of key: APIKey) throws {
        guard key.isTest, let scope = key.scopes.subtracting(.ofTestKeys).list.first else { return }
        throw Refusal.scopeOfLiveKeys(scope)
    }

    package func revoke(_ key: APIKey) -> Change<Void> {
        var ended = key
        ended.revokedAt = assignment.now
        let revoked = ended
        return Change(assignment) { connection in
            try APIKeys.update(revoked, on: connection)
            try assignment.record(.keyRevoked, key.id.description, before: key.json, on: connection)
            return .init((), followedBy: [.access(key.workspace)])
        }
    }
}
