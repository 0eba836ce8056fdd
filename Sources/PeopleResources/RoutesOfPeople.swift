import API
import Contract
import HTTP
import Model

extension Route {
    /// What the app host answers beside the API: signing in, accounts, and what one-time links are good for.
    package static let ofPeople: [Route] = [
        Route(guest: .get, "/app", .getApp, AccountResource.app),
        Route(guest: .post, "/session", .createSession, SessionResource.create),
        Route(person: .get, "/session", .getSession, SessionResource.show),
        Route(person: .delete, "/session", .endSession, SessionResource.end),
        Route(guest: .post, "/session/passkey/challenge", .createSignInChallenge, PasskeySignIn.challenge),
        Route(guest: .post, "/session/passkey", .createPasskeySession, PasskeySignIn.create),
        Route(person: .post, "/session/step-up", .stepUp, SessionResource.stepUp),
        Route(person: .post, "/session/step-up/challenge", .createStepUpChallenge, PasskeySignIn.stepUpChallenge),
        Route(guest: .post, "/one-time-links/show", .showOneTimeLink, OneTimeLinkResource.show),
        Route(guest: .post, "/one-time-links/use", .useOneTimeLink, OneTimeLinkResource.use),
        Route(guest: .post, "/password-resets", .requestReset, OneTimeLinkResource.requestReset),

        Route(person: .patch, "/account", .updateAccount, AccountResource.update),
        Route(person: .put, "/account/password", .setPassword, AccountResource.setPassword).afterStepUp,
        Route(person: .get, "/account/sessions", .listSessions, SessionResource.list),
        Route(person: .delete, "/account/sessions", .endOtherSessions, SessionResource.endOthers),
        Route(person: .delete, "/account/sessions/{id}", .endOneSession, SessionResource.endOne),
        Route(person: .get, "/account/passkeys", .listPasskeys, PasskeyResource.list),
        Route(person: .post, "/account/passkeys", .createPasskey, PasskeyResource.create).afterStepUp,
        Route(person: .post, "/account/passkeys/challenge", .createPasskeyChallenge, PasskeyResource.challenge).afterStepUp,
        Route(person: .patch, "/account/passkeys/{id}", .renamePasskey, PasskeyResource.rename),
        Route(person: .delete, "/account/passkeys/{id}", .removePasskey, PasskeyResource.remove).afterStepUp,
        Route(person: .post, "/account/totp", .createAuthenticatorApp, SecondFactorResource.create).afterStepUp,
        Route(person: .post, "/account/totp/confirm", .confirmAuthenticatorApp, SecondFactorResource.confirm).afterStepUp,
        Route(person: .delete, "/account/totp", .removeAuthenticatorApp, SecondFactorResource.remove).afterStepUp,
        Route(person: .post, "/account/recovery-codes", .createRecoveryCodes, SecondFactorResource.createCodes).afterStepUp,
    ]
}
