import AccountStore
import JSON
import Model

/// People who sign in, their sessions, and what one-time links are good for.
extension Schemas {
    static let ofPeople = JSONObject(ofSessions.members + ofFactors.members + wordsOfPeople.members)

    private static let ofSessions: JSONObject = [
        "App": app, "SessionInput": sessionInput, "SignedIn": signedIn, "CurrentSession": currentSession, "Session": session, "User": user,
        "WorkspaceOfUser": workspaceOfUser, "StepUp": stepUp, "OneTimeToken": input("A one-time link's", ["token": string]),
        "OneTimeLink": oneTimeLink, "InvitingWorkspace": object("To which somebody is invited", ["slug": string, "name": string]),
        "OneTimeUse": oneTimeUse, "ResetRequest": input("Who has forgotten a password", ["email": string]),
        "AccountChanges": accountChanges, "PasswordInput": input("Another password", ["password": secret]),
        "Ended": object("How many sessions have ended", ["ended": .count]),
    ]

    private static let secret: JSON = ["type": "string", "maxLength": 1024, "writeOnly": true]

    private static let app: JSON = object("What the dashboard knows of the installation", [
        "name": string, "api_url": string, "link_url": string, "app_url": string,
        "ca_file": orNull(string).about("Of the authority, where no system trusts it: in the quick start"),
        "mail": boolean.about("Whether this installation sends mail"),
    ])

    private static let sessionInput: JSON = input(
        "Who signs in",
        [
            "email": string, "password": secret, "code": ["type": ["string", "null"], "maxLength": 64],
            "keep": orNull(boolean).about("For 30 days, rather than until the browser ends"),
        ],
        required: ["email", "password"])

    private static let stepUp: JSON = input(
        "What shows again who one is: one of these", ["password": orNull(secret), "code": orNull(string), "passkey": orNull(reference("PasskeyAnswer"))],
        required: [])

    private static let user: JSON = object("Who is signed in", [
        "id": .id(UserKind.self), "email": string, "name": string, "timezone": orNull(string), "scheme": reference("ColorScheme"),
        "density": reference("Density"), "shortcuts": boolean, "has_password": boolean, "second_factor": boolean, "passkeys": .count,
        "recovery_codes_left": JSON.count.about("Of the ten; each is good once"), "created_at": .time,
    ])

    private static let workspaceOfUser: JSON = object("A workspace, and what the user may do in it", [
        "id": .id(WorkspaceKind.self), "slug": string.about("What Mask-Workspace names it by"), "name": string,
        "test": boolean.about("Whether it is what the workspace's test keys have made"), "role": reference("Role"),
        "scopes": array(of: reference("Scope")), "member_id": .id(MemberKind.self),
    ])

    private static let signedIn: JSON = object("Who is signed in, and where", [
        "user": reference("User"), "session": reference("CurrentSession"), "workspaces": array(of: reference("WorkspaceOfUser")), "app": reference("App"),
    ])

    private static let currentSession: JSON = object("The session that asks", [
        "id": .id(SessionKind.self), "method": reference("SignInMethod"), "kept": boolean, "stepped_up_until": moment, "created_at": .time, "ends_at": .time,
    ])

    private static let session: JSON = object("A session of the user", [
        "id": .id(SessionKind.self), "current": boolean, "browser": string, "system": string,
        "address": string.about("Coarse: a /24 or a /48"), "country": orNull(string), "method": reference("SignInMethod"),
        "kept": boolean, "created_at": .time, "last_seen_at": .time, "ends_at": .time,
    ])

    private static let oneTimeLink: JSON = object("What a one-time link is good for", [
        "purpose": reference("OneTimePurpose"), "email": string, "name": orNull(string), "workspace": orNull(reference("InvitingWorkspace")),
        "role": orNull(reference("Role")), "invited_by": orNull(string), "expires_at": .time, "has_account": boolean, "second_factor": boolean,
    ])

    private static let oneTimeUse: JSON = input(
        "What a one-time link is used for",
        ["token": string, "name": orNull(line), "password": orNull(secret), "workspace_name": orNull(line), "code": orNull(string)],
        required: ["token"])

    private static let accountChanges: JSON = input(
        "What changes of the user",
        [
            "name": line, "timezone": orNull(string), "scheme": reference("ColorScheme"), "density": reference("Density"), "shortcuts": boolean,
        ],
        required: [])
}
