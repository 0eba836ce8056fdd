import MariaDB
import Testing

@Suite("SQL made by interpolation")
struct SQLTests {
    private static let pieces: [(SQL, String, [SQLValue])] = [
        ("SELECT \(1)" as SQL, "SELECT ?", [SQLValue.integer(1)]),
        ("\(true) \("a") \(1.5) \([UInt8(7)])", "? ? ? ?", [.integer(1), .string("a"), .double(1.5), .bytes([7])]),
        ("\(Optional<String>.none)", "?", [.null]),
        ("IN (\(list: [1, 2]))", "IN (?, ?)", [.integer(1), .integer(2)]),
        ("IN (\(list: [1, 2, 3]))", "IN (?, ?, ?, ?)", [.integer(1), .integer(2), .integer(3), .integer(3)]),
        ("IN (\(list: [String]()))", "IN (NULL)", []),
        ("a \("b = \(2)" as SQL) c", "a b = ? c", [.integer(2)]),
        ("\(unsafeText: "a = 'b'")", "a = 'b'", []),
    ]

    @Test("what is interpolated is bound", arguments: pieces)
    func interpolation(_ sql: SQL, _ text: String, _ values: [SQLValue]) {
        #expect(sql.text == text)
        #expect(sql.values == values)
    }

    @Test("pieces are joined with their values in order")
    func joining() {
        var sql: SQL = "a = \(1)"
        sql += " AND b = \("x")"
        #expect(sql.text == "a = ? AND b = ?")
        #expect(sql.values == [.integer(1), .string("x")])
    }
}
