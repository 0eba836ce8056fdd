import MariaDB
import Model
import Store

/// The table `known_networks`: where users have signed in, or set a password by a link, in the last 90 days.
public enum KnownNetworks {
    private static let days = 90

    /// - Parameter network: a /24 or a /48.
    public static func note(_ network: String, of user: UserID, at now: Timestamp, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            INSERT INTO known_networks (user_id, network, seen_at) VALUES (\(user), \(network), \(now))
            ON DUPLICATE KEY UPDATE seen_at = GREATEST(seen_at, VALUE(seen_at))
            """)
    }

    public static func has(_ network: String, of user: UserID, at now: Timestamp, on connection: Connection) throws(MariaDBError) -> Bool {
        try connection.query("""
            SELECT 1 FROM known_networks
            WHERE user_id = \(user) AND network = \(network) AND seen_at > \(now.adding(days: -days))
            """).first != nil
    }

    /// - Returns: how many were forgotten.
    package static func forgetOld(at now: Timestamp, on connection: Connection) throws(MariaDBError) -> Int {
        try connection.execute("DELETE FROM known_networks WHERE seen_at < \(now.adding(days: -days)) LIMIT 10000")
    }
}
