import JSON
import Model
import Store

/// A whole link in the audit log: one that was made, or is gone. The log is kept for years, so it has of a link only what no other
/// link has, and that once. Whoever reads the log gets the rest, but no null. So what is expected of a member never changes, and of one
/// that is added later null is expected.
enum RecordedLink {
    /// As it is stored: without the members that are as expected.
    static func stored(_ link: Link, _ site: SiteConfiguration) -> JSON {
        var members = UnexpectedMembers(Expectation(id: link.id.description, host: link.host, slug: link.slug, createdAt: link.createdAt.rfc3339))
        link.write(to: &members, site)
        return .object(members.object)
    }

    /// As it is told. What the version before has stored is whole, and has its id.
    static func told(_ stored: JSON, id: String) -> JSON {
        guard case .object(var rest) = stored, rest["id"] == nil, rest["url"] != nil else { return stored }
        let expectation = Expectation(
            id: id, host: stored["domain"]?.stringValue ?? "", slug: stored["slug"]?.stringValue ?? "",
            createdAt: stored["created_at"]?.stringValue)
        var link = JSONObject()
        for name in Expectation.names {
            let value = rest[name] ?? expectation.value(of: name)
            if !value.isNull { link.members.append(.init(name: name, value: value)) }
            rest[name] = nil
        }
        return .object(JSONObject(link.members + rest.members))
    }
}

/// How the members of a link usually are, as its id says, which is the entry's resource, and as others say.
private struct Expectation {
    let id: String
    let host: String
    let slug: String
    /// When the id was made.
    let made: String?
    let createdAt: String?

    init(id: String, host: String, slug: String, createdAt: String?) {
        (self.id, self.host, self.slug) = (id, host, slug)
        made = LinkID(id).map { Timestamp(milliseconds: $0.ulid.milliseconds).rfc3339 }
        self.createdAt = createdAt
    }

    func value(of name: String) -> JSON {
        switch name {
        case "id": .string(id)
        case "short_url": .string("https://\(host)/\(slug)")
        case "tags": []
        case "clicks", "human_clicks": 0
        case "password_protected", "disabled", "indexable", "archived": false
        case "redirect_status": 302
        case "created_at": JSON(made)
        case "updated_at": JSON(createdAt ?? made)
        default: nil
        }
    }

    /// Of a link's members, in order.
    static let names: [String] = {
        var object = JSONObject()
        let now = Timestamp(milliseconds: 0)
        let any = Link(
            id: .new(), workspace: .new(), domain: .new(), host: "", slug: "", settings: LinkSettings(url: ""), createdAt: now, updatedAt: now)
        any.write(to: &object, SiteConfiguration(apiHost: "", linkHost: ""))
        return object.members.map(\.name)
    }()
}

/// Keeps the members that are not as expected.
private struct UnexpectedMembers: MemberWriter {
    private let expectation: Expectation
    private(set) var object = JSONObject()

    init(_ expectation: Expectation) { self.expectation = expectation }

    mutating func member(_ name: String, _ text: String?) { keep(name, JSON(text)) }
    mutating func member(_ name: String, _ number: Int?) { keep(name, JSON(number)) }
    mutating func member(_ name: String, _ flag: Bool) { keep(name, .bool(flag)) }
    mutating func member(_ name: String, _ texts: [String]) { keep(name, JSON(texts)) }

    private mutating func keep(_ name: String, _ value: JSON) {
        if value != expectation.value(of: name) { object.members.append(.init(name: name, value: value)) }
    }
}

extension AuditRecord {
    /// What was before and what is after.
    var toldChanges: JSON {
        guard let changes, let json = try? JSON.parse(Array(changes.utf8)) else { return .null }
        guard [AuditAction.linkCreated, .linkDeleted, .linkRestored].map(\.rawValue).contains(action) else { return json }
        return .object(JSONObject(json.objectValue?.members.map { .init(name: $0.name, value: RecordedLink.told($0.value, id: resource)) } ?? []))
    }
}
