import DeliveryStore
import JSON
import LinkStore
import MariaDB
import Model
import Store

/// The traces that what is done to a link leaves in the same transaction: an audit entry and an event.
struct LinkTrace {
    private let action: AuditAction
    private let type: EventType
    private let link: Link
    /// The link object, as the event tells it.
    private let text: [UInt8]
    /// For the audit log.
    private var before: JSON?
    private var after: JSON?
    /// What was, of what an event says is different now.
    private var previous: JSON?
    /// What led to the link does so no longer.
    private var hasMoved = false

    static func created(_ made: WrittenLink, _ site: SiteConfiguration) -> LinkTrace {
        LinkTrace(
            action: .linkCreated, type: .linkCreated, link: made.link, text: made.text, after: RecordedLink.stored(made.link, site))
    }

    /// To who keeps a copy of the links it is one more.
    static func restored(_ link: Link, _ site: SiteConfiguration) -> LinkTrace {
        LinkTrace(
            action: .linkRestored, type: .linkCreated, link: link, text: link.text(site), after: RecordedLink.stored(link, site),
            hasMoved: true)
    }

    static func updated(_ before: Link, _ after: Link, _ site: SiteConfiguration) -> LinkTrace {
        let json = after.json(site)
        let changes = JSON.changes(from: before.json(site), to: json)
        let hasNewPassword = before.settings.passwordHash != after.settings.passwordHash
        return LinkTrace(
            action: .linkUpdated, type: .linkUpdated, link: after, text: json.serialized(),
            before: changes.before.masking("password", hasNewPassword), after: changes.after.masking("password", hasNewPassword),
            previous: changes.before, hasMoved: before.place != after.place)
    }

    static func deleted(_ link: Link, _ site: SiteConfiguration) -> LinkTrace {
        LinkTrace(
            action: .linkDeleted, type: .linkDeleted, link: link, text: link.text(site), before: RecordedLink.stored(link, site),
            hasMoved: true)
    }

    func entries(_ assignment: Assignment) -> (AuditEntry, Event) {
        (
            assignment.entry(action, link.id.description, before: before, after: after),
            assignment.event(type, written: text, previous: previous)
        )
    }

    /// Writes the traces, in the transaction of what is done. Pages that show a link which is elsewhere now, or gone, are
    /// rendered anew by the next `maskctl page sync`.
    static func record(_ traces: [LinkTrace], _ assignment: Assignment, on connection: Connection) throws {
        let written = traces.map { $0.entries(assignment) }
        try AuditLog.insert(written.map(\.0), on: connection)
        try Events.insert(written.map(\.1), on: connection)
        let moved = traces.filter(\.hasMoved).map(\.link.id)
        if !moved.isEmpty {
            try BioPages.moveStamps(ofPagesWith: moved, in: assignment.workspace.id, at: assignment.now, on: connection)
        }
    }
}

extension JSON {
    /// Tells that a secret has changed, and not what it is.
    fileprivate func masking(_ name: String, _ hasChanged: Bool) -> JSON {
        guard hasChanged, case .object(var object) = self else { return self }
        object[name] = "***"
        return .object(object)
    }
}
