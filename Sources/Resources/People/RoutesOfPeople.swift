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
        Route(person: .post, "/session/step-up", .stepUp, SessionResource.stepUp),
        Route(guest: .post, "/one-time-links/show", .showOneTimeLink, OneTimeLinkResource.show),
        Route(guest: .post, "/one-time-links/use", .useOneTimeLink, OneTimeLinkResource.use),

        Route(person: .patch, "/account", .updateAccount, AccountResource.update),
        Route(person: .put, "/account/password", .setPassword, AccountResource.setPassword).afterStepUp,
        Route(person: .get, "/account/sessions", .listSessions, SessionResource.list),
        Route(person: .delete, "/account/sessions", .endOtherSessions, SessionResource.endOthers),
        Route(person: .delete, "/account/sessions/{id}", .endOneSession, SessionResource.endOne),
    ]
}
