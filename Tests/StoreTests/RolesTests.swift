import MariaDB
import Store
import Support
import Testing

/// What the accounts of sql/grants.sql and sql/roles.sql may not do. What they have to do, all other tests do with them.
@Suite("The accounts", .database)
struct RolesTests {
    var database: TestDatabase { .current }

    @Test("the workers' account can neither change nor delete what has happened, nor change the schema", arguments: [
        "DELETE FROM audit_log", "UPDATE audit_log SET actor = 'nobody'", "DELETE FROM audit_seals", "UPDATE audit_seals SET entries = 0",
        "TRUNCATE audit_log", "DROP TABLE audit_log", "ALTER TABLE audit_log DROP PARTITION later", "ALTER TABLE links ADD x INT",
        "DROP TABLE links", "CREATE TABLE x (id INT)", "DELETE FROM recorded_clicks", "UPDATE recorded_clicks SET marks = 1", "DELETE FROM api_requests",
        "DELETE FROM api_keys", "DELETE FROM workspaces", "DELETE FROM deleted_workspaces", "DELETE FROM journal_segments", "DELETE FROM visitor_salts",
        "INSERT INTO schema_migrations VALUES ('x', NOW())", "UPDATE events SET body = ''", "SELECT * FROM event_sequences",
        "CREATE TRIGGER t BEFORE INSERT ON links FOR EACH ROW SET @x = 1", "GRANT SELECT ON links TO mask_sender",
    ])
    func worker(statement: String) { expectDenied(statement, database.configuration) }

    @Test("the sender's account sees no key, no link and no visitor, and can read or change nothing in the audit log", arguments: [
        "SELECT * FROM api_keys", "SELECT * FROM links", "SELECT * FROM recorded_clicks", "SELECT * FROM members", "SELECT * FROM workspaces",
        "SELECT * FROM audit_log", "UPDATE audit_log SET actor = 'nobody'", "DELETE FROM audit_log", "SELECT * FROM idempotency_keys",
        "UPDATE webhooks SET secret = ''", "UPDATE webhooks SET url = 'https://evil.example/'", "DELETE FROM webhooks",
        "UPDATE events SET body = ''", "INSERT INTO events (workspace_id) VALUES ('')", "DELETE FROM events", "DROP TABLE events",
        "SELECT * FROM visitor_salts", "SELECT * FROM images",
    ])
    func sender(statement: String) { expectDenied(statement, database.sender) }

    @Test("no account reaches beyond its database: not the server's accounts, its files, others' sessions or its settings", arguments: [
        "SELECT * FROM mysql.global_priv", "SELECT 1 INTO OUTFILE '/tmp/mask-outfile'", "SET GLOBAL local_infile = 0",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE audit_log", "CREATE USER x", "CREATE DATABASE x", "SHOW BINARY LOGS",
        "SHUTDOWN", "SET PASSWORD FOR root@localhost = ''", "GRANT ALL ON *.* TO mask_worker",
    ])
    func server(statement: String) {
        for account in [database.configuration, database.sender, database.administrator] { expectDenied(statement, account) }
    }

    @Test("granting again changes nothing, and every table is open to the worker or to the sender")
    func again() throws {
        let connection = try database.connect()
        #expect(try Roles.grant(try Migrations.roles(), on: connection))
        let visible = try [database.configuration, database.sender].map { account in
            Set(try Connection(account).query("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()")
                .map { try $0.string(0) })
        }
        let all = Set(try connection.query("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()")
            .map { try $0.string(0) })
        #expect(visible[0].union(visible[1]) == all)
    }

    @Test("where the roles are not there nothing is granted, and no account is made in their place")
    func noRoles() throws {
        let server = try MariaDBServer()
        let connection = try Connection(server.configuration)
        try connection.runScript("CREATE DATABASE alone; USE alone")
        try Migrator(try Migrations.all()).migrate(on: connection) { _ in }
        #expect(try !Roles.grant(try Migrations.roles(), on: connection))
        #expect(try connection.query("SELECT COUNT(*) FROM mysql.global_priv WHERE User LIKE 'mask%'")[0].integer(0) == 0)
    }

    @Test("grants.sql can be run again and again")
    func grants() throws {
        let server = try MariaDBServer()
        let connection = try Connection(server.configuration)
        for _ in 0..<2 { try connection.runScript(try Migrations.grants()) }
        let accounts = try connection.query("SELECT User FROM mysql.user WHERE plugin = 'unix_socket' AND User LIKE 'mask%' ORDER BY 1")
        #expect(try accounts.map { try $0.string(0) } == ["mask", "mask-admin", "mask-webhooks"])
    }

    private func expectDenied(_ statement: String, _ account: MariaDBConfiguration, sourceLocation: SourceLocation = #_sourceLocation) {
        do {
            try Connection(account).run(statement)
            Issue.record("\(account.user) may: \(statement)", sourceLocation: sourceLocation)
        } catch let error as MariaDBError {
            // 1142 and 1143 on a table or column, 1044 on a database, 1045 files, 1227 and 1698 on the server.
            #expect([1044, 1045, 1142, 1143, 1227].contains(error.code.rawValue), "\(error)", sourceLocation: sourceLocation)
        } catch {
            Issue.record(error, sourceLocation: sourceLocation)
        }
    }
}
