import Model
import Testing

@Suite struct PlainTextTests {
    @Test("controls and marks that turn text are found", arguments: [
        "a\u{0}", "a\n", "a\u{7F}", "a\u{85}", "a\u{9B}31m", "a\u{2028}", "a\u{202E}b", "a\u{2066}b", "a\u{2069}",
    ])
    func forbidden(text: String) {
        #expect(PlainText.firstForbidden(in: text) != nil)
    }

    @Test("letters of all scripts and what joins them are not", arguments: [
        "", "Größe 50 %", "日本語", "שלום\u{200F}", "می\u{200C}خواهم", "👨\u{200D}👩\u{200D}👧", "a\u{A0}b", "<b>\"'&",
    ])
    func allowed(text: String) {
        #expect(PlainText.firstForbidden(in: text) == nil)
        #expect(PlainText.escaped(text) == text)
    }

    @Test("a terminal is shown the number of what it would act on")
    func escaped() {
        #expect(PlainText.escaped("x\u{9B}2J\u{202E}y\n") == #"x\u{9b}2J\u{202e}y\u{a}"#)
    }

    @Test("what comes along when an address is copied is removed at its ends only", arguments: [
        ("a b", "a b"), (" a\u{200B}b\t\r\n", "a\u{200B}b"), ("\u{FEFF}\u{A0}a\u{3000}", "a"), (" \n", ""), ("", ""),
    ])
    func trimmed(text: String, expected: String) {
        #expect(PlainText.trimmed(text) == expected)
    }
}
