import JSON
import MariaDB
import Model
import Store

/// What a call does to a link, and the traces that it leaves in the same transaction: an audit entry and an event.
package enum LinkTrace {
    /// - Parameter json: the link object, which the answer shows too.
    case created(Link, json: JSON)
    case updated(Link, Link)
    case deleted(Link)

    func entries(by author: Author, at now: Timestamp, _ site: SiteConfiguration) -> (AuditEntry, Event) {
        func traces(_ action: AuditAction, _ type: EventType, _ link: Link, _ json: JSON, before: JSON?, after: JSON?, previous: JSON? = nil)
            -> (AuditEntry, Event)
        {
            (
                author.entry(action, link.id.description, in: link.workspace, at: now, before: before, after: after),
                .about(type, in: link.workspace, at: now, data: json, previous: previous)
            )
        }
        switch self {
        case .created(let link, let json):
            return traces(.linkCreated, .linkCreated, link, json, before: nil, after: json.withoutNulls)
        case .updated(let before, let after):
            let json = after.json(site)
            let changes = JSON.changes(from: before.json(site), to: json)
            let hasNewPassword = before.settings.passwordHash != after.settings.passwordHash
            return traces(
                .linkUpdated, .linkUpdated, after, json, before: changes.before.masking("password", hasNewPassword),
                after: changes.after.masking("password", hasNewPassword), previous: changes.before)
        case .deleted(let link):
            let json = link.json(site)
            return traces(.linkDeleted, .linkDeleted, link, json, before: json.withoutNulls, after: nil)
        }
    }
}

extension LinkTrace {
    /// The link, if what led to it does so no longer.
    fileprivate var moved: LinkID? {
        switch self {
        case .created: nil
        case .updated(let before, let after): (before.host, before.slug) == (after.host, after.slug) ? nil : after.id
        case .deleted(let link): link.id
        }
    }
}

/// What can be done to links. Each runs in the caller's transaction.
package enum LinkChanges {
    /// The statements that create a link, with its audit entry and its event.
    /// - Parameter json: the link object.
    package static func creation(_ link: Link, json: JSON, by author: Author, at now: Timestamp, _ site: SiteConfiguration) -> [SQL] {
        let (audit, event) = LinkTrace.created(link, json: json).entries(by: author, at: now, site)
        return Links.creation(of: link) + [AuditLog.insertion(of: audit), Events.insertion(of: event)]
    }

    /// Writes the traces of what is done to links, in the transaction that does it. Pages that show a link which is elsewhere
    /// now, or gone, are rendered anew by the next `maskctl page sync`.
    package static func record(
        _ traces: [LinkTrace], in workspace: WorkspaceID, by author: Author, at now: Timestamp, _ site: SiteConfiguration,
        on connection: MariaDB.Connection
    ) throws {
        let written = traces.map { $0.entries(by: author, at: now, site) }
        try AuditLog.insert(written.map(\.0), on: connection)
        try Events.insert(written.map(\.1), on: connection)
        let moved = traces.compactMap(\.moved)
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
