import MariaDB

/// What the workers' and the sender's account may do with our tables: `sql/roles.sql`, granted to two roles.
public enum Roles {
    /// Grants what the file says. Grants that are there already stay.
    /// - Returns: false where the server has no such roles: whoever connects then has rights of its own.
    public static func grant(_ statements: String, on connection: Connection) throws(MariaDBError) -> Bool {
        do throws(MariaDBError) {
            // Without it root would make an account without a password where a role is missing.
            try connection.run("SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_CREATE_USER')")
            try connection.runScript(statements)
            return true
        } catch {
            if error.code == .unknownAccount { return false }
            throw error
        }
    }
}
