import MariaDB
import Model

/// The answer to a POST request with an Idempotency-Key, as it is replayed.
public struct IdempotentAnswer: Sendable, Equatable {
    public var workspace: WorkspaceID
    /// SHA-256 of the Idempotency-Key.
    public var digest: [UInt8]
    /// SHA-256 of what was asked: method, target and body.
    public var fingerprint: [UInt8]
    public var status: Int
    public var location: String?
    public var entityTag: String?
    /// As it went over the wire; encrypted where ``isSealed``.
    public var body: [UInt8]
    public var isSealed: Bool
    /// What follows the change; nil where nothing does.
    public var effects: String?
    public var createdAt: Timestamp

    public init(
        workspace: WorkspaceID, digest: [UInt8], fingerprint: [UInt8], status: Int = 0, location: String? = nil,
        entityTag: String? = nil, body: [UInt8] = [], isSealed: Bool = false, effects: String? = nil, createdAt: Timestamp
    ) {
        self.workspace = workspace
        self.digest = digest
        self.fingerprint = fingerprint
        self.status = status
        self.location = location
        self.entityTag = entityTag
        self.body = body
        self.isSealed = isSealed
        self.effects = effects
        self.createdAt = createdAt
    }
}

/// The table `idempotency_keys`.
public enum IdempotencyKeys {
    /// Answers are replayed for a day.
    public static let lifetimeMilliseconds: Int64 = 86_400_000

    /// An answer that is longer counts for the workspace's quota: as many short ones as its rate limit lets in are no load.
    public static let countedBytes = 4096

    /// The statement that stores an answer, to stand before all others in the transaction of the change: a copy of the
    /// request waits there until this one is committed, and is then refused by the unique key.
    public static func insertion(of answer: IdempotentAnswer) -> SQL {
        """
        INSERT INTO idempotency_keys (
          workspace_id, digest, fingerprint, status, location, entity_tag, body, size, sealed, effects, created_at)
        VALUES (
          \(answer.workspace), \(answer.digest), \(answer.fingerprint), \(answer.status), \(answer.location),
          \(answer.entityTag), \(answer.body), \(answer.countedSize), \(answer.isSealed), \(answer.effects),
          \(answer.createdAt))
        """
    }

    /// Puts the answer in the place that the same transaction has taken for it.
    public static func complete(_ answer: IdempotentAnswer, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            UPDATE idempotency_keys
            SET status = \(answer.status), location = \(answer.location), entity_tag = \(answer.entityTag),
                body = \(answer.body), size = \(answer.countedSize), sealed = \(answer.isSealed),
                effects = \(answer.effects)
            WHERE workspace_id = \(answer.workspace) AND digest = \(answer.digest)
            """)
    }

    /// The answer that is stored under a key, unless it is too old.
    public static func find(
        digest: [UInt8], in workspace: WorkspaceID, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> IdempotentAnswer? {
        guard let row = try connection.query("""
            SELECT fingerprint, status, location, entity_tag, body, sealed, created_at, effects
            FROM idempotency_keys
            WHERE workspace_id = \(workspace) AND digest = \(digest) AND created_at > \(oldest(now))
            """).first
        else { return nil }
        return IdempotentAnswer(
            workspace: workspace, digest: digest, fingerprint: try row.bytes(0), status: try row.integer(1),
            location: try row.optionalString(2), entityTag: try row.optionalString(3), body: try row.bytes(4),
            isSealed: try row.bool(5), effects: try row.optionalString(7), createdAt: try row.timestamp(6))
    }

    /// Makes room under a key whose answer is too old.
    public static func forget(
        digest: [UInt8], in workspace: WorkspaceID, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) {
        try connection.execute("""
            DELETE FROM idempotency_keys
            WHERE workspace_id = \(workspace) AND digest = \(digest) AND created_at <= \(oldest(now))
            """)
    }

    /// Forgets answers that are too old, a few thousand at a time, and returns how many.
    public static func forgetOld(at now: Timestamp, on connection: Connection) throws(MariaDBError) -> Int {
        try connection.execute("DELETE FROM idempotency_keys WHERE created_at <= \(oldest(now)) LIMIT 5000")
    }

    private static func oldest(_ now: Timestamp) -> Timestamp {
        now.adding(milliseconds: -lifetimeMilliseconds)
    }
}

extension IdempotentAnswer {
    /// Bytes that count for the workspace's quota; nil of a short one.
    public var countedSize: Int? {
        let size = body.count + (effects?.utf8.count ?? 0)
        return size > IdempotencyKeys.countedBytes ? size : nil
    }
}

extension MariaDBError {
    /// The unique key of `idempotency_keys` refused: the Idempotency-Key has an answer.
    public var isIdempotencyKeyTaken: Bool { isDuplicate(of: "idempotency_key") }
}
