import Testing
import Text

@Suite("Endless marks")
struct EndlessMarksTests {
    @Test("what people write has an end, however it is decorated", arguments: [
        "", "a", "é", "e\u{301}", "a" + String(repeating: "\u{301}\u{316}", count: 127), String(repeating: "e\u{301}", count: 1000),
        String(repeating: "กำ", count: 1000), String(repeating: "क्ष", count: 1000), String(repeating: "👩‍👩‍👧‍👦", count: 100),
        String(repeating: "❤️", count: 300), String(repeating: "한", count: 1000), String(repeating: "שָׁ", count: 500), String(repeating: "x", count: 1000),
    ])
    func written(text: String) {
        #expect(!text.hasEndlessMarks)
    }

    @Test("more than 255 marks in a row have none", arguments: ["\u{301}", "\u{316}", "\u{F73}", "\u{344}", "\u{1D165}", "\u{20DD}"])
    func endless(mark: String) {
        #expect(!("é" + String(repeating: mark, count: 255)).hasEndlessMarks)
        #expect(("é" + String(repeating: mark, count: 256) + "b").hasEndlessMarks)
    }
}
