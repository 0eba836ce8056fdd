import MariaDB
import Model
import Store
import Text

/// The tables `users` and `recovery_codes`, and what `members` says of users.
public enum Users {
    public static func create(_ user: User, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            INSERT INTO users (
              id, email, name, password_hash, password_short, handle, time_zone, scheme, density, shortcuts, version, created_at)
            VALUES (
              \(user.id), \(user.email), \(user.name), \(user.password?.hash), \(user.password?.isShort == true), \(user.handle),
              \(user.settings.timeZone), \(user.settings.scheme.rawValue), \(user.settings.density.rawValue),
              \(user.settings.shortcuts), \(user.version), \(user.createdAt))
            """)
    }

    public static func find(_ id: UserID, on connection: Connection) throws(MariaDBError) -> User? {
        try connection.query("SELECT \(columns) FROM users u WHERE u.id = \(id)").first.map(user)
    }

    /// The same, held until the transaction ends.
    public static func hold(_ id: UserID, on connection: Connection) throws(MariaDBError) -> User? {
        try connection.query("SELECT \(columns) FROM users u WHERE u.id = \(id) FOR UPDATE").first.map(user)
    }

    public static func find(email: String, on connection: Connection) throws(MariaDBError) -> User? {
        guard email.isASCII else { return nil }
        return try connection.query("SELECT \(columns) FROM users u WHERE u.email = \(email)").first.map(user)
    }

    /// All of them, by their addresses.
    public static func list(on connection: Connection) throws(MariaDBError) -> [User] {
        try connection.query("SELECT \(columns) FROM users u ORDER BY u.email").map(user)
    }

    /// Writes what can change about a user over the version that was read. Codes that were taken since then stay taken: that
    /// makes no version. It has to stand before the secret, as MariaDB assigns from left to right.
    public static func update(_ user: User, on connection: Connection) throws {
        let app = user.authenticatorApp
        let step = app?.lastStep ?? 0
        let matched = try connection.execute("""
            UPDATE users
            SET totp_step = IF(totp_secret <=> \(app?.sealedSecret), GREATEST(totp_step, \(step)), \(step)),
                name = \(user.name), password_hash = \(user.password?.hash), password_short = \(user.password?.isShort == true),
                time_zone = \(user.settings.timeZone), scheme = \(user.settings.scheme.rawValue), density = \(user.settings.density.rawValue),
                shortcuts = \(user.settings.shortcuts), totp_secret = \(app?.sealedSecret),
                totp_confirmed = \(app?.isConfirmed == true), disabled_at = \(user.disabledAt), version = version + 1
            WHERE id = \(user.id) AND version = \(user.version)
            """)
        guard matched == 1 else { throw ChangedMeanwhile() }
    }

    /// Writes the same password as it is stored today, where it is still that one.
    public static func rewrite(_ password: User.Password, of user: User, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            UPDATE users SET password_hash = \(password.hash), password_short = \(password.isShort)
            WHERE id = \(user.id) AND password_hash = \(user.password?.hash)
            """)
    }

    /// The sealed secrets of some authenticator apps.
    public static func authenticatorSecrets(limit: Int, on connection: Connection) throws(MariaDBError) -> [[UInt8]] {
        try connection.query("SELECT totp_secret FROM users WHERE totp_secret IS NOT NULL LIMIT \(limit)")
            .map { row throws(MariaDBError) in try row.bytes(0) }
    }

    /// Takes a code of the authenticator app, if none of its step or of a later one was taken.
    public static func take(step: Int, of user: UserID, on connection: Connection) throws(MariaDBError) -> Bool {
        try connection.execute("UPDATE users SET totp_step = \(step) WHERE id = \(user) AND totp_step < \(step)") == 1
    }

    // MARK: Recovery codes

    /// Puts codes in the place of those that there are.
    public static func setRecoveryCodes(_ digests: [[UInt8]], of user: UserID, on connection: Connection) throws(MariaDBError) {
        try connection.execute("DELETE FROM recovery_codes WHERE user_id = \(user)")
        for digest in digests {
            try connection.execute("INSERT INTO recovery_codes (user_id, digest) VALUES (\(user), \(digest))")
        }
    }

    /// Uses a code up, if it is one.
    public static func take(recoveryCode digest: [UInt8], of user: UserID, on connection: Connection) throws(MariaDBError) -> Bool {
        try connection.execute("DELETE FROM recovery_codes WHERE user_id = \(user) AND digest = \(digest)") == 1
    }

    public static func countRecoveryCodes(of user: UserID, on connection: Connection) throws(MariaDBError) -> Int {
        try connection.query("SELECT COUNT(*) FROM recovery_codes WHERE user_id = \(user)").first
            .map { row throws(MariaDBError) in try row.integer(0) } ?? 0
    }

    // MARK: Memberships

    /// The workspaces of a user, by their names.
    public static func memberships(of user: UserID, on connection: Connection) throws(MariaDBError) -> [Membership] {
        try connection.query("""
            SELECT \(membershipColumns) FROM members m JOIN workspaces w ON w.id = m.workspace_id
            WHERE m.user_id = \(user) ORDER BY w.name, w.id
            """).map { row throws(MariaDBError) in try membership(row, at: 0) }
    }

    /// Lets a user work as a member that nobody is yet.
    /// - Returns: false where another user is.
    public static func join(_ user: UserID, _ member: Member, on connection: Connection) throws(MariaDBError) -> Bool {
        try connection.execute("""
            UPDATE members SET user_id = \(user)
            WHERE workspace_id = \(member.workspace) AND id = \(member.id) AND (user_id IS NULL OR user_id = \(user))
            """) == 1
    }

    /// The user who works as a member.
    public static func find(behind member: Member, on connection: Connection) throws(MariaDBError) -> User? {
        try connection.query("""
            SELECT \(columns) FROM members m JOIN users u ON u.id = m.user_id
            WHERE m.workspace_id = \(member.workspace) AND m.id = \(member.id)
            """).first.map(user)
    }

    static let columns: SQL = """
        u.id, u.email, u.name, u.password_hash, u.handle, u.time_zone, u.scheme, u.density, u.shortcuts, u.totp_secret,
        u.totp_confirmed, u.totp_step, u.disabled_at, u.version, u.created_at, u.password_short
        """
    /// How many columns ``columns`` has.
    static let width = 16

    private static func user(_ row: Row) throws(MariaDBError) -> User { try user(row, at: 0) }

    static func user(_ row: Row, at first: Int) throws(MariaDBError) -> User {
        var user = User(
            id: try row.identifier(first), email: try row.string(first + 1), name: try row.string(first + 2),
            handle: try row.bytes(first + 4), createdAt: try row.timestamp(first + 14))
        if let hash = try row.optionalString(first + 3) { user.password = .init(hash: hash, isShort: try row.bool(first + 15)) }
        user.settings.timeZone = try row.optionalString(first + 5)
        user.settings.scheme = User.Scheme(rawValue: try row.string(first + 6)) ?? .system
        user.settings.density = User.Density(rawValue: try row.string(first + 7)) ?? .comfortable
        user.settings.shortcuts = try row.bool(first + 8)
        if let secret = try row.optionalBytes(first + 9) {
            user.authenticatorApp = .init(
                sealedSecret: secret, isConfirmed: try row.bool(first + 10), lastStep: try row.integer(first + 11))
        }
        (user.disabledAt, user.version) = (try row.optionalTimestamp(first + 12), try row.integer(first + 13))
        return user
    }

    static let membershipColumns: SQL = """
        w.id, w.slug, w.name, w.plan, w.requests_per_minute, w.version, w.created_at, w.brand_name, w.brand_color,
        w.brand_logo_id, w.quotas, m.id, m.email, m.name, m.role, m.version, m.created_at,
        EXISTS (SELECT 1 FROM webhooks h WHERE h.workspace_id = w.id AND h.enabled)
        """

    static let membershipWidth = 18

    static func membership(_ row: Row, at first: Int) throws(MariaDBError) -> Membership {
        var workspace = Workspace(
            id: try row.identifier(first), slug: try row.string(first + 1), name: try row.string(first + 2),
            plan: try row.plan(first + 3), limitOverride: try row.optionalInteger(first + 4), version: try row.integer(first + 5),
            createdAt: try row.timestamp(first + 6))
        workspace.brand = try Workspaces.brand(row, at: first + 7)
        workspace.quotas = QuotaOverrides(stored: try row.string(first + 10))
        let member = Member(
            id: try row.identifier(first + 11), workspace: workspace.id, email: try row.string(first + 12),
            name: try row.string(first + 13), role: try row.role(first + 14), version: try row.integer(first + 15),
            createdAt: try row.timestamp(first + 16))
        return Membership(workspace: workspace, member: member, hasWebhooks: try row.bool(first + 17))
    }
}
