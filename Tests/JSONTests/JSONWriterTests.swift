import Foundation
@testable import JSON
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
    static let table: [(JSON, String)] = [
        (nil, "null"), (true, "true"), (false, "false"), (0, "0"), (.integer(.min), "-9223372036854775808"),
        (1.0, "1.0"), (0.1, "0.1"), (1e300, "1e+300"), (-0.0, "-0.0"), (.double(.leastNonzeroMagnitude), "5e-324"),
        (.double(.infinity), "null"), (.double(.nan), "null"),
        ("", #""""#), ("a/b", #""a/b""#), ("\"\\", #""\"\\""#), ("\n\r\t", #""\n\r\t""#),
        ("\u{0}\u{8}\u{1F}\u{7F}", "\"\\u0000\\u0008\\u001f\u{7F}\""), ("é€😀", #""é€😀""#),
        ("a\u{2028}b\u{2029}c\u{2027}\u{202A}", "\"a\\u2028b\\u2029c\u{2027}\u{202A}\""),
        ([], "[]"), ([:], "{}"), ([1, [2], [:]], "[1,[2],{}]"),
        (["z": 1, "a": ["x", nil]], #"{"z":1,"a":["x",null]}"#), (["a\"": 1], #"{"a\"":1}"#),
    ]

    @Test("values are written compactly, members in their order", arguments: table)
    func compact(_ value: JSON, _ text: String) {
        #expect(String(decoding: value.serialized(), as: UTF8.self) == text)
    }

    @Test("pretty text breaks lines and indents by two")
    func pretty() {
        let value: JSON = ["id": "lnk_1", "tags": ["a", "b"], "none": [], "empty": [:]]
        let expected = """
            {
              "id": "lnk_1",
              "tags": [
                "a",
                "b"
              ],
              "none": [],
              "empty": {}
            }
            """
        #expect(String(decoding: value.serialized(pretty: true), as: UTF8.self) == expected)
    }

    @Test("strings that Foundation bridged are written as their UTF-8")
    func bridged() {
        let text = NSString(string: "é\u{2028}\"").substring(from: 0)
        #expect(String(decoding: JSON.string(text).serialized(), as: UTF8.self) == #""é\u2028\"""#)
    }

    @Test("what is written reads back the same: 2,000 random trees, compact and pretty")
    func roundTrips() throws {
        var random = SeededRandom(seed: 1)
        for _ in 0..<2_000 {
            let tree = Self.tree(depth: 5, &random)
            let compact = tree.serialized()
            #expect(try JSON.parse(compact) == tree)
            #expect(try JSON.parse(tree.serialized(pretty: true)) == tree)
            // An independent reader has to agree that it is JSON.
            _ = try JSONSerialization.jsonObject(with: Data(compact), options: .fragmentsAllowed)
        }
    }

    private static func tree(depth: Int, _ random: inout SeededRandom) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .integer(Int64(bitPattern: random.next()) >> Int64.random(in: 0..<64, using: &random))
        case 3:
            let number = Double(bitPattern: random.next())
            return .double(number.isFinite ? number : 0.5)
        case 4: return .string(text(&random))
        case 5: return .array((0..<Int.random(in: 0..<5, using: &random)).map { _ in tree(depth: depth - 1, &random) })
        default:
            var object = JSONObject()
            for index in 0..<Int.random(in: 0..<25, using: &random) where index < 5 || depth > 3 {
                object["\(index)\(text(&random))"] = tree(depth: depth - 1, &random)
            }
            return .object(object)
        }
    }

    private static func text(_ random: inout SeededRandom) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            let ceiling: UInt32 = [0x30, 0x80, 0x800, 0x3000, 0x110000].randomElement(using: &random) ?? 0x80
            let scalar = Unicode.Scalar(UInt32.random(in: 0..<ceiling, using: &random)) ?? "\u{2028}"
            text.unicodeScalars.append(scalar)
        }
        return text
    }
}

@Suite("JSON values")
struct JSONTests {
    @Test("optionals become null")
    func optionals() {
        let value: JSON = [
            "a": JSON("x"), "b": JSON(nil as String?), "c": JSON(5), "d": JSON(nil as Int?), "e": JSON(true),
        ]
        #expect(value == ["a": "x", "b": nil, "c": 5, "d": .null, "e": true])
        #expect(JSON(["a", "b"]) == ["a", "b"])
    }

    @Test("members are set in place, appended and removed")
    func members() {
        var object: JSONObject = ["a": 1, "b": 2]
        object["a"] = 3
        object["c"] = JSON.null
        object["b"] = nil
        object["never"] = nil
        #expect(object == ["a": 3, "c": nil])
        #expect(object["b"] == nil)
        #expect(object["c"] == JSON.null)
    }

    @Test("names are compared byte by byte: the Kelvin sign is not the letter K")
    func names() {
        let object: JSONObject = ["\u{212A}": 1]
        #expect(object["K"] == nil)
        #expect(object["\u{212A}"] == 1)
    }

    @Test("parts are reached by name and index, and nil where there are none")
    func parts() {
        let value: JSON = ["data": [["id": "lnk_1"]]]
        #expect(value["data"]?[0]?["id"]?.stringValue == "lnk_1")
        #expect(value["data"]?[1] == nil)
        #expect(value["data"]?[-1] == nil)
        #expect(value["other"]?["id"] == nil)
    }
}
