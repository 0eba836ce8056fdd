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

/// `/session`: signing in and out, and showing again who one is. `/account/sessions`: all of a user's.
enum SessionResource {
    /// With a password, and a code where an authenticator app is set up.
    static func create(_ call: GuestCall) throws -> Answer {
        var fields = try call.fields()
        let email = fields.required("email", as: .userEmail)
        let password = fields.required("password", as: .typedPassword)
        let code = fields.value("code", as: .string(maximum: 64))
        let isKept = fields.value("keep", as: .bool) ?? false
        let (address, text) = try fields.finish(requiring: email, password)
        let services = call.services
        let user = try services.store.read { try Users.find(email: address, on: $0) }
        try services.signInLimits.admit(address, from: call.request) {
            guard let user else { return false }
            return try services.store.read { try KnownNetworks.has(call.network, of: user.id, at: call.now, on: $0) }
        }
        let isRight = try services.accountPasswords.isRight(AccountPassword(text), for: user?.password?.hash, from: call.network)
        guard isRight, let user, user.disabledAt == nil else { throw Problem.invalidCredentials }
        if user.hasSecondFactor {
            guard let code else { throw Problem.secondFactorRequired }
            guard try services.take(code, of: user, at: call.now) else { throw Problem.invalidCode }
        }
        return try start(by: .password, isKept: isKept, try renewed(user, text, call), call)
    }

    /// - Throws: 401 `invalid_credentials` also where what was right a moment ago is so no more.
    static func start(
        by method: Session.Method, with passkey: PasskeyID? = nil, isKept: Bool, _ user: User, _ call: GuestCall
    ) throws -> Answer {
        let work = SessionWork(.own(call.services.office, user, from: call.author, at: call.now))
        do {
            let started = try work.start(by: method, with: passkey, isKept: isKept, from: call.place).make().value
            return try call.services.welcome(started, user, status: 201, at: call.now)
        } catch Refusal.changedMeanwhile {
            throw passkey == nil ? Problem.invalidCredentials : .passkeyRefused
        }
    }

    static func show(_ call: PersonCall) throws -> Answer {
        .ok(try call.services.present(call.session, of: call.user, at: call.now))
    }

    /// Signs out.
    static func end(_ call: PersonCall) throws -> Answer {
        _ = try call.sessions.end(call.session.id).make()
        var answer = Answer.noContent
        answer.isChange = true
        answer.fields = [SessionAuthenticator.cookie.removal, .init(.clearSiteData, "\"storage\"")]
        return answer
    }

    /// Shows again who the user is: by the password, by a code of the authenticator app, or by a passkey.
    static func stepUp(_ call: PersonCall) throws -> Answer {
        var fields = try call.fields()
        let password = fields.value("password", as: .typedPassword)
        let code = fields.value("code", as: .string(maximum: 64))
        let passkey = fields.value("passkey", as: .assertion)
        try fields.finish()
        try call.services.signInLimits.admitStepUp(call.session)
        switch (password, code, passkey) {
        case (let password?, nil, nil):
            guard try call.services.accountPasswords.isRight(
                AccountPassword(password), for: call.user.password?.hash, from: call.network)
            else { throw try call.refused(.wrongPassword, by: "password") }
        case (nil, let code?, nil):
            guard try call.services.take(code, of: call.user, at: call.now) else { throw try call.refused(.invalidCode, by: "code") }
        case (nil, nil, let answer?):
            do { try PasskeySignIn.stepUp(answer, call) } catch let refusal as Problem { throw try call.refused(refusal, by: "passkey") }
        default: throw Problem.validationFailed("", code: "one_of", "Send one of password, code and passkey.")
        }
        return try call.renewed()
    }

    static func list(_ call: PersonCall) throws -> Answer {
        let sessions = try call.services.store.read { try Sessions.list(of: call.user.id, at: call.now, on: $0) }
        return .page(sessions.map { session in
            var members = session.members
            members["current"] = .bool(session.id == call.session.id)
            return .object(members)
        }, cursor: nil)
    }

    static func endOne(_ call: PersonCall) throws -> Answer {
        let id: SessionID = try call.identifier()
        guard try call.sessions.end(id).make().value else { throw Problem.notFound() }
        return .noContent
    }

    static func endOthers(_ call: PersonCall) throws -> Answer {
        let ended = try call.sessions.endAll(but: call.session.id).make().value
        return .ok(["ended": .integer(Int64(ended))])
    }

    /// The same password under today's cost, and known to be as long as it is: of one that was set beside an authenticator app by an
    /// earlier release that is not known. Where it fails it is tried again at the next sign-in.
    private static func renewed(_ user: User, _ text: String, _ call: GuestCall) throws -> User {
        let (services, password) = (call.services, AccountPassword(text))
        guard let old = user.password, services.accountPasswords.isOutdated(old.hash) || old.isShort != password.isShort else { return user }
        let stored = try services.stored(password, from: call.network)
        try services.store.write { try Users.rewrite(stored, of: user, on: $0) }
        var renewed = user
        renewed.password = stored
        return renewed
    }
}

extension PersonCall {
    /// The user's account, as they work on it.
    var assignment: AccountAssignment { .own(services.office, user, from: author, at: now) }
    var sessions: SessionWork { SessionWork(assignment) }
    var account: UserWork { UserWork(assignment) }

    /// A refusal of what should have shown who the user is; their workspaces hear of it.
    fileprivate func refused(_ refusal: Problem, by method: String) throws -> Problem {
        try sessions.refuseStepUp(of: session.id, by: method).make()
        return refusal
    }

    /// The session under another value of its cookie: who has a copy of the one before has nothing, and gets no other.
    func renewed(steppedUp: Bool = true, of changed: User? = nil) throws -> Answer {
        guard !session.isFormerValue else { throw Problem.signedOut }
        let started = try sessions.renew(session, steppedUp: steppedUp).make().value
        return try services.welcome(started, changed ?? user, status: 200, at: now)
    }

    /// An answer to a change of how the user signs in: the session has another value of its cookie after it.
    func renewing(_ answer: Answer) throws -> Answer {
        guard !session.isFormerValue else { throw Problem.signedOut }
        var answer = answer
        answer.fields.append(services.cookie(of: try sessions.renew(session, steppedUp: false).make().value, at: now))
        answer.isChange = true
        return answer
    }

    /// Makes a change of the account.
    /// - Throws: 409 where another request has changed it meanwhile.
    @discardableResult
    func make<Value>(_ change: Change<Value>) throws -> Value {
        do { return try change.make().value } catch where error.isChangedMeanwhile { throw Problem.keepsChanging("account") }
    }
}

extension FieldType where Value == String {
    /// A password as it was typed: whether it is a good one is asked only where it is set.
    static var typedPassword: FieldType { .string(maximum: 1024) }

    /// What somebody is called: 1 to 255 characters in one line.
    static var personName: FieldType { .string(maximum: 255).map { try notEmpty(plain(PlainText.trimmed($0))) } }
}
