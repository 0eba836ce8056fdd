import JSON
import Model
import Store

/// What an earlier attempt of the same request has done, as the audit log tells it. Its worker may have died between the commit
/// and telling those who remember what was before.
package struct EarlierChange {
    package let action: AuditAction
    package let resource: String
    /// What was: of something deleted all of it, of something changed what is different now.
    package let before: JSON?
    /// What is: of something made or restored all of it.
    private let after: JSON?
    private let workspace: WorkspaceID

    fileprivate init?(_ entry: (action: String, resource: String, changes: String?), in workspace: WorkspaceID) {
        self.workspace = workspace
        guard let action = AuditAction(rawValue: entry.action) else { return nil }
        (self.action, resource) = (action, entry.resource)
        let changes = entry.changes.flatMap { try? JSON.parse(Array($0.utf8)) }
        (before, after) = (changes?["before"], changes?["after"])
    }

    /// What follows it, for whoever was not told.
    package var effects: [Effect] {
        switch action {
        case .linkDeleted, .linkPurged, .linkRestored: [.links(Set([place, LinkID(resource).map(Place.link)].compactMap(\.self)))]
        case .pageDeleted, .pageRestored: place.map { [.pages([$0])] } ?? []
        case .domainDeleted: before?["host"]?.stringValue.map { [.domain($0)] } ?? []
        case .imageDeleted: before.flatMap { Image(json: $0, in: workspace) }.map { [.image($0)] } ?? []
        case .keyRevoked, .memberRemoved, .webhookDeleted: [.access(workspace)]
        default: []
        }
    }

    /// Where visitors found the link or page that is gone, or find it again.
    private var place: Place? {
        let thing = before ?? after
        guard let host = thing?["domain"]?.stringValue, let slug = thing?["slug"]?.stringValue else { return nil }
        return Place(host: host, slug: slug)
    }
}

extension [EarlierChange] {
    package var effects: [Effect] { flatMap(\.effects) }
}

extension Assignment {
    /// What this very request has done before.
    /// - Parameter since: no earlier attempt was made before.
    package func earlierChanges(since: Timestamp) throws -> [EarlierChange] {
        try office.store.read { try AuditLog.changes(of: author.requestID, in: workspace.id, since: since, on: $0) }
            .compactMap { EarlierChange($0, in: workspace.id) }
    }
}
