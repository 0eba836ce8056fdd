import MariaDB

/// The accounts of `sql/grants.sql`, as tests have them: the same roles under other names and without a password, and the
/// administrator's rights reach over the databases of all tests.
public struct TestAccounts: Sendable {
    public let worker: MariaDBConfiguration
    public let sender: MariaDBConfiguration
    public let administrator: MariaDBConfiguration

    init(_ root: MariaDBConfiguration) throws {
        let connection = try Connection(root)
        try connection.runScript(try Migrations.grants())
        for (name, role) in [("test-worker", "mask_worker"), ("test-sender", "mask_sender")] {
            try connection.runScript("""
                CREATE USER IF NOT EXISTS '\(name)'@'localhost';
                GRANT \(role) TO '\(name)'@'localhost';
                SET DEFAULT ROLE \(role) FOR '\(name)'@'localhost'
                """)
        }
        try connection.runScript("""
            CREATE USER IF NOT EXISTS 'test-admin'@'localhost';
            GRANT ALL PRIVILEGES ON `mask\\_test\\_%`.* TO 'test-admin'@'localhost' WITH GRANT OPTION
            """)
        worker = MariaDBConfiguration(address: root.address, user: "test-worker")
        sender = MariaDBConfiguration(address: root.address, user: "test-sender")
        administrator = MariaDBConfiguration(address: root.address, user: "test-admin")
    }
}
