import JSON
import Model
import Store

extension AuditRecord {
    package var json: JSON {
        [
            "id": .string(AuditID(id).description),
            "created_at": .string(at.rfc3339),
            "actor": .string(actor),
            "action": .string(action),
            "resource": JSON(resource.isEmpty ? nil : resource),
            "outcome": .string(outcome.rawValue),
            "status": JSON(status),
            "address": JSON(address.isEmpty ? nil : address),
            "user_agent": JSON(userAgent.isEmpty ? nil : userAgent),
            "request_id": JSON(requestID.isEmpty ? nil : "req_" + requestID),
            "changes": toldChanges,
        ]
    }
}
