import Text
import JSON
import Testing

@testable import HTTP

@Suite("Query parameters")
struct QueryTests {
    static let parsed: [(String, [String])] = [
        ("", []), ("a=1", ["a:1"]), ("a=1&b=2&a=3", ["a:1", "b:2", "a:3"]), ("a", ["a:"]), ("a=", ["a:"]),
        ("=1", [":1"]),
        ("&&a=1&", ["a:1"]), ("a=b=c", ["a:b=c"]), ("a=x+y%2Bz", ["a:x y+z"]), ("a%20b=%C3%A9", ["a b:é"]),
        ("a=%2525", ["a:%25"]), ("a=%26%3D", ["a:&="]), ("tag=é", ["tag:é"]), ("a=1&\u{301}=2", ["a:1", "\u{301}:2"]),
        ("a;b=1", ["a;b:1"]),
    ]

    @Test("parameters are decoded once, in order, repeats kept", arguments: parsed)
    func parses(_ raw: String, _ expected: [String]) throws {
        #expect(try Query(raw).parameters.map { "\($0.name):\($0.value)" } == expected)
    }

    @Test(
        "bad escapes and bytes that are not UTF-8 are refused by name",
        arguments: ["a=%", "a=%2", "a=%zz", "a=%ff", "a=%C0%AF", "a=%ED%A0%80", "a=%C3", "b=1&a=%+1", "a%=1"])
    func refuses(_ raw: String) {
        let problem = #expect(throws: Problem.self) { try Query(raw) }
        #expect(problem?.status == 400)
        #expect(problem?.code == "invalid_parameter")
        #expect(problem?.extensions["parameter"]?.stringValue?.first == "a")
    }

    @Test("a name or value with more marks on a letter than there can be is refused", arguments: ["%CC%81", "\u{301}"])
    func endlessMarks(mark: String) throws {
        let marks = String(repeating: mark, count: 256)
        for raw in ["a\(marks)=1", "a=1&a=b\(marks)"] {
            let problem = #expect(throws: Problem.self) { try Query(raw) }
            #expect(problem?.status == 400 && problem?.detail.hasSuffix("Put at most 255 marks on a letter.") == true)
        }
        #expect(try Query("a=" + String(repeating: mark, count: 255)).parameters.count == 1)
    }

    @Test("a handler reads what it knows")
    func reads() throws {
        var query = try Query("limit=10&tag=a&tag=b&archived=true&sort=up")
        #expect(try query.integer("limit", in: 1...100) == 10)
        #expect(query.values("tag") == ["a", "b"])
        #expect(try query.bool("archived") == true)
        #expect(try query.choice("sort", of: Sort.self) == .up)
        #expect(try query.value("starting_after") == nil)
        try query.finish()
    }

    @Test(
        "a number out of range or in another spelling is refused",
        arguments: ["0", "101", "-1", "abc", "", "+5", "5.0", " 5", "٣", "99999999999999999999"])
    func numbers(_ text: String) throws {
        var query = try Query("limit=\(PercentEncoding.encode(text))")
        let problem = #expect(throws: Problem.self) { _ = try query.integer("limit", in: 1...100) }
        #expect(problem?.detail == "Query parameter limit: Use a whole number from 1 to 100.")
    }

    @Test("a repeated single parameter, an unknown one and a failed validation are refused by name")
    func strict() throws {
        struct Bad: FieldError {
            let code = "bad"
            let message = "Use a good one."
        }
        var query = try Query("limit=1&limit=2&lmit=3")
        #expect(throws: Problem.self) { _ = try query.value("limit") }
        let unknown = #expect(throws: Problem.self) { try query.finish() }
        #expect(unknown?.extensions["parameter"] == "lmit")
        #expect(unknown?.detail.contains("Known here: limit.") == true)
        let bad = #expect(throws: Problem.self) { _ = try query.value("lmit") { _ -> Int in throw Bad() } }
        #expect(bad?.detail == "Query parameter lmit: Use a good one.")
        #expect(throws: Problem.self) { _ = try query.choice("lmit", of: Sort.self) }
        #expect(throws: Problem.self) { _ = try query.bool("lmit") }
    }

    private enum Sort: String, CaseIterable { case up, down }
}

@Suite("Media types")
struct MediaTypeTests {
    static let table: [(String, Bool)] = [
        ("application/json", true), ("Application/JSON", true), (" application/json ", true),
        ("application/json;charset=utf-8", true), ("application/json; charset=UTF-8", true),
        ("application/json; charset=\"utf-8\"", true), ("application/json;", true),
        ("application/json ; Charset=Utf-8 ;", true),
        ("application/json; charset=latin1", false), ("application/json; charset", false),
        ("application/json; charset=utf-8; charset=utf-8", false), ("application/json; x=y", false),
        ("application/json, text/plain", false), ("application/jsonx", false), ("application/problem+json", false),
        ("text/json", false), ("application/x-www-form-urlencoded", false), ("json", false), ("", false), ("/", false),
        ("application/json; charset=\"utf-8", false), ("application/json x", false), ("application/json;;;;", true),
    ]

    @Test("JSON is application/json, alone or with charset=utf-8", arguments: table)
    func isJSON(_ text: String, _ expected: Bool) {
        #expect((MediaType(text)?.isJSON ?? false) == expected)
    }

    @Test("parameters are read, quoted or not")
    func parameters() {
        let type = MediaType(#"Multipart/Form-Data; Boundary="a\"b"; x=Y"#)
        #expect(type?.essence == "multipart/form-data")
        #expect(type?.parameters.map { "\($0.name)=\($0.value)" } == [#"boundary=a"b"#, "x=Y"])
    }
}
