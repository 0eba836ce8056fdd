import Crypto
import JSON
import MariaDB
import Model
import Store
import Text

/// What can be done to domains, over the API and with `maskctl` alike. Each runs in the caller's transaction, with its audit
/// entry.
package enum DomainChanges {
    /// What a TXT record has to say: 128 bits, so that nobody finds it there by chance.
    package static func token() throws -> String { hexadecimal(try randomBytes(16)) }

    package static func create(_ domain: Domain, by author: Author, on connection: Connection) throws {
        try Domains.create(domain, on: connection)
        try record(.domainCreated, domain, after: domain.recorded, by: author, at: domain.createdAt, on: connection)
    }

    package static func update(
        _ before: Domain, to after: Domain, _ action: AuditAction, by author: Author, at now: Timestamp,
        on connection: Connection
    ) throws {
        try Domains.update(after, on: connection)
        let changes = JSON.changes(from: before.recorded, to: after.recorded)
        try record(action, after, before: changes.before, after: changes.after, by: author, at: now, on: connection)
    }

    package static func delete(_ domain: Domain, by author: Author, at now: Timestamp, on connection: Connection) throws {
        try Domains.delete(domain, on: connection)
        try record(.domainDeleted, domain, before: domain.recorded, by: author, at: now, on: connection)
    }

    private static func record(
        _ action: AuditAction, _ domain: Domain, before: JSON? = nil, after: JSON? = nil, by author: Author, at now: Timestamp,
        on connection: Connection
    ) throws {
        guard let workspace = domain.workspace else { return }
        try connection.execute(AuditLog.insertion(of: author.entry(
            action, domain.id.description, in: workspace, at: now, before: before, after: after)))
    }
}
