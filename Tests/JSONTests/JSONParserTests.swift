@testable import JSON
import Testing

@Suite("JSON parser")
struct JSONParserTests {
    static let accepted: [(String, JSON)] = [
        ("null", .null), ("true", true), ("false", false), (" \t\r\n7 ", 7),
        ("0", 0), ("-0", 0), ("-1", -1), ("1.0", 1.0), ("1e2", 100.0), ("-2.5E-1", -0.25), ("1E+2", 100.0),
        ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808.0", 9223372036854775808.0), ("1e-999", 0.0),
        (#""""#, ""), (#""a/b""#, "a/b"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        (#""\u0041\u00e9\u20AC\uD83D\uDE00""#, "Aé€😀"), (#""é€😀""#, "é€😀"), (#""\u0000""#, "\u{0}"),
        ("[]", []), ("{}", [:]), ("[ ]", []), ("{ }", [:]), ("[1,[2],{}]", [1, [2], [:]]),
        (#"{ "b" : 1 , "a" : null }"#, ["b": 1, "a": nil]),
        (#"{"":1,"é":2,"e\u0301":3}"#, ["": 1, "é": 2, "e\u{301}": 3]),
    ]

    @Test("well-formed text is read", arguments: accepted)
    func accepts(_ text: String, _ value: JSON) throws {
        #expect(try JSON.parse(Array(text.utf8)) == value)
    }

    /// Text, byte offset of the error, a part of what the message says.
    static let refused: [(String, Int, String)] = [
        ("", 0, "there is none"), (" \n", 2, "there is none"), ("\u{FEFF}{}", 0, "byte order mark"),
        ("{} x", 3, "Remove everything after"), ("1 2", 2, "Remove everything after"), ("{}\u{0}", 2, "everything"),
        ("nul", 0, "value here"), ("True", 0, "value here"), ("NaN", 0, "value here"), ("Infinity", 0, "value here"),
        ("-Infinity", 1, "digit"), ("'a'", 0, "value here"), ("// x", 0, "value here"), ("\u{A0}1", 0, "value here"),
        ("01", 0, "leading zeros"), ("-01", 1, "leading zeros"), ("+1", 0, "value here"), (".5", 0, "value here"),
        ("1.", 2, "digit"), ("1e", 2, "digit"), ("1e+", 3, "digit"), ("-", 1, "digit"), ("0x10", 1, "everything"),
        ("1e999", 0, "out of range"), ("-1e999", 0, "out of range"), ("9223372036854775808", 0, "out of range"),
        ("-9223372036854775809", 0, "out of range"), ("[1,]", 3, "value here"), ("[,1]", 1, "value here"),
        ("[1 2]", 3, "comma or ]"), ("[1}", 2, "comma or ]"), ("[", 1, "value here"), ("[1", 2, "comma or ]"),
        (#"{"a":1,}"#, 7, "member name"), (#"{"a" 1}"#, 5, "colon"), (#"{"a":}"#, 5, "value here"),
        ("{a:1}", 1, "member name"), ("{1:1}", 1, "member name"), (#"{"a":1"#, 6, "comma or }"),
        (#"{"a":1,"a":1}"#, 7, "same name"), (#"{"a":1,"\u0061":2}"#, 7, "same name"),
        (#"{"x":{"a":1,"a":1}}"#, 12, "same name"),
        ("\"a", 2, "Close the string"), (#""a\"#, 3, "Close the string"), (#""a\""#, 4, "Close the string"),
        ("\"a\nb\"", 2, "control character"), ("\"\u{0}\"", 1, "control character"), ("\"\u{1F}\"", 1, "control"),
        (#""\x""#, 1, "backslash"), (#""\é""#, 1, "backslash"), ("\"\\\n\"", 1, "backslash"),
        (#""\u12""#, 1, "four hexadecimal"), (#""\u12"#, 5, "Close the string"), (#""\u12G4""#, 1, "four hexadecimal"),
        (#""\u+123""#, 1, "four hexadecimal"),
        (#""\uD800""#, 1, "surrogate"), (#""\uDC00""#, 1, "surrogate"), (#""\uDC00\uD800""#, 1, "surrogate"),
        (#""\uD800\uD800""#, 1, "surrogate"), (#""\uD800x""#, 1, "surrogate"), (#""\uD800\n""#, 1, "surrogate"),
        (#""\uD83D\u0041""#, 1, "surrogate"), (#""\uD83D\u""#, 7, "four hexadecimal"),
    ]

    @Test("ill-formed text is refused, with the place and what to change", arguments: refused)
    func refuses(_ text: String, _ offset: Int, _ part: String) {
        let error = #expect(throws: JSONError.self) { try JSON.parse(Array(text.utf8)) }
        #expect(error?.offset == offset)
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    }

    @Test("a stranger's text with more marks on a letter than there can be is refused, a name as well; a stored one is read", arguments: [
        String(repeating: "\u{301}", count: 256), String(repeating: #"\u0316\u0301"#, count: 128),
    ])
    func endlessMarks(marks: String) throws {
        for (text, offset) in [("\"a\(marks)\"", 1), ("[{\"a\(marks)\":1}]", 3)] {
            let error = #expect(throws: JSONError.self) { try JSON.parse(Array(text.utf8), isOfStranger: true) }
            #expect(error?.offset == offset && error?.message == "Put at most 255 marks on a letter.")
            _ = try JSON.parse(Array(text.utf8))
        }
    }

    static let notUTF8: [(String, [UInt8])] = [
        ("a stray continuation", [0x80]), ("a lone lead byte", [0xC3]), ("a byte of no encoding", [0xFF]),
        ("overlong /", [0xC0, 0xAF]), ("overlong NUL", [0xE0, 0x80, 0x80]), ("a surrogate", [0xED, 0xA0, 0x80]),
        ("beyond U+10FFFF", [0xF4, 0x90, 0x80, 0x80]), ("a truncated sequence", [0xE2, 0x82]),
        ("a lead byte that an escape would complete", [0xC3] + Array(#"\u0080"#.utf8)),
    ]

    @Test("bytes that are not UTF-8 are refused", arguments: notUTF8)
    func refusesInvalidUTF8(_ name: String, _ bytes: [UInt8]) {
        let inString = #expect(throws: JSONError.self) { try JSON.parse(Array("\"ab".utf8) + bytes + Array("\"".utf8)) }
        #expect(inString?.offset == 3)
        #expect(inString?.message.contains("UTF-8") == true)
        #expect(throws: JSONError.self) { try JSON.parse(bytes) }
        #expect(throws: JSONError.self) { try JSON.parse(Array("{\"".utf8) + bytes + Array("\":1}".utf8)) }
    }

    @Test("32 containers may stand inside one another, 33 may not")
    func depth() throws {
        func nested(_ open: String, _ close: String, _ depth: Int) -> [UInt8] {
            Array((String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)).utf8)
        }
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            _ = try JSON.parse(nested(open, close, 32))
            #expect(throws: JSONError.self) { try JSON.parse(nested(open, close, 33)) }
            #expect(throws: JSONError.self) { try JSON.parse(nested(open, close, 10_000)) }
        }
        _ = try JSON.parse(nested("[", "]", 2), maximumDepth: 2)
        #expect(throws: JSONError.self) { try JSON.parse(nested("[", "]", 3), maximumDepth: 2) }
        let deep = #expect(throws: JSONError.self) {
            try JSON.parse([UInt8](repeating: UInt8(ascii: "["), count: 1 << 20))
        }
        #expect(deep?.offset == 32)
    }

    @Test("a string of 1 MiB is read, plain, escaped and unclosed")
    func longStrings() throws {
        let plain = String(repeating: "a", count: 1 << 20)
        #expect(try JSON.parse(Array("\"\(plain)\"".utf8)) == .string(plain))
        let escaped = String(repeating: #"\u00e9"#, count: 1 << 17)
        #expect(try JSON.parse(Array("\"\(escaped)\"".utf8)) == .string(String(repeating: "é", count: 1 << 17)))
        #expect(throws: JSONError.self) { try JSON.parse(Array("\"\(plain)".utf8)) }
    }

    @Test("bodies of 1 MiB made to be slow are read in linear time")
    func hostileBodies() throws {
        let size = 1 << 20
        let members = (0..<100_000).map { "\"\($0)\":0" }.joined(separator: ",")
        let bodies = [
            "{\(members)}", "[" + String(repeating: "[],", count: size / 3) + "0]",
            String(repeating: "1", count: size), "1." + String(repeating: "1", count: size),
            "1" + String(repeating: "0", count: size) + "e-\(size)", String(repeating: " ", count: size) + "1",
            "1e" + String(repeating: "9", count: size), "1e-" + String(repeating: "9", count: size),
            "{\(members),\"0\":1}",
        ]
        let clock = ContinuousClock()
        for body in bodies {
            let bytes = Array(body.utf8)
            let time = clock.measure { _ = try? JSON.parse(bytes, maximumMembers: .max) }
            #expect(time < .seconds(20), "\(body.prefix(20)) took \(time)")
        }
        #expect(throws: JSONError.self) { try JSON.parse(Array(bodies[8].utf8), maximumMembers: .max) }
        #expect(try JSON.parse(Array(bodies[0].utf8), maximumMembers: .max).objectValue?.members.count == 100_000)
    }

    @Test("an object of 256 members is read, one of 257 is refused where the last begins; arrays are as long as they like")
    func members() throws {
        func object(_ count: Int) -> String { "{" + (0..<count).map { "\"\($0)\":0" }.joined(separator: ",") + "}" }
        let (most, tooMany) = (object(256), object(257))
        #expect(try JSON.parse(Array(most.utf8)).objectValue?.members.count == 256)
        for text in [tooMany, object(100_000)] {
            let error = #expect(throws: JSONError.self) { try JSON.parse(Array(text.utf8)) }
            #expect(error == JSONError(message: "Use at most 256 members in an object.", offset: most.utf8.count))
        }
        #expect(throws: JSONError.self) { try JSON.parse(Array("[{\"a\":\(tooMany)}]".utf8)) }
        let list = "[" + Array(repeating: most, count: 400).joined(separator: ",") + "]"
        #expect(try JSON.parse(Array(list.utf8)).arrayValue?.count == 400)
    }

    @Test("no mutation of a document makes the parser do anything but accept or refuse")
    func mutations() throws {
        let document = Array(#"{"a":[1,-2.5e3,"x\u00e9\uD83D\uDE00\n",true,null],"é":{"b":""}}"#.utf8)
        var random = SeededRandom(seed: 7)
        for _ in 0..<20_000 {
            var bytes = document
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                if Bool.random(using: &random) {
                    bytes[index] = UInt8.random(in: 0...255, using: &random)
                } else {
                    bytes.remove(at: index)
                }
            }
            do {
                let value = try JSON.parse(bytes)
                #expect(try JSON.parse(value.serialized()) == value)
            } catch {
                #expect((0...bytes.count).contains(error.offset))
            }
        }
    }
}

/// SplitMix64: the same numbers in each run.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
