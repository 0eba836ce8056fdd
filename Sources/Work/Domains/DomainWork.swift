import Crypto
import LinkStore
import MariaDB
import Model
import Store
import Text

/// What is done to custom domains.
package struct DomainWork {
    let assignment: Assignment

    package init(_ assignment: Assignment) { self.assignment = assignment }

    /// Names a host, which then waits for the proof that it is the workspace's.
    package func create(_ host: String, _ settings: DomainSettings) throws -> Change<Domain> {
        if let owner = try assignment.office.store.read({ try Domains.find(host: host, on: $0) }) {
            throw owner.workspace == assignment.workspace.id ? Refusal.domainExists(host) : .domainTaken(host)
        }
        try assignment.admit(of: .domains)
        var domain = Domain(
            id: .new(), workspace: assignment.workspace.id, host: host, status: .pending, token: try Self.token(),
            createdAt: assignment.now)
        domain.settings = settings
        return creation(domain)
    }

    /// What a TXT record has to say: 128 bits, so that nobody finds it there by chance.
    private static func token() throws -> String { hexadecimal(try randomBytes(16)) }

    /// Gives a host to the workspace: the sysadmin vouches for it. One that waits there already is verified.
    package func vouch(for host: HostName) throws -> Change<Domain> {
        let waiting = try assignment.office.store.read {
            try Domains.find(host: host.text, in: assignment.workspace.id, on: $0)
        }
        guard let waiting else {
            try assignment.admit(of: .domains)
            return creation(Domain(
                id: .new(), workspace: assignment.workspace.id, host: host.text, createdAt: assignment.now))
        }
        guard waiting.status == .pending else { throw Refusal.domainExists(host.text) }
        var domain = waiting
        (domain.status, domain.verifiedAt) = (.verified, assignment.now)
        return write(waiting, to: domain, .domainVerified)
    }

    /// Sets what visitors of a domain get who follow no link that works. Of the host that all workspaces share: ``Office/set(_:ofShared:)``.
    package func set(_ settings: DomainSettings, of before: Domain) -> Change<Domain> {
        guard settings != before.settings else {
            return .nothing(assignment, before, since: before.updatedAt, [.domain(before.host)])
        }
        var after = before
        after.settings = settings
        return write(before, to: after, .domainUpdated)
    }

    /// Notes what an inspection of its DNS records has found. Once a domain is verified it stays so: records come and go with
    /// a provider's mistakes.
    package func note(_ check: DomainCheck, of before: Domain) -> Change<Domain> {
        var after = before
        after.check = check
        if before.status == .pending, check.ownership == .found { (after.status, after.verifiedAt) = (.verified, check.at) }
        return write(before, to: after, after.status == before.status ? .domainChecked : .domainVerified)
    }

    /// Takes a host from its workspace, so that another may have it. What was deleted on it cannot be restored from then on.
    package func delete(_ domain: Domain) throws -> Change<Void> {
        let store = assignment.office.store
        guard try !store.read({ try Domains.isUsed(domain.id, by: assignment.workspace.id, on: $0) }) else { throw Refusal.domainInUse(domain.host) }
        try purgeDeleted(on: domain)
        return Change(assignment) { connection in
            try Domains.delete(domain, on: connection)
            try assignment.record(.domainDeleted, domain.id.description, before: domain.recorded, on: connection)
            return .init((), followedBy: [.domain(domain.host)])
        }.otherwise { error in
            throw (error as? MariaDBError)?.code == .rowIsReferenced ? Refusal.domainInUse(domain.host) : error
        }
    }

    /// In pieces: it may be much.
    private func purgeDeleted(on domain: Domain) throws {
        let (store, bin) = (assignment.office.store, assignment.workspace.id.bin)
        while true {
            let (links, pages) = try store.read { connection in
                let things = try DeletedObjects.things(on: domain.id, in: bin, on: connection)
                let pages = try things.pages.compactMap { try BioPages.find($0, in: bin, on: connection) }
                return (try Links.find(things.links, in: bin, on: connection).values.sorted { $0.id < $1.id }, pages)
            }
            guard !(links.isEmpty && pages.isEmpty) else { return }
            if !links.isEmpty { try LinkWork(assignment).purge(links).make() }
            for page in pages { try PageWork(assignment).purge(page).make() }
        }
    }

    // MARK: Parts

    private func creation(_ domain: Domain) -> Change<Domain> {
        Change(assignment) { connection in
            try Domains.create(domain, on: connection)
            try assignment.record(.domainCreated, domain.id.description, after: domain.recorded, on: connection)
            return .init(domain, followedBy: domain.status == .verified ? [.domain(domain.host)] : [])
        }.otherwise { throw Self.refusal(of: $0, domain) }
    }

    private func write(_ before: Domain, to wanted: Domain, _ action: AuditAction) -> Change<Domain> {
        var changed = wanted
        changed.updatedAt = assignment.now
        let after = changed
        return Change(assignment) { connection in
            try Domains.update(after, on: connection)
            try assignment.record(action, after.id.description, from: before.recorded, to: after.recorded, on: connection)
            var made = after
            made.version += 1
            return .init(made, followedBy: [.domain(after.host)])
        }.otherwise { throw Self.refusal(of: $0, after) }
    }

    private static func refusal(of error: any Error, _ domain: Domain) -> any Error {
        guard let server = error as? MariaDBError else { return error }
        if server.isDuplicate(of: "workspace_host") { return Refusal.domainExists(domain.host) }
        return server.isDuplicate(of: "verified_host") ? Refusal.domainTaken(domain.host) : error
    }
}

extension Office {
    /// The host that all workspaces share is in no workspace's audit log.
    package func set(_ settings: DomainSettings, ofShared domain: Domain) throws {
        var changed = domain
        (changed.settings, changed.updatedAt) = (settings, .now())
        let after = changed
        try Change<Void>(self) { connection in
            try Domains.update(after, on: connection)
            return .init((), followedBy: [.domain(after.host)])
        }.make()
    }
}
