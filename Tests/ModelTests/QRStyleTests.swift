import Model
import Testing

@Suite("QR styles")
struct QRStyleTests {
    @Test("a colour is read from its three or six digits, and written with six", arguments: [
        ("#000", "#000000"), ("#1aF", "#11aaff"), ("#00FF7f", "#00ff7f"), ("#ffffff", "#ffffff"),
    ])
    func colors(text: String, written: String) {
        #expect(QRColor(text)?.description == written)
    }

    @Test("what is no such colour is refused", arguments: [
        "", "#", "000", "#00", "#0000", "#00000", "#0000000", "#00000000", "red", "#ggg", "# 00", "#+00", "\u{FF03}000",
        "#\u{FF10}00", "##000", "#00\u{0}",
    ])
    func noColors(text: String) {
        #expect(QRColor(text) == nil)
    }

    @Test("dark on light can be read from a contrast of 3:1 on", arguments: [
        ("#000000", "#ffffff", true), ("#949494", "#ffffff", true), ("#959595", "#ffffff", false),
        ("#ffffff", "#000000", false), ("#ff0000", "#ffffff", true), ("#ffff00", "#ffffff", false),
        ("#000000", "#000000", false), ("#0000ff", "#ffff00", true), ("#0000ff", "#000000", false),
    ])
    func contrast(front: String, back: String, isReadable: Bool) throws {
        var style = QRStyle()
        style.foreground = try #require(QRColor(front))
        style.background = try #require(QRColor(back))
        #expect(style.isReadable == isReadable)
        if back == "#ffffff" {
            style.background = nil
            #expect(style.isReadable == isReadable)
        }
    }
}
