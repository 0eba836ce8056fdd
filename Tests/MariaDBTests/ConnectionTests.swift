import Foundation
import MariaDB
import Support
import Testing

@Suite("A connection to MariaDB", .emptyDatabase)
struct ConnectionTests {
    let database = TestDatabase.current

    private func tableOfTexts() throws -> Connection {
        let connection = try database.connect()
        try connection.run("CREATE TABLE t (id INT PRIMARY KEY, text TEXT) CHARACTER SET utf8mb4")
        return connection
    }

    private func count(_ table: String, on connection: Connection) throws -> Int {
        try connection.query("SELECT COUNT(*) FROM \(unsafeText: table)")[0].integer(0)
    }

    // MARK: Values

    @Test("a bound value comes back as it went", arguments: [
        ("BIGINT", SQLValue.integer(.min)), ("BIGINT", .integer(.max)), ("TINYINT", .integer(-1)), ("BOOLEAN", .integer(1)),
        ("DOUBLE", .double(-1.5e300)), ("DOUBLE", .double(0)), ("BIGINT", .null), ("TEXT", .null), ("BLOB", .null),
        ("TEXT", .string("")), ("TEXT", .string("It's \"quoted\" \\ % _ ? ; --\n\t\0")), ("TEXT", .string("🦊 été \u{1F468}\u{200D}\u{1F469}")),
        ("TEXT", .string(String(repeating: "x", count: 255))), ("TEXT", .string(String(repeating: "x", count: 256))),
        ("TEXT", .string(String(repeating: "é", count: 129))), ("MEDIUMTEXT", .string(String(repeating: "🦊", count: 100_000))),
        ("VARCHAR(10)", .string("ends in  ")), ("DATETIME(3)", .string("2026-03-29 01:59:59.999")), ("DATE", .string("2024-02-29")),
        ("DECIMAL(20,4)", .string("1234567890123456.7891")), ("BLOB", .bytes([])), ("BLOB", .bytes(Array(0...255))),
        ("MEDIUMBLOB", .bytes([UInt8](repeating: 0, count: 300_000))), ("BINARY(4)", .bytes([0, 255, 0, 0])),
        ("VARBINARY(8)", .bytes([0, 0])),
    ])
    func values(_ type: String, _ value: SQLValue) throws {
        let connection = try database.connect()
        try connection.run("CREATE TABLE v (value \(type) NULL) CHARACTER SET utf8mb4")
        try connection.execute("INSERT INTO v (value) VALUES (\(value))")
        #expect(try connection.query("SELECT value FROM v").map(\.values) == [[value]])
    }

    @Test("long and short values of many rows do not get into each other")
    func manyRows() throws {
        let connection = try tableOfTexts()
        let texts = (0..<50).map { $0 % 3 == 0 ? nil : String(repeating: "\($0),", count: $0 * 10) }
        for (id, text) in texts.enumerated() { try connection.execute("INSERT INTO t (id, text) VALUES (\(id), \(text))") }
        for _ in 0..<2 {  // the second time with the statement that is kept
            let rows = try connection.query("SELECT id, text FROM t ORDER BY id")
            #expect(try rows.map { try $0.optionalString(1) } == texts)
            #expect(try rows.map { try $0.integer(0) } == Array(0..<50))
        }
    }

    @Test("what a value looks like never becomes SQL")
    func injection() throws {
        let connection = try tableOfTexts()
        let text = "'); DROP TABLE t; -- "
        try connection.execute("INSERT INTO t (id, text) VALUES (1, \(text))")
        #expect(try connection.query("SELECT text FROM t WHERE text = \(text)").first?.string(0) == text)
    }

    @Test("a list binds each of its values, and an empty one finds nothing")
    func lists() throws {
        let connection = try tableOfTexts()
        for id in 1...5 { try connection.execute("INSERT INTO t (id, text) VALUES (\(id), 'x')") }
        #expect(try connection.query("SELECT id FROM t WHERE id IN (\(list: [2, 4, 9])) ORDER BY id").map { try $0.integer(0) } == [2, 4])
        #expect(try connection.query("SELECT id FROM t WHERE id IN (\(list: [Int]()))").isEmpty)
    }

    @Test("a reader that asks for the wrong type, or for something in NULL, is told so")
    func mismatch() throws {
        let row = try database.connect().query("SELECT NULL, 'text', 7, 1.5e0")[0]
        #expect(throws: MariaDBError.self) { try row.integer(0) }
        #expect(throws: MariaDBError.self) { try row.string(0) }
        #expect(throws: MariaDBError.self) { try row.integer(1) }
        #expect(throws: MariaDBError.self) { try row.bytes(1) }
        #expect(throws: MariaDBError.self) { try row.string(2) }
        #expect(try row.optionalInteger(0) == nil && row.isNull(0) && row.bool(2))
    }

    @Test("an update that finds a row counts it even if nothing changes")
    func foundRows() throws {
        let connection = try tableOfTexts()
        try connection.execute("INSERT INTO t (id, text) VALUES (1, 'x')")
        #expect(try connection.execute("UPDATE t SET text = 'x' WHERE id = 1") == 1)
        #expect(try connection.execute("UPDATE t SET text = 'x' WHERE id = 2") == 0)
    }

    @Test("a hundred and more different statements can be prepared on one connection")
    func statementCache() throws {
        let connection = try database.connect()
        for number in 0..<250 {
            #expect(try connection.query("SELECT \(unsafeText: String(number)) + \(1)")[0].integer(0) == number + 1)
        }
        let prepared = try connection.query("SHOW SESSION STATUS LIKE 'Prepared_stmt_count'")
        #expect(prepared.count <= 1)
    }

    @Test("a statement that is used stays prepared, however many others come and go")
    func usedStatement() throws {
        let connection = try database.connect()
        func prepared() throws -> Int {
            try connection.query("SHOW SESSION STATUS LIKE 'Com_stmt_prepare'").first.map { Int(try $0.string(1)) ?? 0 } ?? 0
        }
        let before = try prepared()
        for number in 0..<250 {
            _ = try connection.query("SELECT \(unsafeText: String(number)) - \(1)")
            _ = try connection.query("SELECT \("used")")
        }
        // 250, the one that is used, and the question itself, which has had to go meanwhile.
        #expect(try prepared() == before + 252)
    }

    @Test("the session is in UTC, strict and reads what is committed")
    func session() throws {
        let row = try database.connect().query("SELECT @@time_zone, @@tx_isolation, @@sql_mode LIKE '%STRICT_ALL_TABLES%'")[0]
        #expect(try row.string(0) == "+00:00")
        #expect(try row.string(1) == "READ-COMMITTED")
        #expect(try row.bool(2))
    }

    @Test("a value too long for its column is an error, not cut")
    func strict() throws {
        let connection = try database.connect()
        try connection.run("CREATE TABLE s (text VARCHAR(3))")
        #expect(throws: MariaDBError.self) { try connection.execute("INSERT INTO s VALUES (\("long"))") }
        #expect(try count("s", on: connection) == 0)
    }

    // MARK: Errors

    @Test("a duplicate key can be caught by name, and names the key")
    func duplicateKey() throws {
        let connection = try tableOfTexts()
        try connection.execute("INSERT INTO t (id, text) VALUES (1, 'x')")
        let error = try #require(throws: MariaDBError.self) {
            try connection.execute("INSERT INTO t (id, text) VALUES (\(1), \("y"))")
        }
        #expect(error.code == .duplicateKey && error.state == "23000" && error.message.contains("'PRIMARY'"))
        #expect(connection.isUsable && !error.isTransient && !error.isConnectionLost)
    }

    @Test("the description of an error has the statement and never a bound value", arguments: [
        "SELECT secret FROM nowhere WHERE secret = ", "this is no SQL ", "INSERT INTO t (id, text) VALUES (1, 2), (1, ",
    ])
    func description(_ text: String) throws {
        let connection = try tableOfTexts()
        let error = try #require(throws: MariaDBError.self) {
            try connection.execute("\(unsafeText: text)\("hunter2")\(unsafeText: text.contains("(1, ") ? ")" : "")")
        }
        #expect(error.description.contains(text.trimmingCharacters(in: .whitespaces)))
        #expect(!error.description.contains("hunter2"))
    }

    @Test("codes have their names", arguments: [
        ("SELECT 1 FROM nowhere", MariaDBError.Code.unknownTable), ("USE nowhere_at_all", .unknownDatabase),
    ])
    func codes(_ sql: String, _ code: MariaDBError.Code) throws {
        let connection = try database.connect()
        #expect(try #require(throws: MariaDBError.self) { try connection.run(sql) }.code == code)
    }

    @Test("a server that is not there is a lost connection")
    func noServer() throws {
        let nowhere = MariaDBConfiguration(address: .socket(path: "/nowhere/at-all"), user: "root")
        #expect(try #require(throws: MariaDBError.self) { _ = try Connection(nowhere) }.isConnectionLost)
    }

    @Test("a killed connection says so, is not usable any more and does not come back by itself")
    func killed() throws {
        let (connection, other) = (try tableOfTexts(), try database.connect())
        try connection.runScript("START TRANSACTION; INSERT INTO t VALUES (1, 'x')")
        try other.run("KILL \(connection.threadID)")
        for _ in 0..<2 {
            let error = try #require(throws: MariaDBError.self) { try connection.query("SELECT 1") }
            #expect(error.isConnectionLost && !connection.isUsable)
        }
        #expect(try count("t", on: other) == 0)
    }

    @Test("a connection killed in the middle of a statement is lost")
    func killedUnderWay() throws {
        let (connection, database) = (try database.connect(), database)
        let victim = connection.threadID
        let killer = Foundation.Thread {
            usleep(200_000)
            _ = try? database.connect().run("KILL \(victim)")
        }
        killer.start()
        let error = try #require(throws: MariaDBError.self) {
            try connection.query("SELECT SUM(a.seq * b.seq) FROM seq_1_to_1000000 a, seq_1_to_1000000 b")
        }
        #expect(error.isConnectionLost && !connection.isUsable, "\(error)")
    }

    @Test("a statement that takes too long is ended, and the connection stays usable")
    func statementTimeout() throws {
        let connection = try database.connect()
        try connection.run("SET max_statement_time = 0.05")
        let error = try #require(throws: MariaDBError.self) { try connection.query("SELECT SUM(a.seq * b.seq) FROM seq_1_to_1000000 a, seq_1_to_1000000 b") }
        #expect(error.code == .statementTimeout, "\(error)")
        #expect(!error.isConnectionLost && connection.isUsable)
        #expect(try connection.query("SELECT 1")[0].integer(0) == 1)
    }

    // MARK: Transactions

    @Test("a transaction stores all or nothing, and its own error wins")
    func transaction() throws {
        struct Refused: Error {}
        let connection = try tableOfTexts()
        #expect(throws: Refused.self) {
            try connection.transaction { connection in
                try connection.execute("INSERT INTO t VALUES (1, 'x')")
                throw Refused()
            }
        }
        #expect(try count("t", on: connection) == 0)
        #expect(try connection.transaction { try $0.execute("INSERT INTO t VALUES (1, 'x')") } == 1)
        #expect(try count("t", on: database.connect()) == 1)
    }

    @Test("statements run atomically are stored together or not at all")
    func atomically() throws {
        let connection = try tableOfTexts()
        let insertions: [SQL] = ["INSERT INTO t VALUES (\(1), \("a"))", "INSERT INTO t VALUES (\(2), \("b"))"]
        try connection.executeAtomically(insertions)
        #expect(try count("t", on: database.connect()) == 2)
        let error = try #require(throws: MariaDBError.self) {
            try connection.executeAtomically(["INSERT INTO t VALUES (\(3), \("c"))", "INSERT INTO t VALUES (\(1), \("again"))"])
        }
        #expect(error.code == .duplicateKey)
        #expect(try count("t", on: connection) == 2)
        try connection.run("INSERT INTO t VALUES (4, 'd')")  // no transaction is left open
        #expect(try count("t", on: database.connect()) == 3)
    }

    @Test("a deadlock is one that may be tried again")
    func deadlock() throws {
        let database = database
        let setUp = try tableOfTexts()
        try setUp.run("INSERT INTO t VALUES (1, 'x'), (2, 'x')")
        let errors = try inParallel(2) { number -> MariaDBError? in
            let connection = try database.connect()
            try connection.runScript("SET innodb_lock_wait_timeout = 10; START TRANSACTION")
            try connection.execute("UPDATE t SET text = 'y' WHERE id = \(number + 1)")
            usleep(300_000)
            do {
                try connection.execute("UPDATE t SET text = 'y' WHERE id = \(2 - number)")
                try connection.run("COMMIT")
                return nil
            } catch let error as MariaDBError {
                return error
            }
        }
        let told = errors.compactMap(\.self)
        #expect(told.map(\.code) == [.deadlock] && told.map(\.isTransient) == [true])
    }

    @Test("a text with several statements is refused, but as a script")
    func severalStatements() throws {
        let connection = try database.connect()
        for _ in 0..<2 {
            #expect(throws: MariaDBError.self) { try connection.run("DO 1; DO 2") }
            #expect(throws: MariaDBError.self) { try connection.query("SELECT 1; SELECT 2") }
            try connection.runScript("DO 1; DO 2")
        }
        #expect(throws: MariaDBError.self) { try connection.runScript("DO 1; nonsense") }
        #expect(throws: MariaDBError.self) { try connection.run("DO 1; DO 2") }
        #expect(try connection.query("SELECT 1")[0].integer(0) == 1)
    }
}
