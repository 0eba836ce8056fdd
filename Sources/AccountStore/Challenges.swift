import Crypto
import MariaDB
import Model
import Store

/// The table `challenges`: what authenticators have to sign, each once.
public enum Challenges {
    public static let seconds = 300

    /// What a challenge was made for.
    public enum Ceremony: Sendable, Equatable {
        /// Somebody whom nobody knows yet signs in.
        case signIn
        /// A user makes a passkey, or shows who they are, in this session.
        case session(SessionID, of: UserID)
    }

    public static func create(
        _ challenge: [UInt8], for ceremony: Ceremony, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) {
        let (session, user): (SessionID?, UserID?) =
            if case .session(let session, let user) = ceremony { (session, user) } else { (nil, nil) }
        try connection.execute("""
            INSERT INTO challenges (digest, user_id, session_id, ends_at)
            VALUES (\(sha256(challenge)), \(user), \(session), \(now.adding(seconds: seconds)))
            """)
    }

    /// Uses a challenge up, whatever comes of it.
    /// - Returns: false where there is none for this.
    public static func take(
        _ challenge: [UInt8], for ceremony: Ceremony, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> Bool {
        let (session, user): (SessionID?, UserID?) =
            if case .session(let session, let user) = ceremony { (session, user) } else { (nil, nil) }
        return try connection.execute("""
            DELETE FROM challenges
            WHERE digest = \(sha256(challenge)) AND user_id <=> \(user) AND session_id <=> \(session) AND ends_at > \(now)
            """) == 1
    }

    /// Forgets those that have ended.
    /// - Returns: how many that were.
    package static func forgetEnded(at now: Timestamp, on connection: Connection) throws(MariaDBError) -> Int {
        try connection.execute("DELETE FROM challenges WHERE ends_at < \(now) LIMIT 10000")
    }
}
