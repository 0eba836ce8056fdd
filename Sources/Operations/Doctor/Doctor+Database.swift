import Bootstrap
import MariaDB
import Model
import Store

extension Doctor {
    /// MariaDB: that it answers, and has our tables.
    var databaseChecks: [Check] {
        [
            Check(name: "database", look: database),
            Check(name: "schema", needs: ["database"], look: schema),
            Check(name: "clock", needs: ["database"], look: clock),
        ]
    }

    private func database() -> Finding {
        finding("Start MariaDB, or correct MASK_MARIADB_SOCKET (or _HOST), MASK_MARIADB_USER, MASK_DATABASE.") {
            let row = try installation.store.read { try $0.query("SHOW STATUS LIKE 'Ssl_cipher'").first }
            let cipher = try row?.string(1) ?? ""
            return cipher.isEmpty ? "answers" : "answers, over TLS (\(cipher))"
        }
    }

    private func schema() -> Finding {
        finding("Run: maskctl migrate") {
            let pending = try installation.store.read { try installation.migrator().pending(on: $0) }
            guard pending.isEmpty else { throw Complaint("\(pending.count) migrations are missing. Run: maskctl migrate") }
            let large = try installation.store.read { try Schema.uncompressedTables(on: $0) }
            guard !large.isEmpty else { return Schema.newestMigration }
            return """
                \(Schema.newestMigration); \(large.joined(separator: " and ")) could be smaller: the ALTER TABLE is in \
                sql/migrations/\(Schema.compression).sql
                """
        }
    }

    private func clock() -> Finding {
        finding("See: journalctl -u mariadb") {
            let apart = abs(try installation.store.time().milliseconds - Timestamp.now().milliseconds)
            guard apart < 2000 else { throw Complaint("This host and MariaDB's are \(apart) ms apart. Run NTP on both.") }
            return "\(apart) ms from MariaDB's"
        }
    }
}
