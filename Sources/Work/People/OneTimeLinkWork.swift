import AccountStore
import Crypto
import Mail
import MariaDB
import Model
import Store

/// What one-time links are made of and good for.
package struct OneTimeLinkWork {
    let office: Office
    let author: Author
    let now: Timestamp

    package init(_ office: Office, by author: Author, at now: Timestamp = .now()) {
        (self.office, self.author, self.now) = (office, author, now)
    }

    /// A link with what stands behind `#`, which is stored nowhere and shown once.
    package struct Shown: Sendable {
        package let link: OneTimeLink
        package let token: String

        /// - Parameter origin: of the dashboard.
        package func url(at origin: String) -> String { origin + link.purpose.path + "#" + token }
    }

    // MARK: Making

    /// Invites the first owner of a workspace that they will name.
    /// - Throws: ``Refusal/userExists(_:)``.
    package func welcome(_ email: String) throws -> Change<Shown> {
        if try hasAccount(email) { throw Refusal.userExists(email) }
        return try make(OneTimeLink(.welcome, for: email.lowercased(), at: now))
    }

    /// Invites somebody to a workspace, by mail too where this installation sends any. An earlier invitation of theirs is withdrawn.
    /// - Parameters:
    ///   - purpose: ``OneTimeLink/Purpose/welcome`` or ``OneTimeLink/Purpose/invitation``.
    ///   - inviter: nil for the sysadmin.
    /// - Throws: when it is made, ``Refusal/insufficientRole(_:)`` where the earlier one is for more than the inviter may give.
    package func invite(
        _ email: String, to workspace: Workspace, as role: Role, by inviter: MemberID? = nil, for purpose: OneTimeLink.Purpose = .invitation
    ) throws -> Change<Shown> {
        // Whoever has an account signs in to it, and is asked for no password.
        let isKnown = try purpose == .welcome && hasAccount(email)
        var link = OneTimeLink(isKnown ? .invitation : purpose, for: email.lowercased(), at: now)
        link.endsAt = now.adding(seconds: purpose.seconds)
        (link.workspace, link.role, link.inviter) = (workspace.id, role, inviter)
        let invitation = link
        let assignment = Assignment(office, for: workspace, by: author, at: now)
        if try needsPlace(invitation, in: workspace, as: role) { try assignment.admit(of: .members) }
        return try make(invitation, inPlaceOf: { try withdrawEarlier(than: invitation, assignment, on: $0) }, writing: { shown, connection in
            try assignment.record(.invitationCreated, invitation.id.description, after: invitation.json, on: connection)
            return purpose == .invitation ? try mail(shown, to: workspace, on: connection) : []
        })
    }

    private func withdrawEarlier(than invitation: OneTimeLink, _ assignment: Assignment, on connection: Connection) throws {
        let workspace = assignment.workspace.id
        let rank = try invitation.inviter.flatMap { try Members.find($0, in: workspace, on: connection)?.role }
        for earlier in try OneTimeLinks.hold(invitation.purpose, of: invitation.email, to: workspace, at: now, on: connection) {
            // The sysadmin is nobody's inferior; who is a member no longer is everybody's.
            if invitation.inviter != nil, let role = earlier.role, rank.map(role.isAbove) ?? true { throw Refusal.insufficientRole(role) }
            guard try OneTimeLinks.use(earlier, on: connection) else { continue }
            try assignment.record(.invitationWithdrawn, earlier.id.description, before: earlier.json, on: connection)
        }
    }

    private func hasAccount(_ email: String) throws -> Bool {
        try office.store.read { try Users.find(email: email.lowercased(), on: $0) } != nil
    }

    /// Whether an invitation makes a member more: not of somebody who is invited already, or is a member whom nobody works as yet.
    /// - Throws: ``Refusal/memberTaken(_:)`` where somebody does, or the member is to be something else: that is no invitation's.
    private func needsPlace(_ invitation: OneTimeLink, in workspace: Workspace, as role: Role) throws -> Bool {
        try office.store.read { connection in
            guard let member = try Members.find(email: invitation.email, in: workspace.id, on: connection) else {
                return try !OneTimeLinks.isInvited(
                    invitation.email, to: workspace.id, for: invitation.purpose, at: now, on: connection)
            }
            guard member.role == role, try Users.find(behind: member, on: connection) == nil else {
                throw Refusal.memberTaken(invitation.email)
            }
            return false
        }
    }

    private func mail(_ shown: Shown, to workspace: Workspace, on connection: Connection) throws -> [Effect] {
        let link = shown.link
        let inviter = try link.inviter.flatMap { try Members.find($0, in: workspace.id, on: connection) }
        let notice = MailNotice.Invitation(
            to: workspace.name, as: link.role ?? .member, by: inviter?.name, link: shown.url(at: office.site.appURL), until: link.endsAt)
        return try office.mail(.invitation(notice), to: link.email, at: now, on: connection)
    }

    package func withdraw(_ invitation: OneTimeLink, from workspace: Workspace) -> Change<Void> {
        let assignment = Assignment(office, for: workspace, by: author, at: now)
        return Change(assignment) { connection in
            guard try OneTimeLinks.use(invitation, on: connection) else { return .init((), isChange: false) }
            try assignment.record(.invitationWithdrawn, invitation.id.description, before: invitation.json, on: connection)
            return .init(())
        }
    }

    /// Takes away all ways in but a password that is yet to be set: for who has lost them, or for whose account a stranger had
    /// first.
    package func resetAll(_ user: User) throws -> Change<Shown> {
        let account = AccountAssignment.other(office, user, by: author, at: now)
        var without = user
        (without.password, without.authenticatorApp) = (nil, nil)
        let cleared = without
        return try reset(user) { connection in
            try Users.update(cleared, on: connection)
            try Users.setRecoveryCodes([], of: user.id, on: connection)
            for passkey in try Passkeys.list(of: user.id, on: connection) {
                guard try Passkeys.remove(passkey, on: connection) else { continue }
                try account.record(.userPasskeyRemoved, passkey.id.description, on: connection)
            }
            if user.hasSecondFactor { try account.record(.userTOTPDisabled, user.id.description, on: connection) }
            try Sessions.endAll(of: user.id, on: connection)
            try account.record(.userResetMade, user.id.description, on: connection)
            return try account.mail(.everythingReset, on: connection)
        }
    }

    /// Lets a user set another password. The audit log of each of their workspaces has it.
    package func reset(_ user: User) throws -> Change<Shown> {
        let account = AccountAssignment.other(office, user, by: author, at: now)
        return try reset(user) { connection in
            try account.record(.userResetMade, user.id.description, on: connection)
            return []
        }
    }

    /// The same, asked for in one workspace, whose audit log has it.
    /// - Parameter inviter: who has asked for it: the link ends with their rights.
    package func reset(
        _ user: User, behind member: Member, of workspace: Workspace, by inviter: MemberID?
    ) throws -> Change<Shown> {
        let assignment = Assignment(office, for: workspace, by: author, at: now)
        return try reset(user, in: workspace, by: inviter) { connection in
            try assignment.record(.userResetMade, member.id.description, on: connection)
            return []
        }
    }

    private func reset(
        _ user: User, in workspace: Workspace? = nil, by inviter: MemberID? = nil, _ record: @escaping (Connection) throws -> [Effect]
    ) throws -> Change<Shown> {
        var link = OneTimeLink(.reset, for: user.email, at: now)
        (link.user, link.workspace, link.inviter) = (user.id, workspace?.id, inviter)
        return try make(link, writing: { _, connection in try record(connection) })
    }

    /// - Parameters:
    ///   - end: ends what stands in its place.
    ///   - more: what is written beside it; comes to what follows.
    private func make(
        _ link: OneTimeLink, inPlaceOf end: @escaping (Connection) throws -> Void = { _ in },
        writing more: @escaping (Shown, Connection) throws -> [Effect] = { _, _ in [] }
    ) throws -> Change<Shown> {
        let shown = Shown(link: link, token: base64URL(try randomBytes(32)))
        return Change(office) { connection in
            try end(connection)
            try OneTimeLinks.create(link, digest: sha256(shown.token), on: connection)
            return .init(shown, followedBy: try more(shown, connection))
        }
    }

    // MARK: Using

    /// Makes a user and the member, and signs them in.
    /// - Parameter workspaceName: of the workspace that they make, where the link is for none.
    /// - Throws: ``Refusal/linkUsed`` where somebody else has used the link meanwhile.
    package func accept(
        _ link: OneTimeLink, _ user: User, workspaceName: String?, from place: Session.Place
    ) throws -> Change<SessionWork.Started> {
        let sessions = SessionWork(.own(office, user, from: author, at: now))
        let started = try sessions.started(by: .link, isKept: false, from: place)
        return try use(link, workspaceName, for: user) { connection, join in
            try Users.create(user, on: connection)
            let effects = try join()
            return .init(started, followedBy: try effects + sessions.write(started, isAnnounced: false, on: connection))
        }
    }

    /// Makes somebody who is signed in a member. Their session stays as it is: the link does not show who they are.
    package func join(_ link: OneTimeLink, _ user: User, workspaceName: String?) throws -> Change<Void> {
        try use(link, workspaceName, for: user) { _, join in .init((), followedBy: try join()) }
    }

    private func use<Value>(
        _ link: OneTimeLink, _ workspaceName: String?, for user: User,
        _ body: @escaping (Connection, _ join: () throws -> [Effect]) throws -> Change<Value>.Outcome
    ) throws -> Change<Value> {
        let workspace = try workspace(of: link, named: workspaceName)
        return Change(office) { connection in
            guard try OneTimeLinks.use(link, on: connection) else { throw Refusal.linkUsed }
            if workspace.isNew { try Workspaces.create(workspace.value, on: connection) }
            return try body(connection) { try join(user, workspace.value, as: link.role ?? .owner, on: connection) }
        }.otherwise { error in
            throw (error as? MariaDBError)?.code == .duplicateKey ? Refusal.changedMeanwhile : error
        }
    }

    private func workspace(of link: OneTimeLink, named name: String?) throws -> (value: Workspace, isNew: Bool) {
        if let id = link.workspace { return (try office.workspace(id), false) }
        let name = name ?? link.email
        return (Workspace(id: .new(), slug: try freeSlug(for: name), name: name, plan: .hobby, createdAt: now), true)
    }

    /// A name for the address bar, made of the workspace's own.
    private func freeSlug(for name: String) throws -> String {
        let stem = Workspace.slug(from: name)
        for number in 1...100 {
            let slug = number == 1 ? stem : "\(stem.prefix(36))-\(number)"
            if try office.store.read({ try Workspaces.find(slug: slug, on: $0) }) == nil { return slug }
        }
        throw Refusal.workspaceTaken(stem)
    }

    private func join(_ user: User, _ workspace: Workspace, as role: Role, on connection: Connection) throws -> [Effect] {
        let known = try Members.find(email: user.email, in: workspace.id, on: connection)
        let member = known ?? Member(
            id: .new(), workspace: workspace.id, email: user.email, name: user.name, role: role, createdAt: now)
        let assignment = Assignment(
            office, for: workspace, by: Author(.member(member.id), like: author), at: now)
        // Who invited them as less may have the link still.
        if let known, known.role.isAbove(role) { throw Refusal.linkUsed }
        // Who was invited has a place already. A member who was there before stays what they are: others may have changed that since.
        if known == nil { try Members.create(member, on: connection) }
        // A link that somebody of another workspace has made would open this one, too.
        try OneTimeLinks.endResets(of: user, on: connection)
        guard try Users.join(user.id, member, on: connection) else { throw Refusal.memberTaken(user.email) }
        try assignment.record(.memberJoined, member.id.description, after: member.json, on: connection)
        return [.access(workspace.id)]
    }

    /// Sets a password, ends all sessions, and signs nobody in: a second factor is still asked for.
    /// - Parameter network: where that is done: from there the user may sign in next.
    package func setPassword(_ password: User.Password, of user: User, with link: OneTimeLink, from network: String) -> Change<Void> {
        let assignment = AccountAssignment.own(office, user, from: author, at: now)
        var changed = user
        changed.password = password
        let after = changed
        return Change(office) { connection in
            guard try OneTimeLinks.use(link, on: connection) else { throw Refusal.linkUsed }
            try Users.update(after, on: connection)
            try Sessions.endAll(of: user.id, on: connection)
            try KnownNetworks.note(network, of: user.id, at: now, on: connection)
            try assignment.record(.userPasswordChanged, user.id.description, on: connection)
            return .init((), followedBy: try assignment.mail(.passwordChanged, on: connection))
        }
    }
}

extension Author {
    /// Another actor, from the same place.
    fileprivate init(_ actor: AuditEntry.Actor, like other: Author) {
        self = other
        self.actor = actor
    }
}
