import Crypto
import JSON
import MariaDB
import Model
import Store

/// What can be done to keys, over the API and with `maskctl` alike. Each runs in the caller's transaction, with its audit
/// entry; ``Effect/access(_:)`` makes it hold everywhere once that is committed.
package enum KeyChanges {
    package static func create(_ key: APIKey, _ text: APIKeyText, by author: Author, on connection: Connection) throws {
        try APIKeys.create(key, digest: sha256(text.text), on: connection)
        try connection.execute(AuditLog.insertion(of: author.entry(
            .keyCreated, key.id.description, in: key.workspace, at: key.createdAt, after: key.json)))
    }

    package static func update(_ before: APIKey, to after: APIKey, by author: Author, at now: Timestamp, on connection: Connection) throws {
        try APIKeys.update(after, on: connection)
        let changes = JSON.changes(from: before.json, to: after.json)
        try connection.execute(AuditLog.insertion(of: author.entry(
            .keyUpdated, after.id.description, in: after.workspace, at: now, before: changes.before, after: changes.after)))
    }

    package static func revoke(_ key: APIKey, by author: Author, at now: Timestamp, on connection: Connection) throws {
        var ended = key
        ended.revokedAt = now
        try APIKeys.update(ended, on: connection)
        try connection.execute(AuditLog.insertion(of: author.entry(
            .keyRevoked, key.id.description, in: key.workspace, at: now, before: key.json)))
    }

    /// Puts a successor in a key's place. The old one works on for the overlap, but not beyond its own end; without an
    /// overlap it ends now.
    package static func rotate(
        _ key: APIKey, to successor: APIKey, _ text: APIKeyText, overlapSeconds: Int, by author: Author, at now: Timestamp,
        on connection: Connection
    ) throws {
        var old = key
        (old.rotatedAt, old.successor) = (now, successor.id)
        if overlapSeconds > 0 {
            let end = now.adding(seconds: overlapSeconds)
            old.expiresAt = min(key.expiresAt ?? end, end)
        } else {
            old.revokedAt = now
        }
        try APIKeys.update(old, on: connection)
        try APIKeys.create(successor, digest: sha256(text.text), on: connection)
        try connection.execute(AuditLog.insertion(of: author.entry(
            .keyRotated, key.id.description, in: key.workspace, at: now, before: key.json, after: successor.json)))
    }
}
