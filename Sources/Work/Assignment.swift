import JSON
import MariaDB
import Model
import Store

/// Who works for which workspace, and when: what each use case is given.
package struct Assignment: Sendable {
    package let office: Office
    package let workspace: Workspace
    package let author: Author
    package let now: Timestamp
    /// Whether the workspace has webhooks that events are sent to, or may have.
    let hasWebhooks: Bool

    package init(
        _ office: Office, for workspace: Workspace, by author: Author, at now: Timestamp = .now(), hasWebhooks: Bool = true
    ) {
        self.office = office
        self.workspace = workspace
        self.author = author
        self.now = now
        self.hasWebhooks = hasWebhooks
    }

    var site: SiteConfiguration { office.site }

    // MARK: What the workspace may have

    /// Refuses more than the workspace may have. Nothing has been done yet.
    package func admit(_ number: Int = 1, of quota: Quota) throws {
        guard try room(for: number, of: quota) < number else { return }
        throw Refusal.quotaExceeded(quota, of: workspace)
    }

    /// How many of so many new ones the workspace may have.
    package func room(for number: Int, of quota: Quota) throws -> Int {
        number == 0 ? 0 : try office.quotas.admit(number, of: quota, in: workspace)
    }

    // MARK: What stands beside a change

    /// An entry for the audit log about what is done.
    /// - Parameters:
    ///   - before: what was, and `after` what is: of a change only the members that differ. Secrets masked.
    func entry(_ action: AuditAction, _ resource: String, before: JSON? = nil, after: JSON? = nil) -> AuditEntry {
        var changes = JSONObject()
        if let before { changes["before"] = before }
        if let after { changes["after"] = after }
        return AuditEntry(
            workspace: workspace.id, at: now, actor: author.actor, action: action.rawValue, resource: resource,
            address: author.address, userAgent: author.userAgent, requestID: author.requestID,
            changes: changes.members.isEmpty ? nil : JSON.object(changes).serialized())
    }

    /// Writes the entry, in the transaction of what is done.
    func record(
        _ action: AuditAction, _ resource: String, before: JSON? = nil, after: JSON? = nil, on connection: Connection
    ) throws(MariaDBError) {
        try connection.execute(AuditLog.insertion(of: entry(action, resource, before: before, after: after)))
    }

    /// Writes an entry about a change: the members that differ, in the transaction of what is done.
    func record(
        _ action: AuditAction, _ resource: String, from old: JSON, to new: JSON, on connection: Connection
    ) throws(MariaDBError) {
        let changes = JSON.changes(from: old, to: new)
        try record(action, resource, before: changes.before, after: changes.after, on: connection)
    }

    /// An event for the outbox about what is done.
    func event(_ type: EventType, data: JSON, previous: JSON? = nil) -> Event {
        .about(type, in: workspace.id, at: now, data: data, previous: previous)
    }

    /// - Parameter data: as it is sent.
    func event(_ type: EventType, written data: [UInt8], previous: JSON? = nil) -> Event {
        .about(type, in: workspace.id, at: now, written: data, previous: previous)
    }

    // MARK: What was done before

    /// Whether copies may live of what was before a change of then.
    package func mayBeUntold(_ time: Timestamp) -> Bool { time > now.adding(seconds: -Self.longestMemory) }

    /// A minute that a copy is trusted, as long as a commit may take, and what clocks of two hosts may be apart; in seconds.
    private static let longestMemory = 300
}
