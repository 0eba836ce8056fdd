import MariaDB
import Model
import Store

/// The table `visitor_salts`.
public enum VisitorSalts {
    /// The salt of a day (days since 1970 UTC), the same on every host. The first to ask for it makes it.
    public static func salt(ofDay day: Int, proposing fresh: [UInt8], on connection: Connection) throws(MariaDBError) -> [UInt8] {
        let date = CivilDate(day: day).sql
        try connection.execute("INSERT IGNORE INTO visitor_salts (day, salt) VALUES (\(date), \(fresh))")
        guard let row = try connection.query("SELECT salt FROM visitor_salts WHERE day = \(date)").first else { return fresh }
        return try row.bytes(0)
    }

    /// Destroys the salts of days before this one.
    @discardableResult
    public static func destroy(before day: Int, on connection: Connection) throws(MariaDBError) -> Int {
        try connection.execute("DELETE FROM visitor_salts WHERE day < \(CivilDate(day: day).sql)")
    }
}
