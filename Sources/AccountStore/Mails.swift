import Crypto
import Mail
import MariaDB
import Model
import Store

/// A mail that waits, or has waited.
public struct OutgoingMail: Sendable, Equatable {
    public var id: MailID
    /// Nil: the owners and admins of the workspace that it is about, who are looked up when it is sent.
    public var recipient: MailAddress?
    public var notice: MailNotice

    public init(id: MailID = .new(), _ notice: MailNotice, to recipient: MailAddress?) {
        (self.id, self.notice, self.recipient) = (id, notice, recipient)
    }
}

/// The table `mails`: an outbox.
public enum Mails {
    /// Mails of one kind to one recipient in a day; of all six kinds together 60. By kinds, so that whoever asks for resets, or
    /// invites, keeps nobody from hearing of a sign-in.
    public static let dailyLimit = 10
    /// Between tries, in seconds; after the last it is given up.
    static let pauses = [60, 300, 1800, 7200, 43_200]
    /// A run that has claimed a mail and says nothing for so long is dead.
    static let leaseSeconds = 600
    private static let keptDays = 30

    /// Puts a mail into the outbox, in the transaction of what it tells of. One whose id is there already is there once.
    /// - Parameter key: the installation's secret key.
    /// - Returns: false where the recipient has had enough today.
    @discardableResult
    public static func add(_ mail: OutgoingMail, sealedWith key: String, at now: Timestamp, on connection: Connection) throws -> Bool {
        let kind = mail.notice.kind.rawValue
        if let recipient = mail.recipient {
            let day = now.adding(days: -1)
            let count = try connection.query("""
                SELECT COUNT(*) FROM mails
                WHERE recipient = \(recipient.description) AND kind = \(kind) AND created_at > \(day)
                """).first.map { row throws(MariaDBError) in try row.integer(0) } ?? 0
            guard count < dailyLimit else { return false }
        }
        // The sender of webhooks may do no more than this.
        try connection.execute("""
            INSERT IGNORE INTO mails (id, recipient, kind, content, due_at, created_at)
            VALUES (\(mail.id), \(mail.recipient?.description ?? ""), \(kind), \(try seal(mail.notice.content, secret: key)),
                    \(now), \(now))
            """)
        return true
    }

    // MARK: Sending

    /// A mail that this run alone has.
    public struct Claimed: Sendable, Equatable {
        public var id: MailID
        public var recipient: MailAddress?
        public var kind: MailNotice.Kind
        /// Nil where it was sealed with another secret key.
        public var notice: MailNotice?
        /// With the one that begins now.
        public var attempts: Int
        /// When it is over for this run: another may take it.
        public var leaseEnd: Timestamp
    }

    /// Claims the mail that has been due for longest.
    /// - Returns: nil where none is due.
    public static func claim(unsealedWith key: String, at now: Timestamp, on connection: Connection) throws -> Claimed? {
        let due = try connection.query("SELECT id FROM mails WHERE due_at <= \(now) ORDER BY due_at, id LIMIT 20")
        for row in due {
            let id: MailID = try row.identifier(0)
            let end = now.adding(seconds: leaseSeconds)
            // Of two runs one finds it due.
            let isClaimed = try connection.execute(
                "UPDATE mails SET attempts = attempts + 1, due_at = \(end) WHERE id = \(id) AND due_at <= \(now)") == 1
            guard isClaimed, let claimed = try claimed(id, key, until: end, on: connection) else { continue }
            return claimed
        }
        return nil
    }

    private static func claimed(_ id: MailID, _ key: String, until end: Timestamp, on connection: Connection) throws -> Claimed? {
        guard let row = try connection.query("SELECT recipient, kind, content, attempts FROM mails WHERE id = \(id)").first else { return nil }
        guard let kind = MailNotice.Kind(rawValue: try row.string(1)) else { throw row.wrong(1, "a kind of mail") }
        let content = try unseal(try row.bytes(2), secret: key)
        return Claimed(
            id: id, recipient: MailAddress(try row.string(0)), kind: kind, notice: content.flatMap { MailNotice(kind, content: $0) },
            attempts: try row.integer(3), leaseEnd: end)
    }

    /// Notes that a mail was sent, or was for nobody: nothing waits any more.
    /// - Returns: false where the claim was over.
    @discardableResult
    public static func noteEnd(of mail: Claimed, at now: Timestamp, on connection: Connection) throws(MariaDBError) -> Bool {
        try connection.execute("""
            UPDATE mails SET sent_at = \(now), due_at = NULL, content = '', complaint = NULL
            WHERE id = \(mail.id) AND due_at = \(mail.leaseEnd)
            """) == 1
    }

    /// Notes why a try has failed, and when the next one is due.
    /// - Parameter isHopeless: no other try is made.
    /// - Returns: whether the mail is given up.
    public static func note(
        _ complaint: String, about mail: Claimed, isHopeless: Bool = false, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> Bool {
        let next = isHopeless || mail.attempts > pauses.count ? nil : now.adding(seconds: pauses[max(0, mail.attempts - 1)])
        let content: SQL = next == nil ? "''" : "content"
        let end: Timestamp? = next == nil ? now : nil
        try connection.execute("""
            UPDATE mails SET complaint = \(HeaderText.complaint(complaint)), due_at = \(next), failed_at = \(end), content = \(content)
            WHERE id = \(mail.id) AND due_at = \(mail.leaseEnd)
            """)
        return next == nil
    }

    // MARK: Looking

    /// A mail as a list shows it: nothing of what it says.
    public struct Listed: Sendable, Equatable {
        public var id: MailID
        public var recipient: String
        public var kind: String
        public var attempts: Int
        public var complaint: String?
        /// Nil where it was given up.
        public var dueAt: Timestamp?
        public var createdAt: Timestamp
    }

    /// What waits and what was given up, oldest first.
    public static func list(limit: Int = 1000, on connection: Connection) throws(MariaDBError) -> [Listed] {
        try connection.query("""
            SELECT id, recipient, kind, attempts, complaint, due_at, created_at FROM mails
            WHERE due_at IS NOT NULL OR failed_at IS NOT NULL ORDER BY created_at, id LIMIT \(limit)
            """).map { row throws(MariaDBError) in
                Listed(
                    id: try row.identifier(0), recipient: try row.string(1), kind: try row.string(2), attempts: try row.integer(3),
                    complaint: try row.optionalString(4), dueAt: try row.optionalTimestamp(5), createdAt: try row.timestamp(6))
            }
    }

    /// Forgets what is older than it is kept, whether it was sent or not.
    /// - Returns: how many that were.
    package static func forgetOld(at now: Timestamp, on connection: Connection) throws(MariaDBError) -> Int {
        try connection.execute("DELETE FROM mails WHERE created_at < \(now.adding(days: -keptDays)) LIMIT 10000")
    }
}

extension HeaderText {
    /// Why a try has failed, in one line that finds room in the table.
    fileprivate static func complaint(_ text: String) -> String {
        String(HeaderText(text).text.unicodeScalars.prefix(500))
    }
}
