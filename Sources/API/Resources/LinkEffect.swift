import JSON
import MariaDB
import Model
import Store

/// What a call does to a link, and the traces that it leaves in the same transaction: an audit entry and an event.
enum LinkEffect {
    /// - Parameter json: the link object, which the answer shows too.
    case created(Link, json: JSON)
    case updated(Link, Link)
    case deleted(Link)

    func traces(_ call: Call) -> (AuditEntry, Event) {
        let site = call.services.site
        switch self {
        case .created(let link, let json):
            return (call.audit(.linkCreated, link.id.description, after: json.withoutNulls), call.event(.linkCreated, data: json))
        case .updated(let before, let after):
            let json = after.json(site)
            let changes = JSON.changes(from: before.json(site), to: json)
            let hasNewPassword = before.settings.passwordHash != after.settings.passwordHash
            return (
                call.audit(
                    .linkUpdated, after.id.description, before: changes.before.masking("password", hasNewPassword),
                    after: changes.after.masking("password", hasNewPassword)),
                call.event(.linkUpdated, data: json, previous: changes.before)
            )
        case .deleted(let link):
            let json = link.json(site)
            return (call.audit(.linkDeleted, link.id.description, before: json.withoutNulls), call.event(.linkDeleted, data: json))
        }
    }
}

extension LinkEffect {
    /// The link, if what led to it does so no longer.
    fileprivate var moved: LinkID? {
        switch self {
        case .created: nil
        case .updated(let before, let after): (before.host, before.slug) == (after.host, after.slug) ? nil : after.id
        case .deleted(let link): link.id
        }
    }
}

extension Call {
    /// Writes the traces of what is done to links, in the transaction that does it. Pages that show a link which is elsewhere now,
    /// or gone, are rendered anew by the next `maskctl page sync`.
    func record(_ effects: [LinkEffect], on connection: MariaDB.Connection) throws {
        let traces = effects.map { $0.traces(self) }
        try AuditLog.insert(traces.map(\.0), on: connection)
        try Events.insert(traces.map(\.1), on: connection)
        let moved = effects.compactMap(\.moved)
        if !moved.isEmpty { try BioPages.moveStamps(ofPagesWith: moved, in: workspace, at: now, on: connection) }
    }
}

extension JSON {
    /// What is there, for a log that is kept for years.
    fileprivate var withoutNulls: JSON {
        guard case .object(let object) = self else { return self }
        return .object(JSONObject(object.members.filter { !$0.value.isNull }))
    }

    /// Tells that a secret has changed, and not what it is.
    fileprivate func masking(_ name: String, _ hasChanged: Bool) -> JSON {
        guard hasChanged, case .object(var object) = self else { return self }
        object[name] = "***"
        return .object(object)
    }
}
