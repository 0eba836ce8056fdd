import HTTP
import JSON
import Model
import Store

/// What an earlier attempt of the same request has done, as the audit log tells it. Its worker may have died between the commit
/// and telling those who remember what was before.
struct EarlierChange {
    let action: AuditAction
    let resource: String
    /// What was: of something deleted all of it, of something changed what is different now.
    let before: JSON?

    init?(_ entry: (action: String, resource: String, changes: String?)) {
        guard let action = AuditAction(rawValue: entry.action) else { return nil }
        (self.action, resource) = (action, entry.resource)
        before = entry.changes.flatMap { try? JSON.parse(Array($0.utf8)) }?["before"]
    }

    /// Where visitors found the link or page that is gone.
    fileprivate var place: PagePlace? {
        guard let host = before?["domain"]?.stringValue, let slug = before?["slug"]?.stringValue else { return nil }
        return PagePlace(host: host, slug: slug)
    }
}

extension Services {
    /// Tells of deletions once more.
    func tell(_ deletions: [EarlierChange], in workspace: WorkspaceID) {
        func of(_ action: AuditAction) -> [EarlierChange] { deletions.filter { $0.action == action } }
        announce(Set(of(.linkDeleted).compactMap(\.place).map { LinkCache.key(host: $0.host, slug: $0.slug) }))
        show(Set(of(.pageDeleted).compactMap(\.place)))
        for deletion in of(.domainDeleted) { (deletion.before?["host"]?.stringValue).map(forgetDomain) }
        if !of(.keyRevoked).isEmpty || !of(.webhookDeleted).isEmpty { revocation.takeEffect(in: workspace) }
    }
}
