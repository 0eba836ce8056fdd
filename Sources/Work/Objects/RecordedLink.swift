import JSON
import Model
import Store

/// A whole link in the audit log: one that was made, or is gone. The log is kept for years, so it has of a link only what no other
/// link has: not the members that are as usual, not the id, which is the entry's resource, not the time of a change if there was
/// none. Whoever reads the log gets them, but no null.
enum RecordedLink {
    /// The members of a link in order, each with what it usually is.
    static let members: [(name: String, usual: JSON)] = [
        ("id", nil), ("url", nil), ("short_url", nil), ("slug", nil), ("domain", nil), ("tags", []), ("clicks", 0),
        ("human_clicks", 0), ("title", nil), ("utm_source", nil), ("utm_medium", nil), ("utm_campaign", nil), ("utm_term", nil),
        ("utm_content", nil), ("starts_at", nil), ("expires_at", nil), ("max_clicks", nil), ("expired_url", nil),
        ("password_protected", false), ("redirect_status", 302), ("disabled", false), ("indexable", false), ("external_id", nil),
        ("created_at", nil), ("updated_at", nil), ("last_clicked_at", nil),
    ]

    private static let usual = Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.usual) })

    /// As it is stored.
    static func stored(_ link: JSON) -> JSON {
        let isUnchanged = link["updated_at"] == link["created_at"]
        return .object(JSONObject(link.objectValue?.members.filter { member in
            member.value != usual[member.name] ?? .null && member.name != "id" && !(isUnchanged && member.name == "updated_at")
        } ?? []))
    }

    /// As it is told. What the version before has stored is whole, and has its id.
    static func told(_ stored: JSON, id: String) -> JSON {
        guard case .object(var rest) = stored, rest["id"] == nil, rest["url"] != nil else { return stored }
        rest["id"] = .string(id)
        rest["updated_at"] = rest["updated_at"] ?? rest["created_at"]
        var link: [JSONObject.Member] = []
        for (name, usual) in members {
            let value = rest[name] ?? usual
            rest[name] = nil
            if !value.isNull { link.append(.init(name: name, value: value)) }
        }
        return .object(JSONObject(link + rest.members))
    }
}

extension AuditRecord {
    /// What was before and what is after.
    var toldChanges: JSON {
        guard let changes, case .object(let object)? = try? JSON.parse(Array(changes.utf8)) else { return .null }
        switch AuditAction(rawValue: action) {
        case .linkCreated, .linkDeleted:
            return .object(JSONObject(object.members.map { .init(name: $0.name, value: RecordedLink.told($0.value, id: resource)) }))
        default: return .object(object)
        }
    }
}
