import Bootstrap
import MariaDB
import Model
import Store

extension Doctor {
    /// How MariaDB is set up.
    var settingChecks: [Check] {
        let settings = DatabaseSetting.all(connections: connections).map { setting in
            Check(name: "setting", needs: ["database"], look: { look(at: setting) })
        }
        return [Check(name: "version", needs: ["database"], look: version), Check(name: "account", needs: ["database"], look: account)]
            + settings + [Check(name: "collation", needs: ["database"], look: collation), Check(name: "time zones", look: timeZones)]
    }

    /// Two runs of the sender that overlap have two each; the rest is for the commands of cron and the sysadmin.
    private var connections: Int {
        installation.configuration.databaseConnections * installation.configuration.site.workers + 16
    }

    private func look(at setting: DatabaseSetting) -> Finding {
        finding("See: journalctl -u mariadb") {
            let row = try installation.store.read {
                try $0.query("SELECT @@log_bin, CAST(@@\(unsafeText: setting.variable) AS CHAR)").first
            }
            guard let row else { throw Complaint("MariaDB has no \(setting.variable).") }
            let value = try row.string(1)
            guard setting.isGood(value, try row.bool(0)) else { throw Complaint(setting.advice(value)) }
            return "\(setting.variable) = \(value)"
        }
    }

    private func version() -> Finding {
        finding("See: journalctl -u mariadb") {
            let text = try installation.store.read { try $0.query("SELECT VERSION()").first?.string(0) ?? "" }
            let numbers = text.prefix { $0.isNumber || $0 == "." }.split(separator: ".").compactMap { Int($0) }
            guard text.contains("MariaDB"), numbers.count > 1, (numbers[0], numbers[1]) >= (10, 6) else {
                throw Complaint("The server is \(text). Install MariaDB 10.6 or later.")
            }
            return text
        }
    }

    /// Whoever breaks into a program has its account's rights: on nothing but our database.
    private func account() -> Finding {
        finding("See: journalctl -u mariadb") {
            let (name, rights) = try installation.store.read { connection in
                (
                    try connection.query("SELECT CURRENT_USER()").first?.string(0) ?? "",
                    try connection.query("""
                        SELECT PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES
                        WHERE GRANTEE = CONCAT("'", REPLACE(CURRENT_USER(), '@', "'@'"), "'") AND PRIVILEGE_TYPE <> 'USAGE'
                        """).map { try $0.string(0) }
                )
            }
            guard rights.isEmpty else {
                throw Complaint("\(name) may do \(rights[0]) and more on the whole server. Use the accounts of grants.sql (MASK_MARIADB_USER).")
            }
            return "\(name) has no rights on the server beside its database's"
        }
    }

    /// A table that was converted would make `Abc` and `abc` one slug.
    private func collation() -> Finding {
        finding("See: journalctl -u mariadb") {
            let wrong = try installation.store.read {
                try $0.query("""
                    SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS
                    WHERE TABLE_SCHEMA = DATABASE() AND COLLATION_NAME NOT LIKE '%\\_bin' ORDER BY 1, 2 LIMIT 1
                    """).first.map { "\(try $0.string(0)).\(try $0.string(1))" }
            }
            guard wrong == nil else {
                throw Complaint("""
                    \(wrong ?? "") takes capitals and small letters for the same. Convert its table: \
                    ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
                    """)
            }
            return "all text is compared byte by byte"
        }
    }

    /// Of this host: MariaDB's own tables of time zones are not used.
    private func timeZones() -> Finding {
        TimeZoneRules(identifier: "Europe/Berlin") == nil
            ? .bad("Install the Debian package tzdata, or analytics know no time zone but UTC.")
            : .good("this host knows them")
    }
}
