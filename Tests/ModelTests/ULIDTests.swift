import Model
import Testing

@Suite struct ULIDTests {
    @Test(
        "text and bytes give the same identifier back", arguments: [0, 1, 1_769_904_000_123, (1 << 48) - 1] as [Int64])
    func roundTrip(milliseconds: Int64) throws {
        let id = ULID(milliseconds: milliseconds)
        #expect(id.milliseconds == milliseconds)
        #expect(ULID(id.description) == id)
        #expect(ULID(bytes: id.bytes) == id)
        #expect(id.bytes.count == 16)
    }

    @Test(
        "the text is the one of the specification",
        arguments: [
            (UInt128.min, "00000000000000000000000000"),
            (UInt128.max, "7zzzzzzzzzzzzzzzzzzzzzzzzz"),
            (UInt128(32), "00000000000000000000000010"),
            // 01ARZ3NDEKTSV4RRFFQ69G5FAV, the example of github.com/ulid/spec.
            (0x0156_3E3A_B5D3_D676_4C61_EFB9_9302_BD5B as UInt128, "01arz3ndektsv4rrffq69g5fav"),
        ])
    func text(value: UInt128, text: String) {
        #expect(ULID(value: value).description == text)
        #expect(ULID(text)?.value == value)
    }

    @Test(
        "another spelling is refused",
        arguments: [
            "", "0", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "81arz3ndektsv4rrffq69g5fav", "01arz3ndektsv4rrffq69g5fai",
            "01arz3ndektsv4rrffq69g5fal", "01arz3ndektsv4rrffq69g5fao", "01arz3ndektsv4rrffq69g5fau",
            "01arz3ndektsv4rrffq69g5fa", "01arz3ndektsv4rrffq69g5favv", "01arz3ndektsv4rrffq69g5fa ",
            "01arz3ndektsv4rrffq69g5fé",
        ])
    func refused(text: String) {
        #expect(ULID(text) == nil)
    }

    @Test("a later identifier sorts after an earlier one, as text too")
    func order() {
        let (early, late) = (ULID(milliseconds: 1000), ULID(milliseconds: 1001))
        #expect(early < late)
        #expect(early.description < late.description)
    }

    @Test("two identifiers of one millisecond differ")
    func random() {
        #expect(Set((0..<10_000).map { _ in ULID(milliseconds: 5) }).count == 10_000)
    }

    @Test("bytes of another length are refused", arguments: [0, 15, 17])
    func bytes(count: Int) {
        #expect(ULID(bytes: [UInt8](repeating: 0, count: count)) == nil)
    }
}
