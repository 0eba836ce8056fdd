import HTTP
import JSON
import Model

/// What OpenAPI tells of passkeys, authenticator apps and recovery codes, in the order of the table of routes.
extension Operation {
    package static let createSignInChallenge = Operation(
        id: "createSignInChallenge", summary: "What a passkey signs to sign in; good once, for five minutes, in this browser",
        body: "Nothing", isBodyOptional: true, status: 201, answer: "PasskeyChallenge", problems: [415, 422])

    package static let createPasskeySession = Operation(
        id: "createPasskeySession", summary: "Sign in with a passkey; no password and no code is asked for",
        body: "PasskeySignIn", status: 201, answer: "SignedIn", problems: [401, 415, 422])

    package static let createStepUpChallenge = Operation(
        id: "createStepUpChallenge", summary: "What a passkey signs to show again who one is", body: "Nothing",
        isBodyOptional: true, status: 201, answer: "PasskeyChallenge", problems: [401, 415, 422])

    package static let listPasskeys = Operation(
        id: "listPasskeys", summary: "The user's passkeys", answer: "Passkey", isList: true, problems: [401])

    package static let createPasskeyChallenge = Operation(
        id: "createPasskeyChallenge", summary: "What a browser makes a passkey of; good once, for five minutes",
        body: "Nothing", isBodyOptional: true, status: 201, answer: "PasskeyCreation", problems: [401, 415, 422])

    package static let createPasskey = Operation(
        id: "createPasskey", summary: "Add a passkey that the browser has made; the session gets another cookie", body: "PasskeyInput",
        status: 201, answer: "Passkey", problems: [401, 415, 422])

    package static let renamePasskey = Operation(
        id: "renamePasskey", summary: "Call a passkey something else", body: "PasskeyChanges", answer: "Passkey",
        problems: [401, 404, 409, 415, 422])

    package static let removePasskey = Operation(
        id: "removePasskey", summary: "Remove a passkey, unless it is the last way in; all other sessions end", status: 204,
        problems: [401, 404, 409])

    package static let createAuthenticatorApp = Operation(
        id: "createAuthenticatorApp", summary: "Set up an authenticator app, which counts once a code of it was seen",
        body: "Nothing", isBodyOptional: true, status: 201, answer: "AuthenticatorAppSetup", problems: [401, 415, 422])

    package static let confirmAuthenticatorApp = Operation(
        id: "confirmAuthenticatorApp", summary: "Show a first code of the authenticator app; all other sessions end",
        body: "FirstCode", answer: "RecoveryCodes", problems: [401, 415, 422])

    package static let removeAuthenticatorApp = Operation(
        id: "removeAuthenticatorApp", summary: "Remove the authenticator app and the recovery codes; all other sessions end",
        status: 204, problems: [401, 404, 409])

    package static let createRecoveryCodes = Operation(
        id: "createRecoveryCodes", summary: "Make other recovery codes; those before are of no use any more", body: "Nothing",
        isBodyOptional: true, status: 201, answer: "RecoveryCodes", problems: [401, 415, 422])
}
