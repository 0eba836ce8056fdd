import JSON
import Model

/// Who makes a change, as the audit log tells it: a key over the API, or the sysadmin with `maskctl`.
package struct Author: Sendable {
    package var actor: AuditEntry.Actor
    package var address = ""
    package var userAgent = ""
    package var requestID = ""

    package init(actor: AuditEntry.Actor, address: String = "", userAgent: String = "", requestID: String = "") {
        self.actor = actor
        self.address = address
        self.userAgent = userAgent
        self.requestID = requestID
    }

    package static func maskctl(_ person: String?) -> Author { Author(actor: .maskctl(person: person)) }

    /// - Parameters:
    ///   - before: what was, and `after` what is: of a change only the members that differ. Secrets masked.
    package func entry(
        _ action: AuditAction, _ resource: String, in workspace: WorkspaceID, at now: Timestamp, before: JSON? = nil,
        after: JSON? = nil
    ) -> AuditEntry {
        var changes = JSONObject()
        if let before { changes["before"] = before }
        if let after { changes["after"] = after }
        return AuditEntry(
            workspace: workspace, at: now, actor: actor, action: action.rawValue, resource: resource, address: address,
            userAgent: userAgent, requestID: requestID,
            changes: changes.members.isEmpty ? nil : JSON.object(changes).serialized())
    }
}
