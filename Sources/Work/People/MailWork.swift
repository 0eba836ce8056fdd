import AccountStore
import Mail
import MariaDB
import Model
import Store

extension Office {
    /// Puts a mail into the outbox, in the transaction of what it tells of. Nothing where this installation sends none, and where the
    /// address is one that mail is not sent to.
    /// - Returns: what follows.
    func mail(_ notice: MailNotice, to recipient: String, at now: Timestamp, on connection: Connection) throws -> [Effect] {
        guard let mailKey, let address = MailAddress(recipient) else { return [] }
        try Mails.add(OutgoingMail(notice, to: address), sealedWith: mailKey, at: now, on: connection)
        return [.mails]
    }

    /// Asks for a link that sets another password. It writes the same whether there is such a user: who that is, is looked up by
    /// `maskctl mail send`.
    package func requestReset(_ email: String, at now: Timestamp = .now()) -> Change<Void> {
        Change(self) { connection in
            .init((), followedBy: try mail(.reset, to: email, at: now, on: connection))
        }
    }
}

extension AccountAssignment {
    /// Tells the user by mail that a way into their account has changed, in the transaction of that.
    /// - Returns: what follows.
    func mail(_ what: MailNotice.AccountChange.What, on connection: Connection) throws -> [Effect] {
        try office.mail(.accountChange(.init(what, from: isOwn ? author.place : nil, at: now)), to: user.email, at: now, on: connection)
    }
}

extension Author {
    /// From where, as mails tell it.
    fileprivate var place: MailNotice.Place {
        let agent = UserAgent(parsing: userAgent)
        return .init(browser: agent.browser, system: agent.os, address: AddressRange.coarse(address))
    }
}
