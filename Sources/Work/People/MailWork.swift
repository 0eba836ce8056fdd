import AccountStore
import Mail
import MariaDB
import Model
import Store

extension Office {
    /// Puts a mail into the outbox, in the transaction of what it tells of. Nothing where this installation sends none, and where the
    /// address is one that mail is not sent to.
    func mail(_ notice: MailNotice, to recipient: String, at now: Timestamp, on connection: Connection) throws {
        guard let mailKey, let address = MailAddress(recipient) else { return }
        try Mails.add(OutgoingMail(notice, to: address), sealedWith: mailKey, at: now, on: connection)
    }

    /// Asks for a link that sets another password. It writes the same whether there is such a user: who that is, is looked up by
    /// `maskctl mail send`.
    package func requestReset(_ email: String, at now: Timestamp = .now()) -> Change<Void> {
        Change(self) { connection in
            try mail(.reset, to: email, at: now, on: connection)
            return .init(())
        }
    }
}
