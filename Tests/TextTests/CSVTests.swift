import Text
import Testing

@Suite("Comma-separated values")
struct CSVTests {
    static let rows: [([String], String)] = [
        ([], "\r\n"), ([""], "\r\n"), (["a"], "a\r\n"), (["a", "b c", ""], "a,b c,\r\n"), (["é", "😀"], "é,😀\r\n"),
        (["a,b"], "\"a,b\"\r\n"), ([#"say "hi""#], #""say ""hi""""# + "\r\n"), (["a\nb", "c"], "\"a\nb\",c\r\n"),
        (["a\r\nb"], "\"a\r\nb\"\r\n"), (["\""], "\"\"\"\"\r\n"), (["it's", "a;b", " a "], "it's,a;b, a \r\n"),
        (["a,\u{301}b"], "\"a,\u{301}b\"\r\n"),
    ]

    @Test("a row ends with CRLF, and cells have quotes where they need them", arguments: rows)
    func row(_ cells: [String], _ line: String) {
        #expect(CSV.row(cells) == Array(line.utf8))
    }

    static let formulas: [(String, String)] = [
        ("=1+2", "\"'=1+2\""), ("+1", "\"'+1\""), ("-1", "\"'-1\""), ("@SUM(A1)", "\"'@SUM(A1)\""),
        ("\t=1", "\"'\t=1\""), ("\r=1", "\"'\r=1\""), ("\n=1", "\"'\n=1\""), ("\r\n=1", "\"'\r\n=1\""),
        ("  =1", "\"'  =1\""), ("=", "\"'=\""), ("=\u{338}1", "\"'=\u{338}1\""),
        // OWASP's own examples.
        (#"=1+2";=1+2"#, #""'=1+2"";=1+2""#), (#"=1+2'" ;,=1+2"#, #""'=1+2'"" ;,=1+2""#),
    ]

    @Test("a cell that a spreadsheet would run is made text", arguments: formulas)
    func formula(_ cell: String, _ written: String) {
        #expect(CSV.row(["a", cell, "b"]) == Array("a,\(written),b\r\n".utf8))
    }

    @Test("the same characters further on do no harm", arguments: ["1=1", "a+b", "2026-01-31", "a@b.de", "'=1", " "])
    func harmless(_ cell: String) {
        #expect(CSV.row([cell]) == Array("\(cell)\r\n".utf8))
    }
}
