import JSON
import Model
import Store

/// A whole link in the audit log: one that was made, or is gone. The log is kept for years, so it has of a link only what no other
/// link has, and that once. Whoever reads the log gets the rest, but no null. So what is expected of a member never changes, and of one
/// that is added later null is expected.
enum RecordedLink {
    /// As it is stored: without the members that are as expected.
    static func stored(_ link: JSON, id: String) -> JSON {
        let expected = expected(link, id: id)
        return .object(JSONObject(link.objectValue?.members.filter { $0.value != expected[$0.name] ?? .null } ?? []))
    }

    /// As it is told. What the version before has stored is whole, and has its id.
    static func told(_ stored: JSON, id: String) -> JSON {
        guard case .object(var rest) = stored, rest["id"] == nil, rest["url"] != nil else { return stored }
        var link = expected(stored, id: id)
        for index in link.members.indices {
            let name = link.members[index].name
            if let value = rest[name] { link.members[index].value = value }
            rest[name] = nil
        }
        return .object(JSONObject(link.members.filter { !$0.value.isNull } + rest.members))
    }

    /// The members of a link in order: as they usually are, as its id says, which is the entry's resource, and as others say.
    static func expected(_ link: JSON, id: String) -> JSONObject {
        let made = JSON(LinkID(id).map { Timestamp(milliseconds: $0.ulid.milliseconds).rfc3339 })
        return [
            "id": .string(id),
            "url": nil,
            "short_url": .string("https://\(link["domain"]?.stringValue ?? "")/\(link["slug"]?.stringValue ?? "")"),
            "slug": nil,
            "domain": nil,
            "tags": [],
            "clicks": 0,
            "human_clicks": 0,
            "title": nil,
            "utm_source": nil,
            "utm_medium": nil,
            "utm_campaign": nil,
            "utm_term": nil,
            "utm_content": nil,
            "starts_at": nil,
            "expires_at": nil,
            "max_clicks": nil,
            "expired_url": nil,
            "password_protected": false,
            "redirect_status": 302,
            "disabled": false,
            "indexable": false,
            "external_id": nil,
            "created_at": made,
            "updated_at": link["created_at"] ?? made,
            "last_clicked_at": nil,
        ]
    }
}

extension AuditRecord {
    /// What was before and what is after.
    var toldChanges: JSON {
        guard let changes, let json = try? JSON.parse(Array(changes.utf8)) else { return .null }
        guard [AuditAction.linkCreated.rawValue, AuditAction.linkDeleted.rawValue].contains(action) else { return json }
        return .object(JSONObject(json.objectValue?.members.map { .init(name: $0.name, value: RecordedLink.told($0.value, id: resource)) } ?? []))
    }
}
