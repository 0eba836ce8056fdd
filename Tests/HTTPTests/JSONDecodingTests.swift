import JSON
import Testing

@testable import HTTP

private struct Even {
    struct Odd: FieldError {
        let code = "odd"
        let message = "Send an even number."
    }

    let number: Int

    init(validating number: Int) throws(Odd) {
        guard number.isMultiple(of: 2) else { throw Odd() }
        self.number = number
    }
}

extension FieldType where Value == Even {
    fileprivate static var even: FieldType { FieldType<Int>.integer.map { try Even(validating: $0) } }
}

private enum Status: Int, CaseIterable {
    case found = 302
    case moved = 301
}
private enum Colour: String, CaseIterable { case red, green }

private func fields(_ text: String) throws -> JSONFields {
    try JSONFields(parsing: Array(text.utf8))
}

private func problem(_ pointer: String, _ code: String) -> String { "\(pointer) \(code)" }

extension JSONFields {
    fileprivate var summary: [String] { problems.map { problem($0.pointer, $0.code) } }
}

@Suite("Reading the fields of a body")
struct JSONDecodingTests {
    @Test("fields of the right types are read, and nothing is wrong")
    func reads() throws {
        var fields = try fields(
            #"{"url":"u","n":3,"on":true,"tags":["a","b"],"even":4,"none":null,"status":301,"colour":"red","any":1.5}"#)
        #expect(fields.string("url") == "u")
        #expect(fields.integer("n") == 3)
        #expect(fields.bool("on") == true)
        #expect(fields.strings("tags") == ["a", "b"])
        #expect(fields.value("even", as: .even)?.number == 4)
        #expect(fields.value("none", as: .string) == nil)
        #expect(fields.value("absent", as: .string) == nil)
        #expect(fields.value("status", as: .choice(of: Status.self)) == .moved)
        #expect(fields.value("colour", as: .choice(of: Colour.self)) == .red)
        #expect(fields.value("any", as: .json) == 1.5)
        try fields.finish()
    }

    @Test("a handler collects all problems, each with its pointer, and then stops")
    func collects() throws {
        var fields = try fields(#"{"title":7,"n":1.5,"tags":["a",1,null],"odd":3,"late":true,"a/b~c":1}"#)
        let url = fields.required("url", as: .string)
        _ = fields.value("title", as: .string(maximum: 5))
        _ = fields.integer("n")
        #expect(fields.strings("tags") == nil)
        #expect(fields.value("odd", as: .integer) { try Even(validating: $0) } == nil)
        let thrown = #expect(throws: Problem.self) { try fields.finish(requiring: url) }
        #expect(thrown?.status == 422)
        #expect(thrown?.errors == fields.problems)
        #expect(
            fields.summary == [
                "/url required", "/title invalid_type", "/n invalid_type", "/tags/1 invalid_type",
                "/tags/2 invalid_type", "/odd odd", "/late unknown_field", "/a~1b~0c unknown_field",
            ])
    }

    @Test("each kind of problem has its code")
    func codes() throws {
        var fields = try fields(
            #"{"long":"éééé","small":0,"big":101,"status":303,"colour":"blue","list":{},"text":true,"#
                + #""flag":0,"gone":null}"#)
        _ = fields.value("long", as: .string(maximum: 3))
        _ = fields.value("small", as: .integer(in: 1...100))
        _ = fields.value("big", as: .integer(in: 1...100))
        _ = fields.value("status", as: .choice(of: Status.self))
        _ = fields.value("colour", as: .choice(of: Colour.self))
        _ = fields.strings("list")
        _ = fields.string("text")
        _ = fields.bool("flag")
        _ = fields.required("gone", as: .string)
        #expect(
            fields.summary == [
                "/long too_long", "/small out_of_range", "/big out_of_range", "/status invalid_choice",
                "/colour invalid_choice", "/list invalid_type", "/text invalid_type", "/flag invalid_type",
                "/gone required",
            ])
        #expect(fields.problems[3].message == "Use one of: 302, 301.")
    }

    @Test("a PATCH tells absent, null and a value apart; a wrong value is noted")
    func patch() throws {
        var fields = try fields(#"{"title":"x","note":null,"n":"1","even":2}"#)
        #expect(fields.field("title", as: .string) == .value("x"))
        #expect(fields.field("note", as: .string) == .null)
        #expect(fields.field("other", as: .string) == .absent)
        #expect(fields.field("n", as: .integer) == .absent)
        #expect(fields.field("even", as: .integer, Even.init(validating:)).value?.number == 2)
        fields.unknownFieldsAreProblems()
        #expect(fields.summary == ["/n invalid_type"])
    }

    @Test("required values come back no longer optional, in their order")
    func requiring() throws {
        var fields = try fields(#"{"a":"x","b":2}"#)
        let a = fields.required("a", as: .string)
        let b = fields.required("b", as: .integer)
        let (text, number): (String, Int) = try fields.finish(requiring: a, b)
        #expect(text == "x" && number == 2)
        let single: String = try fields.finish(requiring: a)
        #expect(single == "x")
    }

    @Test("objects inside are read as strictly, with pointers of their own")
    func nested() throws {
        var fields = try fields(#"{"links":[{"url":"a"},{"url":1,"x":2},5]}"#)
        let links = fields.value("links", as: .array(of: .object { $0.required("url", as: .string) }))
        #expect(links == nil)
        #expect(fields.summary == ["/links/1/url invalid_type", "/links/1/x unknown_field", "/links/2 invalid_type"])
    }

    @Test("an error that is not written for clients keeps its text to itself")
    func foreignErrors() throws {
        struct Secret: Error {}
        var fields = try fields(#"{"a":"x"}"#)
        #expect(fields.value("a", as: .string) { _ -> Int in throw Secret() } == nil)
        #expect(fields.problems == [FieldProblem(pointer: "/a", code: "invalid_value", message: "Send a valid value.")])
    }

    @Test("a hundred problems are listed, further ones counted")
    func bounded() throws {
        let members = (0..<250).map { "\"\($0)\":0" }.joined(separator: ",")
        var fields = try fields("{\(members)}")
        let thrown = #expect(throws: Problem.self) { try fields.finish() }
        #expect(thrown?.errors.count == 100)
        #expect(thrown?.detail.contains("150 more") == true)
    }

    @Test("a body that is not JSON is a 400, one that is no object a 422")
    func bodies() {
        let broken = #expect(throws: Problem.self) { try fields(#"{"a":1,"a":2}"#) }
        #expect(broken?.status == 400)
        #expect(broken?.code == "invalid_json")
        for text in ["[]", "1", "null", "\"x\""] {
            let thrown = #expect(throws: Problem.self) { try fields(text) }
            #expect(thrown?.status == 422)
            #expect(thrown?.errors.map { problem($0.pointer, $0.code) } == [" invalid_type"])
        }
    }
}
