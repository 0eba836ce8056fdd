import Model
import Testing

@Suite("Colours of a page")
struct ColorTests {
    @Test("six hexadecimal digits are read, in either case", arguments: ["#000000", "#1a2B3c", "#FFFFFF"])
    func read(text: String) {
        #expect(Color(text)?.description == text.lowercased())
    }

    @Test("anything else is refused, signs in the place of digits too", arguments: [
        "", "#", "#000", "000000", "#-0-0-0", "#+0+0+0", "#0 0 0 ", "#00000g", "#0000000", "#\u{FF10}0000", "#00000\u{0}",
    ])
    func refused(text: String) {
        #expect(Color(text) == nil)
    }
}
