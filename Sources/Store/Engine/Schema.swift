import MariaDB

/// The newest migration that this program needs: it refuses to start on a schema without it.
public enum Schema {
    public static let newestMigration = "0071_test_keys"

    /// The migration that compresses tables, and leaves those that are too large for a moment's work to the administrator.
    public static let compression = "0059_compressed_traces"

    /// What that left.
    public static func uncompressedTables(on connection: Connection) throws(MariaDBError) -> [String] {
        try connection.query("""
            SELECT table_name FROM information_schema.columns
            WHERE table_schema = DATABASE() AND (table_name, column_name) IN (('events', 'body'), ('audit_log', 'changes'))
              AND column_type NOT LIKE '%COMPRESSED%'
            ORDER BY table_name
            """).map { row throws(MariaDBError) in try row.string(0) }
    }
}
