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

/// `/one-time-links`: what a link is good for, and using it. The token comes in a body, never in an address.
enum OneTimeLinkResource {
    /// Uses nothing up: a program that follows links in mails does no harm.
    static func show(_ call: GuestCall) throws -> Answer {
        var fields = try call.fields()
        let token = fields.required("token", as: .string(maximum: 100))
        let link = try find(try fields.finish(requiring: token), call)
        return try call.services.store.read { connection in
            let user = try Users.find(email: link.email, on: connection)
            let workspace = try link.workspace.flatMap { try Workspaces.find($0, on: connection) }
            let inviter = try link.inviter.flatMap { id in try link.workspace.flatMap { try Members.find(id, in: $0, on: connection) } }
            return .ok([
                "purpose": .string(link.purpose.rawValue), "email": .string(link.email), "name": JSON(user?.name),
                "workspace": workspace.map { ["slug": .string($0.slug), "name": .string($0.name)] } ?? .null,
                "role": JSON(link.role?.rawValue), "invited_by": JSON(inviter?.name), "expires_at": .string(link.endsAt.rfc3339),
                "has_account": .bool(user != nil), "second_factor": .bool(user?.hasSecondFactor ?? false),
            ])
        }
    }

    static func use(_ call: GuestCall) throws -> Answer {
        var fields = try call.fields()
        let token = fields.required("token", as: .string(maximum: 100))
        let name = fields.value("name", as: .personName)
        let password = fields.value("password", as: .typedPassword)
        let workspaceName = fields.value("workspace_name", as: .personName)
        let code = fields.value("code", as: .string(maximum: 64))
        let link = try find(try fields.finish(requiring: token), call)
        guard link.purpose != .reset else { return try reset(link, password, code, call) }
        let known = try call.services.store.read { try Users.find(email: link.email, on: $0) }
        if let known { return try join(link, known, workspaceName, call) }
        var problems: [FieldProblem] = []
        if name == nil { problems.append(.missing(at: "/name")) }
        if password == nil { problems.append(.missing(at: "/password")) }
        if link.workspace == nil && workspaceName == nil { problems.append(.missing(at: "/workspace_name")) }
        guard let name, let password, problems.isEmpty else { throw Problem.validationFailed(problems) }
        var user = User(email: link.email, name: name, handle: try randomBytes(32), createdAt: call.now)
        user.password = try call.services.hash(of: password, for: user, alsoKnown: [workspaceName ?? ""], from: call.network)
        let work = OneTimeLinkWork(call.services.office, by: call.author, at: call.now)
        let started = try work.accept(link, user, workspaceName: workspaceName, from: call.place).make().value
        return try call.services.welcome(started, user, status: 201, at: call.now)
    }

    /// Asks for a link that sets another password. Whether there is such a user is looked up when the mail is sent, so nobody learns
    /// it here, nor by how long it takes.
    static func requestReset(_ call: GuestCall) throws -> Answer {
        var fields = try call.fields()
        let email = fields.required("email", as: .userEmail)
        let address = try fields.finish(requiring: email)
        try call.services.signInLimits.admitLink(call.request)
        try call.services.office.requestReset(address, at: call.now).make()
        return Answer(status: 202, content: .none)
    }

    // MARK: Parts

    private static func find(_ token: String, _ call: GuestCall) throws -> OneTimeLink {
        try call.services.signInLimits.admitLink(call.request)
        let link = try call.services.store.read { try OneTimeLinks.find(digest: sha256(token), at: call.now, on: $0) }
        guard let link else { throw Problem.linkEnded }
        return link
    }

    /// Somebody who has an account joins a workspace: they have to be signed in to it.
    private static func join(_ link: OneTimeLink, _ user: User, _ workspaceName: String?, _ call: GuestCall) throws -> Answer {
        let who: SignedIn
        do { (who, _) = try call.services.sessions.authenticate(call.request) } catch is Problem { throw Problem.signInFirst(link.email) }
        guard who.user.id == user.id else { throw Problem.otherAccount(link.email) }
        try OneTimeLinkWork(call.services.office, by: call.author, at: call.now)
            .join(link, user, workspaceName: workspaceName).make()
        return .ok(try call.services.present(who.session, of: user, at: call.now))
    }

    /// Sets another password. It signs nobody in, and asks for the second factor where there is one.
    private static func reset(_ link: OneTimeLink, _ password: String?, _ code: String?, _ call: GuestCall) throws -> Answer {
        guard let id = link.user, let user = try call.services.store.read({ try Users.find(id, on: $0) }), user.disabledAt == nil else {
            throw Problem.linkEnded
        }
        guard let password else { throw Problem.validationFailed([.missing(at: "/password")]) }
        // First: a weak password uses no code up.
        try call.services.requireStrong(password, for: user)
        if user.hasSecondFactor {
            guard let code else { throw Problem.secondFactorRequired }
            // Whoever has the link has not the app: codes are tried as seldom as with a password.
            try call.services.signInLimits.admit(user.email, from: call.request) {
                try call.services.store.read { try KnownNetworks.has(call.network, of: user.id, at: call.now, on: $0) }
            }
            guard try call.services.take(code, of: user, at: call.now) else { throw Problem.invalidCode }
        }
        let stored = try call.services.stored(AccountPassword(password), from: call.network)
        let work = OneTimeLinkWork(call.services.office, by: call.author, at: call.now)
        try work.setPassword(stored, of: user, with: link, from: call.network).make()
        return .noContent
    }
}

extension Problem {
    fileprivate static func signInFirst(_ email: String) -> Problem {
        .conflict(code: "sign_in_first", "Sign in as \(email) first; there is an account of this address.")
    }

    fileprivate static func otherAccount(_ email: String) -> Problem {
        Problem(
            status: 403, code: "other_account", title: "Another account",
            detail: "Sign in as \(email); the invitation is for this address.")
    }
}
