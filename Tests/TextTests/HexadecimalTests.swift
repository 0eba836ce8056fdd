import Testing
import Text

@Suite("Hexadecimal digits")
struct HexadecimalTests {
    @Test("hexadecimal writes two lower-case digits a byte")
    func hex() {
        #expect(hexadecimal([0x00, 0x0f, 0xa0, 0xff]) == "000fa0ff")
        #expect(hexadecimal([]) == "")
    }

    @Test("pairs of digits are read in either case, and nothing else is")
    func decoded() {
        #expect(hexadecimalDecoded("000fA0fF") == [0x00, 0x0f, 0xa0, 0xff])
        #expect(hexadecimalDecoded("") == [])
        for text in ["0", "0g", "g0", "000", " 00", "0 ", "é", "٠٠"] { #expect(hexadecimalDecoded(text) == nil, "\(text)") }
    }
}
