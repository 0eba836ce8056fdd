import Foundation
import Images
import Testing

@Suite("SVG from outside")
struct SVGTests {
    private let limits = ImageLimits(bytes: 256 * 1024, side: 2048)

    private func drawn(_ text: String, side: Int = 64) throws(ImageError) -> Bitmap {
        try SVG.decoded(Array(text.utf8), side: side, limits: limits)
    }

    private func document(_ content: String, _ attributes: String = "width='20' height='10'") -> String {
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' \(attributes)>\(content)</svg>"
    }

    @Test("a drawing fills the longer side, whatever size it says it has")
    func drawing() throws {
        let bitmap = try drawn(document("<rect width='20' height='10' fill='#f00'/>"))
        #expect((bitmap.width, bitmap.height) == (64, 32))
        #expect(bitmap.pixels.prefix(4) == [255, 0, 0, 255])
        let huge = try drawn(document("<rect width='9' height='9'/>", "width='100000' height='100000' viewBox='0 0 9 9'"))
        #expect((huge.width, huge.height) == (64, 64))
        #expect(try drawn(document("", "viewBox='0 0 4 2'")).isOpaque == false)
    }

    @Test("scripts do not run, and nothing is loaded from a file or from elsewhere")
    func outside() throws {
        let quiet = try drawn(document(""))
        for content in [
            "<script>while(true){}</script>",
            "<image xlink:href='file:///usr/share/pixmaps/debian-logo.png' width='20' height='10'/>",
            "<image href='http://127.0.0.1:9/a.png' width='20' height='10'/>",
            "<use xlink:href='file:///etc/passwd#a'/>",
            "<style>@import url('file:///etc/passwd'); rect { fill: red }</style>",
        ] {
            #expect(try drawn(document(content)) == quiet)
        }
    }

    @Test(
        "an entity bomb, an outside entity, a broken document and one that is no SVG are refused",
        arguments: [
            """
            <!DOCTYPE svg [<!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
            <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
            <!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">]>
            <svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&f;&f;&f;&f;&f;&f;</text></svg>
            """,
            "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect>",
            "<svg", "<html>no <b>:svg</b></html>", "just text", "", "\u{1F}\u{8B}",
        ])
    func refused(text: String) {
        #expect(throws: ImageError.self) { try drawn(text) }
    }

    @Test("the unit that draws logos draws them at the size that it is said to")
    func unit() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../../systemd/mask-svg@.service"
        let unit = try String(contentsOfFile: path, encoding: .utf8)
        let line = unit.split(separator: "\n").first { $0.hasPrefix("ExecStart=") }
        #expect(line == """
            ExecStart=/usr/bin/rsvg-convert --width \(SVG.unitSide) --height \(SVG.unitSide) --keep-aspect-ratio --format png
            """)
    }

    @Test("a unit that nobody starts is a failure of the host, not of the document")
    func noUnit() throws {
        let file = Array(document("").utf8)
        do throws(ImageError) {
            _ = try SVG.decoded(file, side: SVG.unitSide, limits: limits, by: .unit(socket: "/nonexistent/svg.sock"))
            Issue.record("it was drawn")
        } catch {
            guard case .failed = error else { throw error }
        }
    }

    @Test("a document that would be drawn for hours is given up after seconds")
    func costly() {
        let levels = (1...30).map { level in
            "<g id='l\(level)'>" + String(repeating: "<use xlink:href='#l\(level - 1)'/>", count: 10) + "</g>"
        }
        let text = document("<defs><rect id='l0' width='9' height='9'/>\(levels.joined())</defs><use xlink:href='#l30'/>")
        #expect(throws: ImageError.self) { try drawn(text) }
        let noise = String(repeating: "<feTurbulence baseFrequency='.9' numOctaves='60'/>", count: 2000)
        let blur = "<filter id='f'>\(noise)</filter>"
        #expect(throws: ImageError.tooCostly) {
            try drawn(document("<defs>\(blur)</defs><rect width='20' height='10' filter='url(#f)'/>"), side: 512)
        }
    }
}
