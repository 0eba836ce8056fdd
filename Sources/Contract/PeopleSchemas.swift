import AccountStore
import JSON
import Model

/// People who sign in, their sessions, and what one-time links are good for.
extension Schemas {
    static let ofPeople = JSONObject(ofSessions.members + ofFactors.members)

    private static let ofSessions: JSONObject = [
        "App": app, "NewSession": newSession, "SignedIn": signedIn, "Session": session, "User": user, "StepUp": stepUp,
        "OneTimeToken": object(["token": string]), "OneTimeLink": oneTimeLink, "OneTimeUse": oneTimeUse,
        "ResetRequest": object(["email": string]),
        "AccountChanges": accountChanges, "NewPassword": object(["password": secret]), "Ended": object(["ended": .count]),
    ]

    private static let secret: JSON = ["type": "string", "maxLength": 1024, "writeOnly": true]

    private static let app: JSON = object([
        "name": string, "api_url": string, "link_url": string, "app_url": string,
        "ca_file": ["type": ["string", "null"], "description": "Of the authority, where no system trusts it: in the quick start"],
        "mail": ["type": "boolean", "description": "Whether this installation sends mail"],
    ])

    private static let newSession: JSON = object(
        [
            "email": string, "password": secret, "code": ["type": ["string", "null"], "maxLength": 64],
            "keep": ["type": ["boolean", "null"], "description": "For 30 days, rather than until the browser ends"],
        ],
        required: ["email", "password"])

    private static let stepUp: JSON = object(
        ["password": orNull(secret), "code": orNull(string), "passkey": orNull(passkeyAnswer)], required: [])

    private static let user: JSON = object([
        "id": .id(UserKind.self), "email": string, "name": string, "timezone": orNull(string),
        "scheme": .oneOf(User.Scheme.allCases.map(\.rawValue)), "density": .oneOf(User.Density.allCases.map(\.rawValue)),
        "shortcuts": ["type": "boolean"], "has_password": ["type": "boolean"], "second_factor": ["type": "boolean"],
        "passkeys": .count,
        "recovery_codes_left": ["type": "integer", "minimum": 0, "description": "Of the ten; each is good once"],
        "created_at": .time,
    ])

    private static let method = JSON.oneOf(Session.Method.allCases.map(\.rawValue))

    private static let workspaceOfUser: JSON = object([
        "id": .id(WorkspaceKind.self), "slug": string, "name": string, "role": .oneOf(Role.allCases.map(\.rawValue)),
        "scopes": array(of: .oneOf(Scope.allCases.map(\.rawValue))), "member_id": .id(MemberKind.self),
    ])

    private static let signedIn: JSON = object([
        "user": user,
        "session": object([
            "id": .id(SessionKind.self), "method": method, "kept": ["type": "boolean"],
            "stepped_up_until": moment, "created_at": .time, "ends_at": .time,
        ]),
        "workspaces": array(of: workspaceOfUser), "app": app,
    ])

    private static let session: JSON = object([
        "id": .id(SessionKind.self), "current": ["type": "boolean"], "browser": string, "system": string,
        "address": ["type": "string", "description": "Coarse: a /24 or a /48"], "country": orNull(string), "method": method,
        "kept": ["type": "boolean"], "created_at": .time, "last_seen_at": .time, "ends_at": .time,
    ])

    private static let oneTimeLink: JSON = object([
        "purpose": .oneOf(AccountStore.OneTimeLink.Purpose.allCases.map(\.rawValue)), "email": string, "name": orNull(string),
        "workspace": orNull(object(["slug": string, "name": string])), "role": orNull(.oneOf(Role.allCases.map(\.rawValue))),
        "invited_by": orNull(string), "expires_at": .time, "has_account": ["type": "boolean"], "second_factor": ["type": "boolean"],
    ])

    private static let oneTimeUse: JSON = object(
        ["token": string, "name": orNull(line), "password": orNull(secret), "workspace_name": orNull(line), "code": orNull(string)],
        required: ["token"])

    private static let accountChanges: JSON = object(
        [
            "name": line, "timezone": orNull(string), "scheme": .oneOf(User.Scheme.allCases.map(\.rawValue)),
            "density": .oneOf(User.Density.allCases.map(\.rawValue)), "shortcuts": ["type": "boolean"],
        ],
        required: [])
}
