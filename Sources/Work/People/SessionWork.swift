import AccountStore
import Crypto
import Mail
import MariaDB
import Model
import Store

/// What is done to sessions. They are read with each request, so nothing has to follow.
package struct SessionWork {
    let assignment: AccountAssignment

    package init(_ assignment: AccountAssignment) { self.assignment = assignment }

    /// A session with its cookie's value, which is stored nowhere.
    package typealias Started = (session: Session, value: String)

    /// - Parameter passkey: by which the user has signed in.
    /// - Throws: ``Refusal/changedMeanwhile`` where what they have signed in with counts no more.
    package func start(
        by method: Session.Method, with passkey: PasskeyID? = nil, isKept: Bool, from place: Session.Place
    ) throws -> Change<Started> {
        let started = try started(by: method, isKept: isKept, from: place)
        return Change(assignment.office) { connection in
            try requireUnchanged(on: connection)
            if let passkey, try !Passkeys.hold(passkey, of: assignment.user.id, on: connection) { throw Refusal.changedMeanwhile }
            return .init(started, followedBy: try write(started, on: connection))
        }
    }

    /// - Throws: `CryptoError`.
    func started(by method: Session.Method, isKept: Bool, from place: Session.Place) throws -> Started {
        (Session(of: assignment.user.id, by: method, isKept: isKept, from: place, at: assignment.now), try Self.value())
    }

    /// What ends sessions meanwhile has ended this one, too: another password or app, the end of the user. Whatever ends them holds
    /// the user's row as this does, so that one of the two comes first.
    private func requireUnchanged(on connection: Connection) throws {
        let read = assignment.user
        guard let user = try Users.hold(read.id, on: connection), user.disabledAt == nil, user.password?.hash == read.password?.hash,
            user.hasSecondFactor == read.hasSecondFactor
        else { throw Refusal.changedMeanwhile }
    }

    /// - Parameter isAnnounced: the user hears by mail of a place and a browser in which they are not signed in.
    /// - Returns: what follows.
    func write(_ started: Started, isAnnounced: Bool = true, on connection: Connection) throws -> [Effect] {
        let effects = isAnnounced ? try announce(started.session, on: connection) : []
        try KnownNetworks.note(started.session.address, of: assignment.user.id, at: assignment.now, on: connection)
        try Sessions.create(started.session, digest: sha256(started.value), on: connection)
        try assignment.record(.sessionCreated, started.session.id.description, after: started.session.json, on: connection)
        return effects
    }

    private func announce(_ session: Session, on connection: Connection) throws -> [Effect] {
        guard assignment.office.mailKey != nil,
            try !Sessions.knows(session.address, session.browser, of: session.user, on: connection)
        else { return [] }
        let place = MailNotice.Place(browser: session.browser, system: session.system, address: session.address)
        let notice = MailNotice.SignIn(from: place, at: session.createdAt)
        return try assignment.office.mail(.signIn(notice), to: assignment.user.email, at: assignment.now, on: connection)
    }

    /// Gives a session another value, which it has from now on.
    /// - Parameter steppedUp: the user has shown who they are.
    package func renew(_ session: Session, steppedUp: Bool) throws -> Change<Started> {
        let value = try Self.value()
        var renewed = session
        if steppedUp { renewed.steppedUpAt = assignment.now }
        let after = renewed
        return Change(assignment.office) { connection in
            try Sessions.rotate(session.id, to: sha256(value), steppedUp: steppedUp, at: assignment.now, on: connection)
            return .init((after, value))
        }
    }

    /// Tells that the user has not shown who they are. Each try leaves an entry: `SignInLimits` bounds the tries.
    /// - Parameter method: what was wrong: `password`, `code` or `passkey`.
    package func refuseStepUp(of session: SessionID, by method: String) -> Change<Void> {
        Change(assignment.office) { connection in
            try assignment.record(.sessionStepUpRefused, session.description, after: ["method": .string(method)], on: connection)
            return .init(())
        }
    }

    /// - Returns: whether there was such a session of the user.
    package func end(_ id: SessionID) -> Change<Bool> {
        Change(assignment.office) { connection in
            guard try Sessions.end(id, of: assignment.user.id, on: connection) else { return .init(false, isChange: false) }
            try assignment.record(.sessionEnded, id.description, on: connection)
            return .init(true)
        }
    }

    /// Ends all sessions of the user, but for one.
    /// - Returns: how many that were.
    package func endAll(but kept: SessionID? = nil) -> Change<Int> {
        Change(assignment.office) { connection in
            let ended = try Sessions.endAll(of: assignment.user.id, but: kept, on: connection)
            if ended > 0 { try assignment.record(.sessionEnded, assignment.user.id.description, after: ["ended": .integer(Int64(ended))], on: connection) }
            return .init(ended, isChange: ended > 0)
        }
    }

    /// 256 random bits, as a cookie may have them.
    private static func value() throws -> String { base64URL(try randomBytes(32)) }
}
