import AccountStore
import JSON
import MariaDB
import Model
import Store

/// What is done to passkeys.
extension UserWork {
    /// - Throws: ``Refusal/passkeyKnown``, ``Refusal/tooManyPasskeys``.
    package func add(_ passkey: Passkey) -> Change<Passkey> {
        Change(assignment.office) { connection in
            // The row of the user is held, so that no two are the last that there is room for.
            guard try Users.hold(user.id, on: connection) != nil else { throw ChangedMeanwhile() }
            guard try Passkeys.list(of: user.id, on: connection).count < Passkeys.limit else { throw Refusal.tooManyPasskeys }
            try Passkeys.create(passkey, on: connection)
            try assignment.record(.userPasskeyAdded, passkey.id.description, after: passkey.json, on: connection)
            return .init(passkey, followedBy: try assignment.mail(.passkeyAdded(passkey.name), on: connection))
        }.otherwise { error in
            throw (error as? MariaDBError)?.code == .duplicateKey ? Refusal.passkeyKnown : error
        }
    }

    package func rename(_ passkey: Passkey, to name: String) -> Change<Passkey> {
        var renamed = passkey
        renamed.name = name
        let after = renamed
        return Change(assignment.office) { connection in
            try Passkeys.rename(passkey, to: name, on: connection)
            return .init(after)
        }
    }

    /// - Throws: ``Refusal/lastWayIn``.
    package func remove(_ passkey: Passkey, in session: SessionID) -> Change<Void> {
        Change(assignment.office) { connection in
            // The row of the user is held, so that two who each leave the other cannot both go.
            guard let user = try Users.hold(user.id, on: connection) else { throw ChangedMeanwhile() }
            guard try Passkeys.remove(passkey, on: connection) else { return .init((), isChange: false) }
            // One that was made under another name of the host lets nobody in.
            let others = try Passkeys.list(of: user.id, on: connection).filter { $0.host == assignment.office.site.appHost }
            if others.isEmpty && user.password == nil { throw Refusal.lastWayIn }
            try Sessions.endAll(of: user.id, but: session, on: connection)
            try assignment.record(.userPasskeyRemoved, passkey.id.description, on: connection)
            return .init((), followedBy: try assignment.mail(.passkeyRemoved(passkey.name), on: connection))
        }
    }

    /// Notes that a passkey was used.
    /// - Returns: false where another use, of the same signature or a later one, was noted meanwhile.
    package func note(_ passkey: Passkey, counter: Int, isBackedUp: Bool) -> Change<Bool> {
        Change(assignment.office) { [now = assignment.now] connection in
            let isNoted = try Passkeys.note(passkey, counter: counter, isBackedUp: isBackedUp, at: now, on: connection)
            return .init(isNoted, isChange: isNoted)
        }
    }

    /// Tells of a passkey that may be in two authenticators. It is as it was.
    /// - Parameter counter: what came, which is not more than what was stored.
    package func suspect(_ passkey: Passkey, counter: Int) -> Change<Void> {
        Change(assignment.office) { connection in
            try assignment.record(
                .userPasskeySuspicious, passkey.id.description,
                after: ["stored_counter": JSON(passkey.counter), "sent_counter": JSON(counter)], on: connection)
            return .init(())
        }
    }
}
