import AccountStore
import Bootstrap
import Crypto
import Mail
import Model
import Store

/// Tells MASK_ACME_EMAIL of certificates that end soon and were not renewed. Whoever renews them works on this server: to the owners
/// of a workspace the command would be of no use.
public enum CertificateMails {
    public static let warningDays = 10

    /// Puts a mail into the outbox for each host, once a day.
    /// - Parameter ends: of each host, in seconds since 1970.
    public static func add(
        about ends: [(host: String, end: Int)], _ configuration: Configuration, in store: Store, at now: Timestamp = .now()
    ) throws {
        guard let key = configuration.mailKey, let recipient = configuration.acmeEmail.flatMap({ MailAddress($0) }) else { return }
        for (host, end) in ends where end - now.seconds < warningDays * 86_400 {
            let notice = MailNotice.certificateEnding(host: host, end: Timestamp(milliseconds: Int64(end) * 1000))
            let mail = OutgoingMail(id: id(host, now.day), notice, to: recipient)
            try store.write { try Mails.add(mail, sealedWith: key, at: now, on: $0) }
        }
    }

    /// One for each host and day, whichever run on whichever host it is.
    private static func id(_ host: String, _ day: Int) -> MailID {
        let digest = sha256("certificate ending \(host) \(day)").prefix(16)
        return MailID(ULID(value: digest.reduce(0) { $0 << 8 | UInt128($1) }))
    }
}
