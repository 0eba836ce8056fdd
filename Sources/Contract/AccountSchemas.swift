import AccountStore
import JSON
import Model
import Store

/// Keys, the audit log, members, the workspace.
extension Schemas {
    static let key: JSON = object(keyMembers)

    static let keyWithText: JSON = object(JSONObject([
        .init(name: "key", value: ["type": "string", "pattern": "^mk_(live|test)_[0-9A-Za-z]{38}$", "description": "Shown this once"])
    ] + keyMembers.members))

    private static let keyMembers: JSONObject = [
        "id": .id(APIKeyKind.self), "name": string, "test": test, "hint": string, "scopes": array(of: scope),
        "requests_per_minute": ["type": ["integer", "null"]], "allowed_addresses": array(of: string),
        "created_by": ["type": ["string", "null"]], "expires_at": moment, "rotated_at": moment,
        "successor_id": ["type": ["string", "null"]], "created_at": .time, "last_used_at": moment,
        "last_used_from": ["type": ["string", "null"], "description": "Coarse: a /24 or a /48"],
    ]

    private static let test: JSON = ["type": "boolean", "description": "Of the sandbox: what is made there leads nowhere, and goes after 30 days"]

    private static let scope: JSON = .oneOf(Scope.allCases.map(\.rawValue))

    private static let keyWritable: JSONObject = [
        "name": line, "scopes": ["type": "array", "items": scope, "minItems": 1],
        "expires_at": ["type": ["string", "null"], "format": "date-time", "description": "Yet to come"],
        "requests_per_minute": limit,
        "allowed_addresses": [
            "type": ["array", "null"], "items": ["type": "string", "description": "Such as 203.0.113.0/24 or 2001:db8::/32"],
            "maxItems": 50,
        ],
    ]

    static let newKey: JSON = object(JSONObject(keyWritable.members + [.init(name: "test", value: orNull(test))]), required: ["name", "scopes"])
    static let keyChanges: JSON = object(keyWritable, required: [])

    static let rotation: JSON = object(
        ["overlap_seconds": ["type": ["integer", "null"], "minimum": 0, "maximum": 604_800, "default": 0]], required: [])

    static let auditEntry: JSON = object([
        "id": .id(AuditKind.self), "created_at": .time, "actor": string, "action": string,
        "resource": ["type": ["string", "null"]], "outcome": .oneOf(AuditFilter.Outcome.allCases.map(\.rawValue)),
        "status": ["type": ["integer", "null"]], "address": ["type": ["string", "null"]],
        "user_agent": ["type": ["string", "null"]], "request_id": ["type": ["string", "null"]],
        "changes": ["type": ["object", "null"], "description": "What was before and what is after"],
    ])

    static let member: JSON = object([
        "id": .id(MemberKind.self), "email": string, "name": string, "role": .oneOf(Role.allCases.map(\.rawValue)),
        "created_at": .time,
    ])

    private static let role: JSON = .oneOf(Role.allCases.map(\.rawValue))

    static let memberChanges: JSON = object(["role": role], required: [])

    static let resetLink: JSON = object(["url": oneTimeURL, "expires_at": .time])

    private static let oneTimeURL: JSON = ["type": "string", "format": "uri", "description": "Good once, and stored nowhere"]

    private static let invitationMembers: JSONObject = [
        "id": .id(OneTimeLinkKind.self), "email": string, "role": role,
        "invited_by": ["type": ["string", "null"], "description": "A member; null for the sysadmin"],
        "created_at": .time, "expires_at": .time,
    ]

    static let invitation: JSON = object(invitationMembers)

    static let invitationWithURL: JSON = object(JSONObject([.init(name: "url", value: oneTimeURL)] + invitationMembers.members))

    static let newInvitation: JSON = object(["email": ["type": "string", "maxLength": 254], "role": role])

    private static let plan: JSON = .oneOf(Plan.allCases.map(\.rawValue))

    static let workspace: JSON = object([
        "id": .id(WorkspaceKind.self), "slug": string, "name": string, "plan": plan, "requests_per_minute": .count,
        "audit_days": ["type": "integer", "minimum": 0, "description": "How long the audit log is kept"], "created_at": .time, "test": test,
        "quotas": object(JSONObject(Quota.allCases.map { .init(name: $0.rawValue, value: quota) })),
        "brand": object(["name": orNull(string), "color": orNull(hexColor), "logo_image": orNull(.id(ImageKind.self))]),
    ])

    private static let quota: JSON = object([
        "limit": .count,
        "used": ["type": ["integer", "null"], "minimum": 0, "description": "Null of page_versions, which are kept for each page"],
    ])

    static let workspaceChanges: JSON = object([
        "name": line, "plan": plan,
        "brand": orNull(object([
            "name": orNull(brandName), "color": orNull(hexColor), "logo_image": orNull(.id(ImageKind.self)),
        ], required: [])),
    ], required: [])

    private static let brandName: JSON = ["type": "string", "minLength": 1, "maxLength": .integer(Int64(Brand.maximumName)), "pattern": .string(visible)]
}
