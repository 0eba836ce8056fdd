import HTTP
import JSON
import Model

/// What OpenAPI tells of the app host's own routes, in the order of their table.
extension Operation {
    package static let getApp = Operation(id: "getApp", summary: "What the dashboard knows before anybody is signed in", answer: "App")

    package static let createSession = Operation(
        id: "createSession", summary: "Sign in with a password, and a code where an authenticator app is set up",
        body: "SessionInput", status: 201, answer: "SignedIn", problems: [401, 415, 422])

    package static let getSession = Operation(id: "getSession", summary: "Who is signed in", answer: "SignedIn", problems: [401])

    package static let endSession = Operation(id: "endSession", summary: "Sign out", status: 204, problems: [401])

    package static let stepUp = Operation(
        id: "stepUp", summary: "Show again who one is; good for 15 minutes", body: "StepUp", answer: "SignedIn",
        problems: [401, 415, 422])

    package static let showOneTimeLink = Operation(
        id: "showOneTimeLink", summary: "What a one-time link is good for; uses nothing up", body: "OneTimeToken",
        answer: "OneTimeLink", problems: [410, 415, 422])

    package static let useOneTimeLink = Operation(
        id: "useOneTimeLink", summary: "Accept an invitation, or set another password", body: "OneTimeUse", status: 201,
        otherStatus: 200, emptyStatus: 204, answer: "SignedIn", problems: [401, 409, 410, 415, 422])

    package static let requestReset = Operation(
        id: "requestReset", summary: "Mail a link that sets another password, if there is such an account; answered alike in any case",
        body: "ResetRequest", status: 202, problems: [415, 422])

    package static let updateAccount = Operation(
        id: "updateAccount", summary: "Change the user's name, and how the dashboard looks", body: "AccountChanges", answer: "User",
        problems: [401, 409, 415, 422])

    package static let setPassword = Operation(
        id: "setPassword", summary: "Set the password; all other sessions end", body: "PasswordInput", answer: "SignedIn",
        problems: [401, 409, 415, 422])

    package static let listSessions = Operation(
        id: "listSessions", summary: "Where the user is signed in", answer: "Session", isList: true, problems: [401])

    package static let endOtherSessions = Operation(
        id: "endOtherSessions", summary: "End all sessions but this one", answer: "Ended", problems: [401])

    package static let endOneSession = Operation(id: "endOneSession", summary: "End a session", status: 204, problems: [401, 404])
}
