import AccountStore
import JSON
import Model
import Store

/// Keys, the audit log, members, the workspace.
extension Schemas {
    static let ofKeys: JSONObject = [
        "Key": object("An API key, without its text", keyMembers),
        "KeyWithText": object("An API key, and the one time its text is shown", JSONObject([
            .init(name: "key", value: ["type": "string", "pattern": "^mk_(live|test)_[0-9A-Za-z]{38}$", "description": "Shown this once"])
        ] + keyMembers.members)),
        "KeyInput": input(
            "A new API key", JSONObject(keyWritable.members + [.init(name: "test", value: orNull(test))]), required: ["name", "scopes"]),
        "KeyChanges": input("What changes of an API key", keyWritable, required: []),
        "Rotation": input("How a key is rotated", [
            "overlap_seconds": [
                "type": ["integer", "null"], "minimum": 0, "maximum": 604_800, "default": 0, "description": "For so long the old one works on",
            ],
        ], required: []),
    ]

    private static let keyMembers: JSONObject = [
        "id": .id(APIKeyKind.self), "name": string, "test": test, "hint": string.about("Its beginning and end, to know it by"), "scopes": array(of: reference("Scope")),
        "requests_per_minute": orNull(["type": "integer"]).about("A limit below the plan's"),
        "allowed_addresses": array(of: string).about("From which it works; from all where there are none"),
        "created_by": orNull(string).about("A member; null for the sysadmin"), "expires_at": moment, "rotated_at": moment,
        "successor_id": orNull(string).about("The key that it was rotated to"), "created_at": .time, "last_used_at": moment,
        "last_used_from": orNull(string).about("Coarse: a /24 or a /48"),
    ]

    private static let test = boolean.about("Of the sandbox: what is made there leads nowhere, and goes after 30 days")

    private static let keyWritable: JSONObject = [
        "name": line.about("What people call it"), "scopes": ["type": "array", "items": reference("Scope"), "minItems": 1],
        "expires_at": moment.about("Yet to come"), "requests_per_minute": limit.about("A limit below the plan's"),
        "allowed_addresses": [
            "type": ["array", "null"], "items": ["type": "string", "description": "Such as 203.0.113.0/24 or 2001:db8::/32"],
            "maxItems": 50, "description": "From which it works; from all where there are none",
        ],
    ]

    static let ofWorkspaces: JSONObject = [
        "AuditEntry": object("Something that was done, or tried", [
            "id": .id(AuditKind.self), "created_at": .time, "actor": string.about("A key, a member, or maskctl"), "action": string,
            "resource": orNull(string).about("What it was done to"), "outcome": reference("AuditOutcome"), "status": orNull(["type": "integer"]),
            "address": orNull(string), "user_agent": orNull(string), "request_id": orNull(string), "changes": orNull(reference("AuditChanges")),
        ]),
        "AuditChanges": object("What was before and what is after; of a change the fields that differ", [
            "before": anything, "after": anything,
        ], required: []),
        "Member": object("Somebody who works in the workspace", [
            "id": .id(MemberKind.self), "email": string, "name": string, "role": reference("Role"), "created_at": .time,
        ]),
        "MemberChanges": input("What changes of a member", ["role": reference("Role")], required: []),
        "ResetLink": object("A link that sets another password", ["url": oneTimeURL, "expires_at": .time]),
        "Invitation": object("Somebody who is invited", invitationMembers),
        "InvitationWithURL": object(
            "Somebody who is invited, and the one time the link is shown", JSONObject([.init(name: "url", value: oneTimeURL)] + invitationMembers.members)),
        "InvitationInput": input("A new invitation", ["email": ["type": "string", "maxLength": 254], "role": reference("Role")]),
        "Workspace": object("The workspace", JSONObject(subscriptionMembers.members + [.init(name: "quotas", value: reference("WorkspaceQuotas"))])),
        "WorkspaceQuotas": object(
            "What the workspace may have of each", JSONObject(Quota.allCases.map { .init(name: $0.rawValue, value: reference("QuotaUse")) })),
        "QuotaUse": object("What the workspace may have, and has", [
            "limit": .count, "used": orNull(.count).about("Null of page_versions, which are kept for each page"),
        ]),
        "Brand": brand,
        "WorkspaceChanges": input(
            "What changes of the workspace", ["name": line, "plan": reference("Plan"), "brand": orNull(reference("Brand"))], required: []),
    ]

    private static let oneTimeURL: JSON = ["type": "string", "format": "uri", "description": "Good once, and stored nowhere"]

    private static let invitationMembers: JSONObject = [
        "id": .id(OneTimeLinkKind.self), "email": string, "role": reference("Role"),
        "invited_by": orNull(string).about("A member; null for the sysadmin"), "created_at": .time, "expires_at": .time,
    ]

    /// The workspace, without what it has used.
    static let subscriptionMembers: JSONObject = [
        "id": .id(WorkspaceKind.self), "slug": string, "name": string, "plan": reference("Plan"), "requests_per_minute": .count,
        "audit_days": JSON.count.about("How long the audit log is kept"), "created_at": .time, "test": test, "brand": reference("Brand"),
    ]

    /// Sent as it is answered, where all of it is there.
    private static let brand: JSON = object("What visitors see of the workspace", [
        "name": orNull(brandName), "color": orNull(hexColor), "logo_image": orNull(.id(ImageKind.self)),
    ], required: [])

    private static let brandName: JSON = ["type": "string", "minLength": 1, "maxLength": .integer(Int64(Brand.maximumName)), "pattern": .string(visible)]
}
