import Foundation
import MariaDB
import Support
import Testing

@Suite("LOAD DATA LOCAL from memory", .emptyDatabase)
struct LoadTests {
    let connection: Connection

    init() throws {
        connection = try TestDatabase.current.connect()
        try connection.run("CREATE TABLE t (id INT PRIMARY KEY, text TEXT) CHARACTER SET utf8mb4")
    }

    private static let load = "LOAD DATA LOCAL INFILE 'rows' INTO TABLE t CHARACTER SET utf8mb4 (id, text)"

    @Test("rows are stored as they were sent, and counted")
    func load() throws {
        #expect(try connection.load(Array("1\tone\n2\t\\N\n3\té🦊 \\t \\\\\n".utf8), Self.load) == 3)
        let rows = try connection.query("SELECT text FROM t ORDER BY id").map { try $0.optionalString(0) }
        #expect(rows == ["one", nil, "é🦊 \t \\"])
    }

    @Test("more rows than one packet holds arrive whole")
    func large() throws {
        let rows = (0..<100_000).map { "\($0)\t\(String(repeating: "x", count: 20))\n" }.joined()
        #expect(try connection.load(Array(rows.utf8), Self.load) == 100_000)
    }

    @Test("rows that are there already are skipped and not counted")
    func duplicates() throws {
        try connection.run("INSERT INTO t VALUES (2, 'kept')")
        #expect(try connection.load(Array("1\ta\n2\tb\n3\tc\n3\td\n".utf8), Self.load) == 2)
        #expect(try connection.query("SELECT text FROM t ORDER BY id").map { try $0.string(0) } == ["a", "kept", "c"])
    }

    @Test("no rows are no error")
    func empty() throws {
        #expect(try connection.load([], Self.load) == 0)
    }

    @Test("in a transaction that is rolled back nothing is stored")
    func rolledBack() throws {
        struct Refused: Error {}
        #expect(throws: Refused.self) {
            try connection.transaction {
                _ = try $0.load(Array("1\ta\n".utf8), Self.load)
                throw Refused()
            }
        }
        #expect(try connection.query("SELECT id FROM t").isEmpty)
    }

    @Test("a server that asks for a file of this host at any other time gets none", arguments: [false, true])
    func refused(afterLoad: Bool) throws {
        if afterLoad { _ = try connection.load(Array("1\ta\n".utf8), Self.load) }
        let folder = try TemporaryFolder("secret")
        let file = folder.path + "/secret"
        try "7\tsecret\n".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(throws: MariaDBError.self) { try connection.run("LOAD DATA LOCAL INFILE '\(file)' INTO TABLE t (id, text)") }
        let other = try TestDatabase.current.connect()
        #expect(try other.query("SELECT id FROM t WHERE id = 7").isEmpty)
    }

    @Test("whatever file the server names during a load, it gets the rows")
    func otherName() throws {
        #expect(try connection.load(Array("1\ta\n".utf8), "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t (id, text)") == 1)
        #expect(try connection.query("SELECT text FROM t").map { try $0.string(0) } == ["a"])
    }
}
