import Crypto
import Testing

@Suite("Random bytes and comparison")
struct RandomTests {
    @Test("random bytes come in the number asked for, and differ", arguments: [16, 32, 1000])
    func random(count: Int) throws {
        let first = try randomBytes(count)
        #expect(first.count == count)
        #expect(try randomBytes(count) != first)
    }

    @Test("no bytes are no error")
    func none() throws {
        #expect(try randomBytes(0).isEmpty)
    }

    @Test(
        "only equal bytes are equal",
        arguments: [
            ([], [], true), ([1, 2, 3], [1, 2, 3], true), ([1, 2, 3], [1, 2, 4], false),
            ([1, 2], [1, 2, 0], false), ([], [0], false),
        ] as [([UInt8], [UInt8], Bool)])
    func equality(left: [UInt8], right: [UInt8], isEqual: Bool) {
        #expect(constantTimeEquals(left, right) == isEqual)
    }
}
