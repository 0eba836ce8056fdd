import JSON
import Model

extension Workspace {
    package var json: JSON { .object(members) }

    package var members: JSONObject {
        [
            "id": .string(id.description),
            "slug": .string(slug),
            "name": .string(name),
            "plan": .string(plan.rawValue),
            "requests_per_minute": .integer(Int64(requestsPerMinute)),
            "audit_days": .integer(Int64(plan.auditDays)),
            "brand": brand.json,
            "created_at": .string(createdAt.rfc3339),
        ]
    }

    /// What can be changed of it, as the audit log tells it.
    package var settings: JSON {
        var object = members
        object["quotas"] = .string(quotas.description)
        return .object(object)
    }
}

extension Brand {
    package var json: JSON {
        ["name": JSON(name), "color": JSON(color?.description), "logo_image": JSON(logo?.description)]
    }
}

extension Member {
    package var json: JSON {
        [
            "id": .string(id.description), "email": .string(email), "name": .string(name), "role": .string(role.rawValue),
            "created_at": .string(createdAt.rfc3339),
        ]
    }
}
