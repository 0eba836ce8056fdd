@testable import JSON
import Testing

@Suite("Names of a JSON object")
struct JSONNamesTests {
    @Test("members get other names in their order")
    func renamed() throws {
        let object: JSONObject = ["b": 1, "a": ["b": 2]]
        #expect(try object.renamed { $0 + "_" } == ["b_": 1, "a_": ["b": 2]])
    }

    @Test("two members that would have one name are refused, by the name of the second", arguments: [2, 40])
    func repeated(count: Int) {
        let object = JSONObject((0..<count).map { .init(name: "n\($0)", value: nil) } + [.init(name: "N0", value: nil)])
        #expect(throws: RepeatedName(name: "N0")) { try object.renamed { $0 == "N0" ? "n0" : $0 } }
    }

    // One by one it would be five thousand million comparisons: half an hour.
    @Test("a hundred thousand members are renamed in linear time")
    func linear() throws {
        let object = JSONObject((0..<100_000).map { .init(name: "n\($0)", value: nil) })
        let time = try ContinuousClock().measure { _ = try object.renamed { $0 } }
        #expect(time < .seconds(60))
    }

    @Test("a pointer is taken apart as it was put together", arguments: [[], ["a"], ["a", "0", "b"], ["~", "/", "~1", "~01", "a/b~c", ""]])
    func tokens(_ names: [String]) {
        let pointer = names.reduce("") { JSONPointer.appending($1, to: $0) }
        #expect(JSONPointer.tokens(pointer) == names)
    }
}
