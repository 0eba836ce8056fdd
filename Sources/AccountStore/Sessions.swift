import MariaDB
import Model
import Store
import Text

/// The table `sessions`.
public enum Sessions {
    /// - Parameter digest: SHA-256 of the cookie's value.
    public static func create(_ session: Session, digest: [UInt8], on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            DELETE FROM sessions WHERE user_id = \(session.user) AND id NOT IN (
              SELECT id FROM (
                SELECT id FROM sessions WHERE user_id = \(session.user) ORDER BY seen_at DESC, id DESC LIMIT \(Session.limit - 1)
              ) kept)
            """)
        try connection.execute("""
            INSERT INTO sessions (
              id, user_id, digest, method, kept, browser, system, address, country, stepped_up_at, seen_at, ends_at, created_at)
            VALUES (
              \(session.id), \(session.user), \(digest), \(session.method.rawValue), \(session.isKept), \(session.browser),
              \(session.system), \(session.address), \(session.country), \(session.steppedUpAt), \(session.seenAt),
              \(session.endsAt), \(session.createdAt))
            """)
    }

    /// Who has a cookie, unless the session has ended or the user is disabled; and what they are in a workspace.
    /// - Parameters:
    ///   - digest: SHA-256 of the cookie's value.
    ///   - workspace: the slug of the workspace that is asked for; with ``Sandbox/suffix``, its sandbox, once it has had a test key.
    public static func authenticate(
        digest: [UInt8], workspace: String?, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> (session: Session, user: User, membership: Membership?)? {
        let overlap = now.adding(seconds: -Session.overlapSeconds)
        let isTest = workspace?.hasSuffix(Sandbox.suffix) ?? false
        let slug = workspace.map { String($0.dropLast(isTest ? Sandbox.suffix.count : 0)) }.flatMap { $0.isASCII ? $0 : nil }
        let hasTestKeys: SQL = isTest ? "AND EXISTS (SELECT 1 FROM api_keys k WHERE k.workspace_id = w.id AND k.test)" : ""
        guard let row = try connection.query("""
            SELECT \(columns), \(Users.columns), \(Users.membershipColumns), s.digest = \(digest)
            FROM sessions s JOIN users u ON u.id = s.user_id
            LEFT JOIN workspaces w ON w.slug = \(slug) \(hasTestKeys)
            LEFT JOIN members m ON m.workspace_id = w.id AND m.user_id = u.id
            WHERE (s.digest = \(digest) OR (s.previous_digest = \(digest) AND s.rotated_at > \(overlap)))
              AND s.ends_at > \(now) AND \(isUsed(at: now)) AND u.disabled_at IS NULL
            """).first
        else { return nil }
        let membership = row.isNull(width + Users.width + 11) ? nil : try Users.membership(row, at: width + Users.width)
        var session = try session(row)
        session.isFormerValue = try !row.bool(width + Users.width + Users.membershipWidth)
        return (session, try Users.user(row, at: width), isTest ? membership?.sandbox : membership)
    }

    /// Gives a session another value. The one before counts for some seconds more.
    /// - Parameter steppedUp: the user has shown who they are.
    public static func rotate(
        _ id: SessionID, to digest: [UInt8], steppedUp: Bool, at now: Timestamp, on connection: Connection
    ) throws(MariaDBError) {
        let time: SQL = steppedUp ? "\(now)" : "stepped_up_at"
        try connection.execute("""
            UPDATE sessions SET previous_digest = digest, digest = \(digest), rotated_at = \(now), stepped_up_at = \(time)
            WHERE id = \(id)
            """)
    }

    /// Those of a user that have not ended, the one that was used last first.
    public static func list(of user: UserID, at now: Timestamp, on connection: Connection) throws(MariaDBError) -> [Session] {
        try connection.query("""
            SELECT \(columns) FROM sessions s
            WHERE s.user_id = \(user) AND s.ends_at > \(now) AND \(isUsed(at: now)) ORDER BY s.seen_at DESC, s.id DESC
            """).map { row throws(MariaDBError) in try session(row) }
    }

    /// Whether the user has a session from a network in a browser.
    public static func knows(
        _ network: String, _ browser: String, of user: UserID, on connection: Connection
    ) throws(MariaDBError) -> Bool {
        try connection.query("""
            SELECT 1 FROM sessions WHERE user_id = \(user) AND address = \(network) AND browser = \(browser) LIMIT 1
            """).first != nil
    }

    /// Ends one, if the user has it.
    public static func end(_ id: SessionID, of user: UserID, on connection: Connection) throws(MariaDBError) -> Bool {
        try connection.execute("DELETE FROM sessions WHERE id = \(id) AND user_id = \(user)") == 1
    }

    /// Ends all of a user, but for one.
    /// - Returns: how many that were.
    @discardableResult
    public static func endAll(of user: UserID, but kept: SessionID? = nil, on connection: Connection) throws(MariaDBError) -> Int {
        let condition: SQL = kept.map { "AND id <> \($0)" } ?? ""
        return try connection.execute("DELETE FROM sessions WHERE user_id = \(user) \(condition)")
    }

    /// Notes when sessions were used, forward only.
    public static func note(_ uses: [SessionID: Timestamp], on connection: Connection) throws(MariaDBError) {
        for (id, time) in uses.sorted(by: { $0.key < $1.key }) {
            try connection.execute("UPDATE sessions SET seen_at = \(time) WHERE id = \(id) AND seen_at < \(time)")
        }
    }

    /// Forgets those that have ended.
    /// - Returns: how many that were.
    package static func forgetEnded(at now: Timestamp, on connection: Connection) throws(MariaDBError) -> Int {
        try connection.execute("DELETE FROM sessions WHERE ends_at < \(now) LIMIT 10000")
    }

    private static func isUsed(at now: Timestamp) -> SQL {
        "s.seen_at > IF(s.kept, \(now.adding(seconds: -Session.keptIdleSeconds)), \(now.adding(seconds: -Session.idleSeconds)))"
    }

    private static let columns: SQL = """
        s.id, s.user_id, s.method, s.kept, s.browser, s.system, s.address, s.country, s.stepped_up_at, s.seen_at, s.ends_at,
        s.created_at
        """
    private static let width = 12

    private static func session(_ row: Row) throws(MariaDBError) -> Session {
        guard let method = Session.Method(rawValue: try row.string(2)) else { throw row.wrong(2, "a way to sign in") }
        let place = Session.Place(
            browser: try row.string(4), system: try row.string(5), address: try row.string(6), country: try row.string(7))
        var session = Session(
            id: try row.identifier(0), of: try row.identifier(1), by: method, isKept: try row.bool(3), from: place,
            at: try row.timestamp(11))
        session.steppedUpAt = try row.optionalTimestamp(8)
        (session.seenAt, session.endsAt) = (try row.timestamp(9), try row.timestamp(10))
        return session
    }
}
