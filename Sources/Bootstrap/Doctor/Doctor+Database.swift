import MariaDB
import Model
import Store

extension Doctor {
    /// MariaDB: that it answers, that its commits hold, that it has our tables.
    var databaseChecks: [Check] {
        [
            Check(name: "database", look: database),
            Check(name: "durability", look: durability),
            Check(name: "schema", look: schema),
            Check(name: "clock", look: clock),
        ]
    }

    private func database() -> Finding {
        finding("Start MariaDB, or correct MASK_MARIADB_SOCKET (or _HOST), MASK_MARIADB_USER, MASK_DATABASE.") {
            let version = try installation.store.read { try $0.query("SELECT VERSION()").first?.string(0) ?? "?" }
            return "MariaDB \(version)"
        }
    }

    private func durability() -> Finding {
        finding("Connect to MariaDB first.") {
            let value = try installation.store.read {
                try $0.query("SELECT @@innodb_flush_log_at_trx_commit").first?.integer(0)
            }
            guard value == 1 else { throw Complaint("Put innodb_flush_log_at_trx_commit = 1 into [mariadbd] and restart MariaDB.") }
            return "every commit is on disk before it is answered"
        }
    }

    private func schema() -> Finding {
        finding("Run: maskctl migrate") {
            let pending = try installation.store.read { try installation.migrator().pending(on: $0) }
            guard pending.isEmpty else { throw Complaint("\(pending.count) migrations are missing. Run: maskctl migrate") }
            return Schema.newestMigration
        }
    }

    private func clock() -> Finding {
        finding("Connect to MariaDB first.") {
            let text = try installation.store.read { try $0.query("SELECT UTC_TIMESTAMP(3)").first?.string(0) ?? "" }
            guard let theirs = Timestamp(sql: text) else { throw Complaint("MariaDB tells no time.") }
            let apart = abs(theirs.milliseconds - Timestamp.now().milliseconds)
            guard apart < 2000 else { throw Complaint("This host and MariaDB's are \(apart) ms apart. Run NTP on both.") }
            return "\(apart) ms from MariaDB's"
        }
    }
}
