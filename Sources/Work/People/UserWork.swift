import AccountStore
import Crypto
import Mail
import MariaDB
import Model
import Store

/// What is done to the account of a user. A changed way to sign in ends all other sessions.
package struct UserWork {
    let assignment: AccountAssignment

    package init(_ assignment: AccountAssignment) { self.assignment = assignment }

    var user: User { assignment.user }

    /// Changes the name, and how the dashboard looks.
    package func update(name: String, settings: User.Settings) -> Change<User> {
        change { $0.name = name; $0.settings = settings }
    }

    /// - Parameters:
    ///   - session: the one that goes on.
    package func setPassword(_ password: User.Password, in session: SessionID) -> Change<User> {
        change(.userPasswordChanged, telling: .passwordChanged, endingAllBut: session) { $0.password = password }
    }

    /// Gives an authenticator app a secret, which counts once a code of it was seen.
    package func setAuthenticatorApp(sealedSecret: [UInt8]) -> Change<User> {
        change { $0.authenticatorApp = User.AuthenticatorApp(sealedSecret: sealedSecret) }
    }

    /// - Parameters:
    ///   - step: of the code that was seen.
    ///   - codes: digests of recovery codes.
    package func confirmAuthenticatorApp(step: Int, recoveryCodes codes: [[UInt8]], in session: SessionID) -> Change<User> {
        change(
            .userTOTPEnabled, telling: .codesTurnedOn, endingAllBut: session,
            and: { try Users.setRecoveryCodes(codes, of: user.id, on: $0) }
        ) { user in
            user.authenticatorApp?.isConfirmed = true
            user.authenticatorApp?.lastStep = step
        }
    }

    /// Tells of a wrong first code. Each try leaves an entry: `SignInLimits` bounds the tries.
    package func refuseAuthenticatorApp() -> Change<Void> {
        Change(assignment.office) { connection in
            try assignment.record(.userTOTPRefused, user.id.description, on: connection)
            return .init(())
        }
    }

    /// - Throws: ``Refusal/shortPassword`` where a password would let the user in alone that is too short for that.
    package func removeAuthenticatorApp(in session: SessionID) throws(Refusal) -> Change<User> {
        if user.hasSecondFactor, user.password?.isShort == true { throw .shortPassword }
        // One that no code was seen of has never counted.
        let counted = user.hasSecondFactor
        return change(
            counted ? .userTOTPDisabled : nil, telling: counted ? .codesTurnedOff : nil, endingAllBut: session,
            and: { try Users.setRecoveryCodes([], of: user.id, on: $0) }
        ) { $0.authenticatorApp = nil }
    }

    package func setRecoveryCodes(_ digests: [[UInt8]]) -> Change<Void> {
        Change(assignment.office) { connection in
            try Users.setRecoveryCodes(digests, of: user.id, on: connection)
            try assignment.record(.userRecoveryCodesMade, user.id.description, on: connection)
            return .init(())
        }
    }

    /// Lets nobody sign in as the user any more, or lets them again.
    package func setDisabled(_ isDisabled: Bool) -> Change<User> {
        change(isDisabled ? .userDisabled : .userEnabled, endingAllBut: .some(nil)) { [now = assignment.now] user in
            user.disabledAt = isDisabled ? user.disabledAt ?? now : nil
        }
    }

    // MARK: Parts

    private func change(
        _ action: AuditAction? = nil, telling what: MailNotice.AccountChange.What? = nil, endingAllBut kept: SessionID?? = .none,
        and more: @escaping (Connection) throws -> Void = { _ in }, _ change: (inout User) -> Void
    ) -> Change<User> {
        var changed = user
        change(&changed)
        let after = changed
        return Change(assignment.office) { connection in
            try Users.update(after, on: connection)
            try more(connection)
            if case .some(let kept) = kept { try Sessions.endAll(of: user.id, but: kept, on: connection) }
            if let action { try assignment.record(action, user.id.description, on: connection) }
            var made = after
            made.version += 1
            return .init(made, followedBy: try what.map { try assignment.mail($0, on: connection) } ?? [])
        }
    }
}
