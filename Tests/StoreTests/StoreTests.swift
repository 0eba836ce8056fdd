import AccountStore
import AnalyticsStore
import Glibc
import LinkStore
import MariaDB
import Model
import Store
import Support
import Synchronization
import Testing

@Suite("The store", .database)
struct StoreTests {
    let database = TestDatabase.current
    var store: Store { database.administratorStore }

    private func refuse(_ code: Int, on connection: Connection) throws {
        try connection.run("BEGIN NOT ATOMIC SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = \(code), MESSAGE_TEXT = 'forced'; END")
    }

    /// How often a change is run that is refused the first `failures` times.
    private func runs(code: Int, failures: Int) throws -> (runs: Int, isStored: Bool) {
        var runs = 0
        try database.connect().run("CREATE TABLE IF NOT EXISTS t (id INT PRIMARY KEY)")
        do {
            try store.write { connection in
                runs += 1
                try connection.transaction { connection in
                    try connection.execute("INSERT INTO t VALUES (\(code))")
                    if runs <= failures { try refuse(code, on: connection) }
                }
            }
        } catch let error as MariaDBError {
            #expect(Int(error.code.rawValue) == code)
        }
        return (runs, try !database.connect().query("SELECT id FROM t").isEmpty)
    }

    @Test("a name that no column of ASCII can have is of nobody, where MariaDB would not compare the two", arguments: ["é", "ä@example.com", "例え.example"])
    func otherLetters(name: String) throws {
        #expect(try store.read { try Workspaces.find(slug: name, on: $0) } == nil)
        #expect(try store.read { try DeletedWorkspaces.find(slug: name, on: $0) } == nil)
        #expect(try store.read { try Members.find(email: name, in: .new(), on: $0) } == nil)
        #expect(try store.read { try Users.find(email: name, on: $0) } == nil)
        #expect(try store.read { try Domains.find(host: name, on: $0) } == nil)
        #expect(try store.read { try Domains.find(host: name, in: .new(), on: $0) } == nil)
    }

    @Test("a change is run again after a deadlock, a lock wait and a changed record", arguments: [1213, 1205, 1020], [1, 2, 5])
    func transient(_ code: Int, _ failures: Int) throws {
        #expect(try runs(code: code, failures: failures) == (failures + 1, true))
    }

    @Test("it is not run again for ever")
    func limit() throws {
        #expect(try runs(code: 1213, failures: .max) == (6, false))
    }

    @Test("any other refusal is final", arguments: [1062, 1064, 1146, 1048])
    func final(_ code: Int) throws {
        #expect(try runs(code: code, failures: 1) == (1, false))
    }

    /// Kills every connection to the test's database but the one that does it.
    private func killAll() throws {
        let connection = try database.connect()
        for row in try connection.query("""
            SELECT ID FROM information_schema.PROCESSLIST WHERE DB = \(database.name) AND ID <> CONNECTION_ID()
            """) { try connection.run("KILL \(row.integer(0))") }
    }

    @Test("idle connections that the server has closed are replaced without a word")
    func closedWhileIdle() throws {
        let store = store
        _ = try inParallel(8) { _ in try store.read { try $0.query("SELECT SLEEP(0.05)") } }
        try killAll()
        #expect(try store.read { try $0.query("SELECT 1")[0].integer(0) } == 1)
        _ = try inParallel(8) { _ in try store.read { try $0.query("SELECT SLEEP(0.05)") } }
        try killAll()
        _ = try store.write { try $0.run("CREATE TABLE after (id INT)") }
    }

    @Test("after a restart of a server over the network no change meets a connection that is closed")
    func closedOverNetwork() throws {
        var configuration = try TestServers.mariaDB()
        let path = try configuration.socketPath
        let proxy = try Proxy(to: path)
        configuration.address = .tcp(host: "127.0.0.1", port: UInt32(proxy.port))
        configuration.database = database.name
        let store = Store(configuration, connections: 8)
        _ = try inParallel(8) { _ in try store.read { try $0.query("SELECT SLEEP(0.2)") } }
        try database.connect().run("CREATE TABLE t (id INT)")
        try killAll()
        usleep(300_000)  // until the proxy has seen it
        for number in 0..<8 {
            try store.write { try $0.transaction { try $0.execute("INSERT INTO t VALUES (\(number))") } }
        }
        let rows = try store.read { try $0.query("SELECT id FROM t") }
        #expect(rows.count == 8)
    }

    @Test("a connection lost in a transaction is told, not tried again, and leaves nothing behind")
    func lostInTransaction() throws {
        try database.connect().run("CREATE TABLE t (id INT)")
        var runs = 0
        let error = try #require(throws: MariaDBError.self) {
            try store.write { connection in
                runs += 1
                try connection.transaction { connection in
                    try connection.execute("INSERT INTO t VALUES (1)")
                    try connection.run("KILL CONNECTION_ID()")
                }
            }
        }
        #expect(error.isConnectionLost && error.isDatabaseUnavailable && runs == 1)
        #expect(try store.read { try $0.query("SELECT id FROM t") }.isEmpty)
    }

    @Test("a database that is not there is unavailable, not wrong")
    func unavailable() throws {
        let nowhere = Store(.init(address: .socket(path: "/nowhere"), user: "root"), connections: 2)
        let error = try #require(throws: (any Error).self) { try nowhere.read { try $0.query("SELECT 1") } }
        #expect(error.isDatabaseUnavailable)
    }

    @Test("all who ask for a day's salt get the same one, until it is destroyed")
    func salts() throws {
        let store = store
        let salts = try inParallel(16) { number in
            try store.write { connection in
                try VisitorSalts.salt(ofDay: 20_000, proposing: [UInt8](repeating: UInt8(number), count: 32), on: connection)
            }
        }
        #expect(Set(salts).count == 1)
        let other = [UInt8](repeating: 255, count: 32)
        #expect(try store.write { try VisitorSalts.salt(ofDay: 20_001, proposing: other, on: $0) } == other)
        #expect(try store.write { try VisitorSalts.destroy(before: 20_001, on: $0) } == 1)
        #expect(try store.write { try VisitorSalts.salt(ofDay: 20_000, proposing: other, on: $0) } == other)
    }

    @Test("a statement that takes too long is ended by the server, and the connection goes on")
    func statementTimeout() throws {
        let store = Store(database.configuration, connections: 1, statementSeconds: 1)
        let error = try #require(throws: (any Error).self) {
            try store.read { connection in
                // 10^12 rows.
                try connection.query("""
                    WITH d AS (SELECT 0 AS n UNION ALL VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9))
                    SELECT COUNT(*) FROM d a, d b, d c, d e, d f, d g, d h, d i, d j, d k, d l, d m
                    """)
            }
        }
        #expect(error.isStatementTimeout && !error.isDatabaseUnavailable)
        #expect(try store.read { try $0.query("SELECT CAST(@@max_statement_time AS SIGNED)")[0].integer(0) } == 1)
    }
}
