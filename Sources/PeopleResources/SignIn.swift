import Access
import AccountStore
import API
import Crypto
import HTTP
import JSON
import Model
import SignIn
import Store
import Work

// What several screens of signing in share.

extension RequestReading {
    /// Where the request comes from, as a list of sessions tells it.
    var place: Session.Place {
        let agent = UserAgent(parsing: request.fields.userAgent ?? "")
        return Session.Place(
            browser: String(agent.browser.prefix(40)), system: String(agent.os.prefix(40)),
            address: AddressRange.coarse(request.remoteAddress), country: request.country.utf8.count == 2 ? request.country : "")
    }

    /// Who asks, for the audit log; the actor is known by the workspace.
    var author: Author { Author(.maskctl(person: nil), request) }

    var network: String { SignInLimits.network(of: request) }
}

extension Services {
    /// The answer to whoever is signed in from now on: the session, and its cookie.
    func welcome(_ started: SessionWork.Started, _ user: User, status: Int, at now: Timestamp) throws -> Answer {
        var answer = Answer(status: status, content: .object(try present(started.session, of: user, at: now)))
        answer.fields.append(cookie(of: started, at: now))
        if status == 201 { answer.fields.append(.init(.location, "/v1/session")) }
        answer.isChange = true
        return answer
    }

    func cookie(of started: SessionWork.Started, at now: Timestamp) -> Response.Field {
        let seconds = started.session.isKept ? max(1, Int(started.session.endsAt.milliseconds - now.milliseconds) / 1000) : nil
        return SessionAuthenticator.cookie.setting(started.value, seconds: seconds)
    }

    /// The session, as the dashboard begins with.
    func present(_ session: Session, of user: User, at now: Timestamp) throws -> JSON {
        let (memberships, account) = try store.read { connection in
            let memberships = try Users.memberships(of: user.id, on: connection)
            let sandboxes = Set(try APIKeys.sandboxes(of: memberships.map(\.workspace.id), on: connection))
            return (
                memberships.flatMap { sandboxes.contains($0.workspace.id.sandbox) ? [$0, $0.sandbox] : [$0] },
                try user.json(on: connection))
        }
        return [
            "user": account, "session": session.present(at: now),
            "workspaces": .array(memberships.map(\.json)), "app": appJSON,
        ]
    }

    /// What the dashboard knows before anybody is signed in.
    var appJSON: JSON {
        [
            "name": "MASK", "api_url": .string(site.apiURL), "link_url": .string(site.origin(ofHost: site.linkHost)),
            "app_url": .string(site.appURL), "ca_file": JSON(site.authority), "mail": .bool(site.sendsMail),
        ]
    }

    var relyingParty: RelyingParty { RelyingParty(host: site.appHost ?? "", port: site.linkPort) }

    /// Refuses a password that is too short, too long or too easy to guess, and hashes any other.
    func hash(of text: String, for user: User, alsoKnown words: [String] = [], from network: String) throws -> User.Password {
        try requireStrong(text, for: user, alsoKnown: words)
        return try stored(AccountPassword(text), from: network)
    }

    /// Hashes a password, and notes whether it is enough alone.
    func stored(_ password: AccountPassword, from network: String) throws -> User.Password {
        .init(hash: try accountPasswords.hash(of: password, for: network), isShort: password.isShort)
    }

    func requireStrong(_ text: String, for user: User, alsoKnown words: [String] = []) throws(Problem) {
        let password = AccountPassword(text)
        let strength = PasswordStrength(about: [user.email, user.name, site.appHost ?? ""] + words)
        do {
            try strength.check(password, hasSecondFactor: user.hasSecondFactor)
        } catch {
            throw Problem.validationFailed("/password", code: "weak_password", "\(error)")
        }
    }

    /// Takes a code of the authenticator app, or a recovery code; each is good once.
    func take(_ text: String, of user: User, at now: Timestamp) throws -> Bool {
        guard let app = user.authenticatorApp, app.isConfirmed else { return false }
        switch SecondFactorCode(text) {
        case .totp(let code):
            guard let step = try step(of: code, in: app, at: now) else { return false }
            return try store.write { try Users.take(step: step, of: user.id, on: $0) }
        case .recovery(let code):
            return try store.write { try Users.take(recoveryCode: code.digest, of: user.id, on: $0) }
        case nil: return false
        }
    }

    /// The step that a code of an app stands for; nil where it is none of now, or one was taken since.
    /// - Throws: ``WrongSecretKey``.
    func step(of code: String, in app: User.AuthenticatorApp, at now: Timestamp) throws -> Int? {
        guard let secret = try unseal(app.sealedSecret, secret: secretKey) else { throw WrongSecretKey() }
        return TOTP(secret: secret).step(of: code, at: Int(now.milliseconds / 1000), after: app.lastStep)
    }
}

extension User {
    /// What the user sees of their account.
    func json(on connection: Store.Connection) throws -> JSON {
        json(
            passkeys: try Passkeys.list(of: id, on: connection).count,
            recoveryCodes: try Users.countRecoveryCodes(of: id, on: connection))
    }
}

/// What was sealed in the database was sealed with another key: nobody knows whether a code is right.
struct WrongSecretKey: Error, CustomStringConvertible {
    var description: String { "the secret of an authenticator app was sealed with another MASK_SECRET_KEY" }
}

extension Problem {
    static let invalidCredentials = signedOut(
        "invalid_credentials", "Not signed in", "Check the e-mail address and the password; together they are nobody's.")

    static let wrongPassword = signedOut("invalid_credentials", "Wrong password", "Check the password; it is not this account's.")

    static let invalidCode = signedOut(
        "invalid_code", "Code not taken",
        "Send the code that the authenticator app shows now, each once, or a recovery code that was not used.")

    static let secondFactorRequired = Problem(
        status: 403, code: "second_factor_required", title: "Second factor required",
        detail: "Send the same again with code: six digits of the authenticator app, or a recovery code.",
        extensions: ["methods": ["totp", "recovery_code"]])
}
