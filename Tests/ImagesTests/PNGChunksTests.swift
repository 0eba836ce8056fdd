import CZlib
import Glibc
import Images
import Testing

/// What stands in a PNG beside the picture.
@Suite("Chunks of a PNG")
struct PNGChunksTests {
    @Test("texts are not unpacked, however many there are and however long they become")
    func texts() throws {
        let text = chunk("zTXt", Array("Comment\0\0".utf8) + packed([UInt8](repeating: UInt8(ascii: "a"), count: 7_900_000)))
        let texts = (0..<80).flatMap { _ in text }
        let before = mostMemory
        #expect(try Bitmap(decoding: file(with: texts), limits: ImageLimits(bytes: 1 << 20, side: 2)) == BitmapTests.four)
        #expect(mostMemory - before < 100 << 20)
    }

    @Test("what may be left out is left out, and what is broken is refused")
    func others() throws {
        for type in ["tEXt", "sPLT", "eXIf", "abCd", "tIME", "acTL"] {
            let many = (0..<2000).flatMap { _ in chunk(type, [1, 2, 3]) }
            #expect(try Bitmap(decoding: file(with: many), limits: BitmapTests.limits) == BitmapTests.four, "\(type)")
        }
        for broken in [[0, 0, 0, 9], [0xFF, 0xFF, 0xFF, 0xFF] + Array("tEXt".utf8), chunk("ABCD", []), chunk("IHDR", [])] {
            #expect(throws: ImageError.self) { try Bitmap(decoding: file(with: broken), limits: BitmapTests.limits) }
        }
        for end in 0..<40 { #expect(throws: ImageError.self) { try Bitmap(decoding: Array(picture.prefix(end)), limits: BitmapTests.limits) } }
    }

    @Test("what tells how bright the colours are counts, once")
    func brightness() throws {
        let linear = chunk("gAMA", [0, 1, 0x86, 0xA0])  // 100,000: not bent at all
        let read = try Bitmap(decoding: file(with: linear), limits: BitmapTests.limits)
        #expect(read.pixels.prefix(4) == [255, 0, 0, 255])
        let grey = try Bitmap(width: 1, height: 1, pixels: [64, 64, 64, 255]).png()
        let brighter = try Bitmap(decoding: file(with: linear + linear, in: grey), limits: BitmapTests.limits)
        #expect(brighter.pixels[0] > 120)
    }

    // MARK: Parts

    private var picture: [UInt8] { get throws { try BitmapTests.four.png() } }

    /// A picture with something more behind its head.
    private func file(with more: [UInt8], in picture: [UInt8]? = nil) throws -> [UInt8] {
        let picture = try picture ?? self.picture
        return picture[..<33] + more + picture[33...]
    }

    private func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
        let named = Array(type.utf8) + content
        return big(UInt32(content.count)) + named + big(checksum(named))
    }

    private func packed(_ bytes: [UInt8]) -> [UInt8] {
        var length = compressBound(UInt(bytes.count))
        var packed = [UInt8](repeating: 0, count: Int(length))
        return compress(&packed, &length, bytes, UInt(bytes.count)) == Z_OK ? Array(packed.prefix(Int(length))) : []
    }

    private func big(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }

    /// CRC-32, as ISO/IEC 15948 has it in annex D.
    private func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0 as UInt32) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
    }

    /// That this process ever had, in bytes.
    private var mostMemory: Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Int(usage.ru_maxrss) * 1024
    }
}
