import Crypto
import MariaDB
import Model
import Store

/// A passkey of a user (a WebAuthn credential): what verifies its signatures.
public struct Passkey: Sendable, Equatable {
    public var id: PasskeyID
    public var user: UserID
    /// At most 1,023 bytes (WebAuthn, credential id).
    public var credential: [UInt8]
    /// SubjectPublicKeyInfo, DER.
    public var publicKey: [UInt8]
    /// COSE: -7, -8 or -257.
    public var algorithm: Int
    /// What the authenticator counted last; 0 where it does not count.
    public var counter: Int
    public var isBackupEligible: Bool
    public var isBackedUp: Bool
    public var transports: [String]
    /// For which it was made: under another name it is of no use.
    public var host: String
    public var name: String
    public var lastUsedAt: Timestamp?
    public var createdAt: Timestamp

    /// Of all transports, with spaces between them.
    public static let transportsLength = 100

    public init(
        of user: UserID, credential: [UInt8], publicKey: [UInt8], algorithm: Int, counter: Int, isBackupEligible: Bool,
        isBackedUp: Bool, transports: [String], host: String, name: String, createdAt: Timestamp
    ) {
        (id, self.user, self.credential, self.publicKey) = (.new(), user, credential, publicKey)
        (self.algorithm, self.counter, self.isBackupEligible) = (algorithm, counter, isBackupEligible)
        (self.isBackedUp, self.transports, self.host) = (isBackedUp, transports, host)
        (self.name, self.createdAt) = (name, createdAt)
    }

    fileprivate init(_ row: Row) throws(MariaDBError) {
        (id, user, credential, publicKey) = (try row.identifier(0), try row.identifier(1), try row.bytes(2), try row.bytes(3))
        (algorithm, counter) = (try row.integer(4), try row.integer(5))
        (isBackupEligible, isBackedUp) = (try row.bool(6), try row.bool(7))
        transports = try row.string(8).split(separator: " ").map(String.init)
        (host, name, lastUsedAt) = (try row.string(9), try row.string(10), try row.optionalTimestamp(11))
        createdAt = try row.timestamp(12)
    }
}

/// The table `passkeys`.
public enum Passkeys {
    /// Passkeys of one user.
    public static let limit = 20

    public static func create(_ passkey: Passkey, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            INSERT INTO passkeys (
              id, user_id, credential_digest, credential_id, public_key, algorithm, counter, backup_eligible, backed_up,
              transports, host, name, created_at)
            VALUES (
              \(passkey.id), \(passkey.user), \(sha256(passkey.credential)), \(passkey.credential), \(passkey.publicKey),
              \(passkey.algorithm), \(passkey.counter), \(passkey.isBackupEligible), \(passkey.isBackedUp),
              \(passkey.transports.joined(separator: " ")), \(passkey.host), \(passkey.name), \(passkey.createdAt))
            """)
    }

    public static func find(credential: [UInt8], on connection: Connection) throws(MariaDBError) -> Passkey? {
        try connection.query("SELECT \(columns) FROM passkeys WHERE credential_digest = \(sha256(credential))").first
            .map { row throws(MariaDBError) in try Passkey(row) }
    }

    public static func find(_ id: PasskeyID, of user: UserID, on connection: Connection) throws(MariaDBError) -> Passkey? {
        try connection.query("SELECT \(columns) FROM passkeys WHERE id = \(id) AND user_id = \(user)").first
            .map { row throws(MariaDBError) in try Passkey(row) }
    }

    /// In the order in which they were made.
    public static func list(of user: UserID, on connection: Connection) throws(MariaDBError) -> [Passkey] {
        try connection.query("SELECT \(columns) FROM passkeys WHERE user_id = \(user) ORDER BY id")
            .map { row throws(MariaDBError) in try Passkey(row) }
    }

    /// Whether a user has it still; held until the transaction ends.
    public static func hold(_ id: PasskeyID, of user: UserID, on connection: Connection) throws(MariaDBError) -> Bool {
        try connection.query("SELECT 1 FROM passkeys WHERE id = \(id) AND user_id = \(user) FOR UPDATE").first != nil
    }

    /// Notes a use.
    /// - Returns: false where another use, of the same signature or a later one, was noted meanwhile.
    public static func note(
        _ passkey: Passkey, counter: Int, isBackedUp: Bool, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> Bool {
        try connection.execute("""
            UPDATE passkeys SET counter = \(counter), backed_up = \(isBackedUp), last_used_at = \(now)
            WHERE id = \(passkey.id) AND counter = \(passkey.counter)
            """) == 1
    }

    public static func rename(_ passkey: Passkey, to name: String, on connection: Connection) throws(MariaDBError) {
        try connection.execute("UPDATE passkeys SET name = \(name) WHERE id = \(passkey.id)")
    }

    public static func remove(_ passkey: Passkey, on connection: Connection) throws(MariaDBError) -> Bool {
        try connection.execute("DELETE FROM passkeys WHERE id = \(passkey.id)") == 1
    }

    private static let columns: SQL = """
        id, user_id, credential_id, public_key, algorithm, counter, backup_eligible, backed_up, transports, host, name,
        last_used_at, created_at
        """
}
