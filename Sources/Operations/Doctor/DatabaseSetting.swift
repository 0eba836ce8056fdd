import Bootstrap

/// A setting of the MariaDB server that one of our promises needs. systemd/mariadb.cnf has them all.
struct DatabaseSetting {
    /// A system variable of the server.
    var variable: String
    /// What to write for it.
    var wanted: String
    /// What is not kept without it.
    var reason: String
    /// Whether a value, as the server tells it, is good. The binary log's settings matter only where there is one.
    var isGood: (_ value: String, _ hasBinaryLog: Bool) -> Bool

    private init(_ variable: String, _ wanted: String, _ reason: String, _ isGood: @escaping (String, Bool) -> Bool) {
        (self.variable, self.wanted, self.reason, self.isGood) = (variable, wanted, reason, isGood)
    }

    /// What to do about a value that is not good.
    func advice(_ value: String) -> String {
        "\(variable) is \(value): \(reason). Put \(variable) = \(wanted) below [mariadbd] in "
            + "/etc/mysql/mariadb.conf.d/60-mask.cnf and restart MariaDB."
    }

    private static func isOn(_ value: String) -> Bool { value == "1" || value == "ON" }

    /// - Parameter connections: that all programs together may open.
    static func all(connections: Int) -> [DatabaseSetting] {
        [
            DatabaseSetting("innodb_flush_log_at_trx_commit", "1", "what was answered could be lost in a power cut") { value, _ in
                value == "1"
            },
            DatabaseSetting("innodb_doublewrite", "1", "a power cut can leave pages of which one half is old") { value, _ in
                isOn(value)
            },
            // With a binary log InnoDB leaves it to that log to bring a commit to the disk.
            // https://mariadb.com/kb/en/group-commit-for-the-binary-log/
            DatabaseSetting("sync_binlog", "1", "with a binary log, what was answered could be lost in a power cut") {
                $0 == "1" || !$1
            },
            // InnoDB refuses to write at READ COMMITTED, our sessions' isolation, under STATEMENT.
            // https://mariadb.com/kb/en/binary-log-formats/
            DatabaseSetting("binlog_format", "ROW", "with a binary log, nothing can be written at READ COMMITTED") {
                $0 != "STATEMENT" || !$1
            },
            DatabaseSetting("local_infile", "1", "the journal's clicks cannot be loaded") { value, _ in isOn(value) },
            DatabaseSetting("max_allowed_packet", "16M", "large images cannot be stored") { value, _ in
                Int(value).map { $0 >= 16 << 20 } ?? false
            },
            DatabaseSetting("innodb_buffer_pool_size", "256M", "less memory than MariaDB's own default makes everything slow") {
                value, _ in Int(value).map { $0 >= 128 << 20 } ?? false
            },
            DatabaseSetting(
                "max_connections", String(connections),
                "MASK_DATABASE_CONNECTIONS × MASK_WORKERS, and what runs beside them, come to \(connections)"
            ) { value, _ in Int(value).map { $0 >= connections } ?? false },
        ]
    }
}
