import MariaDB
import Support
import Testing

@Suite("Statements of several as one transaction", .emptyDatabase)
struct TogetherTests {
    let connection: Connection

    init() throws {
        connection = try TestDatabase.current.connect()
        try connection.run("""
            CREATE TABLE t (
              id INT PRIMARY KEY, text TEXT CHARACTER SET utf8mb4 NULL, bytes VARBINARY(600) NULL, number DOUBLE NULL,
              at DATETIME(3) NULL)
            """)
        try connection.run("CREATE TABLE notes (note TEXT CHARACTER SET utf8mb4 NOT NULL)")
    }

    private func row(_ id: Int, _ text: String?, bytes: [UInt8]? = nil, number: Double? = nil) -> SQL {
        """
        INSERT INTO t (id, text, bytes, number, at)
        VALUES (\(id), \(text), \(bytes), \(number), IF(\(id) > 1, CAST(\("2099-01-02 03:04:05.678") AS DATETIME(3)), NULL))
        """
    }

    private func note(_ text: String) -> SQL { "INSERT INTO notes (note) VALUES (\(text))" }

    private var count: Int {
        get throws { try connection.query("SELECT CAST(COUNT(*) AS SIGNED) FROM t")[0].integer(0) }
    }

    @Test("every row has its own values: texts of any length, bytes, numbers and nulls")
    func values() throws {
        let long = String(repeating: "é🦊", count: 10_000)
        try connection.executeTogether([
            [row(1, nil, number: 0.5), note("first")], [row(2, "two", bytes: [0, 255, 0]), note("second")],
            [row(3, long, bytes: Array(repeating: 7, count: 600), number: -1e300), note("")],
        ])
        let rows = try connection.query("SELECT id, text, bytes, number, at FROM t ORDER BY id")
        #expect(rows.map(\.values) == [
            [.integer(1), .null, .null, .double(0.5), .null],
            [.integer(2), .string("two"), .bytes([0, 255, 0]), .null, .string("2099-01-02 03:04:05.678")],
            [.integer(3), .string(long), .bytes(Array(repeating: 7, count: 600)), .double(-1e300), .string("2099-01-02 03:04:05.678")],
        ])
        #expect(try connection.query("SELECT note FROM notes").map { try $0.string(0) } == ["first", "second", ""])
    }

    @Test("where one is refused nothing of any is stored, and the connection goes on")
    func refused() throws {
        try connection.execute(row(2, "there"))
        let error = #expect(throws: MariaDBError.self) {
            try connection.executeTogether([[row(1, "a"), note("a")], [row(2, "b"), note("b")], [row(3, "c"), note("c")]])
        }
        #expect(error?.isDuplicate(of: "PRIMARY") == true)
        #expect(try count == 1)
        try connection.execute(row(4, "after"))
        #expect(try count == 2)
    }

    @Test("a statement of one row and of many takes turns on one connection")
    func turns() throws {
        try connection.execute(row(1, "one"))
        try connection.executeTogether([[row(2, "two")], [row(3, "three")]])
        try connection.execute(row(4, "four"))
        try connection.executeTogether([[row(5, nil)]])
        #expect(try connection.query("SELECT text FROM t ORDER BY id").map { try $0.optionalString(0) } == ["one", "two", "three", "four", nil])
    }

    @Test("values of several kinds in one place are stored as they are")
    func kinds() throws {
        func any(_ id: Int, _ value: SQLValue) -> SQL { "INSERT INTO t (id, text) VALUES (\(id), \(value))" }
        try connection.executeTogether([[any(1, .integer(7))], [any(2, .string("seven"))], [any(3, .null)]])
        #expect(try connection.query("SELECT text FROM t ORDER BY id").map { try $0.optionalString(0) } == ["7", "seven", nil])
    }

    @Test("each list keeps its order, also where another has statements that it has not")
    func order() throws {
        try connection.run("CREATE TABLE child (id INT PRIMARY KEY, CONSTRAINT parent FOREIGN KEY (id) REFERENCES t (id))")
        func child(_ id: Int) -> SQL { "INSERT INTO child (id) VALUES (\(id))" }
        try connection.executeTogether([
            [row(1, "a"), note("a")], [note("first"), row(2, "b"), child(2), note("b")], [row(3, "c"), child(3)],
        ])
        #expect(try count == 3)
        #expect(try connection.query("SELECT id FROM child ORDER BY id").map { try $0.integer(0) } == [2, 3])
    }

    @Test("a statement with several rows of values is executed for many as well")
    func severalRows() throws {
        func two(_ id: Int) -> SQL { "INSERT IGNORE INTO t (id, text) VALUES (\(id), \("x")), (\(id + 1), \("y")), (\(id), \("again"))" }
        try connection.executeTogether([[two(1)], [two(10)], [two(20)]])
        #expect(try connection.query("SELECT id FROM t ORDER BY id").map { try $0.integer(0) } == [1, 2, 10, 11, 20, 21])
    }
}
