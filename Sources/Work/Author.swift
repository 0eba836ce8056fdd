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
}
