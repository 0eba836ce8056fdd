import Images
import Testing

@Suite("Bitmaps")
struct BitmapTests {
    static let limits = ImageLimits(bytes: 256 * 1024, side: 2048)

    /// Red, green, blue, and a half-transparent white.
    static let four = Bitmap(
        width: 2, height: 2,
        pixels: [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 255, 128])

    static func white(_ width: Int, _ height: Int) -> Bitmap {
        Bitmap(width: width, height: height, pixels: [UInt8](repeating: 255, count: width * height * 4))
    }

    static func plain(_ width: Int, _ height: Int, _ color: [UInt8]) -> Bitmap {
        Bitmap(width: width, height: height, pixels: (0..<(width * height)).flatMap { _ in color })
    }

    @Test("what is written as PNG reads back, with and without transparency")
    func roundTrip() throws {
        let opaque = Self.plain(3, 5, [12, 34, 56, 255])
        for bitmap in [Self.four, opaque] {
            #expect(try Bitmap(decoding: try bitmap.png(), limits: Self.limits) == bitmap)
        }
        #expect(!Self.four.isOpaque && opaque.isOpaque)
    }

    @Test("segments without a length, or with one that cannot be, end the search for how a camera was held")
    func strangeSegments() throws {
        for segment: [UInt8] in [[0xFF, 0xFE, 0, 0], [0xFF, 0xFE, 0, 1], [0xFF, 0x01, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFE]] {
            // What libjpeg makes of it is its own affair; no process ends of it.
            let file = Array(Fixtures.jpeg[..<2]) + segment + Array(Fixtures.jpeg[2...])
            _ = try? Bitmap(decoding: file, limits: Self.limits)
        }
        // TEM, which libjpeg passes over, leads a reader of lengths to the end of a comment, that into the midst of another,
        // and there is a length of 0.
        let comment = { (bytes: [UInt8]) -> [UInt8] in
            let length = bytes.count + 2
            return [0xFF, 0xFE, UInt8(length >> 8), UInt8(length & 255)] + bytes
        }
        let first = comment([UInt8](repeating: 0xFF, count: 65_530) + [0xFF, 0x00, 0x01])
        let second = comment([UInt8](repeating: 0xFF, count: 506) + [0xFF, 0x00, 0x00, 0x00])
        let file = Array(Fixtures.jpeg[..<2]) + [0xFF, 0x01] + first + second + Array(Fixtures.jpeg[2...])
        #expect(try Bitmap(decoding: file, limits: Self.limits).width == 16)
    }

    @Test("a palette takes the fewest bits a pixel", arguments: [(2, 1), (4, 2), (16, 4), (17, 8)])
    func palette(colors: Int, bits: UInt8) throws {
        let palette = (0..<colors).flatMap { number -> [UInt8] in [UInt8(number * 15), 0, 0, number == 0 ? 0 : 255] }
        let file = try PNG.encoded(.init(width: colors, height: 2, colors: .palette(palette))) { _, row in
            for x in 0..<colors { row[x] = UInt8(x) }
        }
        #expect(file[24] == bits)  // IHDR: length, name, width, height, bit depth
        let bitmap = try Bitmap(decoding: file, limits: Self.limits)
        #expect(bitmap.pixels.prefix(colors * 4).dropFirst(4) == ArraySlice(palette).dropFirst(4))
        #expect(bitmap.pixels[3] == 0)
    }

    @Test("a picture is made to fit without a change of its shape, and never made larger")
    func fitting() {
        let small = Self.plain(300, 100, [1, 2, 3, 255]).fitted(within: 30)
        #expect((small.width, small.height) == (30, 10))
        #expect(small == Self.plain(30, 10, [1, 2, 3, 255]))
        #expect(Self.four.fitted(within: 512) == Self.four)
        let line = Self.plain(1000, 1, [0, 0, 0, 255]).fitted(within: 10)
        #expect((line.width, line.height) == (10, 1))
    }

    @Test("what is transparent gives no colour to what it is merged with")
    func merging() {
        let pair = Bitmap(width: 2, height: 1, pixels: [255, 0, 0, 255, 0, 255, 0, 0])
        #expect(pair.scaled(width: 1, height: 1).pixels == [255, 0, 0, 128])
    }

    @Test("a JPEG reads, and is turned as its camera says")
    func jpeg() throws {
        // 16 by 8 pixels, the left half red and the right half blue.
        let upright = try Bitmap(decoding: Fixtures.jpeg, limits: Self.limits)
        #expect((upright.width, upright.height) == (16, 8))
        #expect(upright.pixels[0] > 200 && upright.pixels[2] < 60)
        #expect(upright.pixels[15 * 4] < 60 && upright.pixels[15 * 4 + 2] > 200)

        // Orientation 6: the camera was turned, so that the picture has to be turned clockwise. Its top is red then.
        let exif: [UInt8] = [0xFF, 0xE1, 0, 34] + Array("Exif\0\0".utf8)
            + [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
        let turned = try Bitmap(decoding: Fixtures.jpeg.prefix(2) + exif + Fixtures.jpeg.dropFirst(2), limits: Self.limits)
        #expect((turned.width, turned.height) == (8, 16))
        #expect(turned.pixels[0] > 200 && turned.pixels[2] < 60)
        #expect(turned.pixels[turned.pixels.count - 4] < 60 && turned.pixels[turned.pixels.count - 2] > 200)
    }

    // MARK: JPEGs of cameras, phones and print shops

    /// Without its mark of the end.
    private static let endless = Fixtures.jpeg.dropLast(2)

    @Test("a JPEG with bytes before the mark of its end, or without one, reads: all its pixels are there", arguments: [
        endless + [0, 0x11, 0x22, 0x33, 0xFF, 0xD9], endless + [], endless + Array("camera trailer".utf8),
        Fixtures.jpeg + Array("behind the end".utf8),
    ])
    func ends(file: [UInt8]) throws {
        #expect(try Bitmap(decoding: file, limits: Self.limits) == Bitmap(decoding: Fixtures.jpeg, limits: Self.limits))
    }

    @Test("a JPEG that is cut short is refused, however little is missing", arguments: [0.25, 0.5, 0.9])
    func cutShort(part: Double) throws {
        let noise = (0..<64 * 64 * 4).map { (index: Int) -> UInt8 in index % 4 == 3 ? 255 : UInt8(index &* 40_503 % 251) }
        for isProgressive in [false, true] {
            let file = try Bitmap(width: 64, height: 64, pixels: noise).jpeg(quality: 90, isProgressive: isProgressive)
            #expect(throws: ImageError.self) {
                try Bitmap(decoding: Array(file.prefix(Int(Double(file.count) * part))), limits: Self.limits)
            }
            _ = try Bitmap(decoding: file.dropLast(2), limits: Self.limits)
        }
    }

    @Test("a JPEG in four inks is converted")
    func inks() throws {
        let bitmap = try Bitmap(decoding: Fixtures.cmyk, limits: Self.limits)
        #expect((bitmap.width, bitmap.height) == (16, 8) && bitmap.isOpaque)
        #expect(bitmap.pixels[0] > 200 && bitmap.pixels[1] < 60 && bitmap.pixels[2] < 60)
        #expect(bitmap.pixels[15 * 4] < 60 && bitmap.pixels[15 * 4 + 1] < 60 && bitmap.pixels[15 * 4 + 2] > 200)
    }

    @Test("a photo that is larger than its limit is read in fewer pixels, and never in too few")
    func photo() throws {
        let limits = ImageLimits(bytes: .max, side: 400, photoPixels: 1_000_000)
        let photo = Self.white(1000, 500)
        let file = try photo.jpeg(quality: 80, isProgressive: false)
        let read = try Bitmap(decoding: file, limits: limits, atLeast: 160)
        #expect((read.width, read.height) == (250, 125))
        #expect(abs(Int(read.pixels[0]) - 255) < 5)
        #expect(throws: ImageError.tooLarge(width: 1000, height: 500, most: 400)) { try Bitmap(decoding: file, limits: limits) }
        let few = ImageLimits(bytes: .max, side: 400, photoPixels: 499_999)
        #expect(throws: ImageError.tooLarge(width: 1000, height: 500, most: 400)) {
            try Bitmap(decoding: file, limits: few, atLeast: 160)
        }
        // All of it would be in memory before the first row is.
        let passes = try photo.jpeg(quality: 80)
        #expect(throws: ImageError.tooLargeForProgressive) { try Bitmap(decoding: passes, limits: limits, atLeast: 160) }
        #expect(try Bitmap(decoding: passes, limits: ImageLimits(bytes: .max, side: 1000)).width == 1000)
    }

    @Test("a JPEG in passes is one, whatever stands between its markers; what stands there for nothing is passed over", arguments: [
        ([0xFF], true), ([0xFF, 0xFF, 0xFF], true), ([0xFF, 0x01], true), ([0xFF, 0xD0], false), ([0xFF, 0xFE, 0, 0], false),
        ([0xFF, 0xFE, 0, 3, 1], true), ([0xFF, 0xFE, 0, 2, 0], false),
    ])
    func hiddenPasses(bytes: [UInt8], isRead: Bool) throws {
        let limits = ImageLimits(bytes: .max, side: 400, photoPixels: 1_000_000)
        for isProgressive in [true, false] {
            let file = try Self.white(1000, 500).jpeg(quality: 80, isProgressive: isProgressive)
            let filled = Array(file[..<2]) + bytes + file[2...]
            let read = Result { try Bitmap(decoding: filled, limits: limits, atLeast: 160).width }
            if isProgressive || !isRead { #expect(throws: ImageError.self) { try read.get() } } else { #expect(try read.get() == 250) }
        }
    }

    @Test("a JPEG of hundreds of passes over many pixels is refused before the first")
    func passes() throws {
        let file = try Self.white(2000, 2000).jpeg(quality: 50)
        let scan = try #require(file.indices.dropLast().last { file[$0] == 0xFF && file[$0 + 1] == 0xDA })
        let last = file[scan..<(file.count - 2)]
        let passes = (0..<300).flatMap { _ in Array(last) }
        let many = Array(file[..<(file.count - 2)]) + passes + [0xFF, 0xD9]
        let limits = ImageLimits(bytes: .max, side: 4096)
        #expect(throws: ImageError.tooCostly) { try Bitmap(decoding: many, limits: limits) }
        #expect(try Bitmap(decoding: file, limits: limits).width == 2000)
    }

    // MARK: WebP

    @Test("a WebP reads, with loss and without")
    func webp() throws {
        let lossy = try Bitmap(decoding: Fixtures.webp, limits: Self.limits)
        #expect((lossy.width, lossy.height) == (16, 8) && lossy.isOpaque)
        #expect(lossy.pixels[0] > 200 && lossy.pixels[15 * 4 + 2] > 200)
        let exact = try Bitmap(decoding: Fixtures.transparentWebP, limits: Self.limits)
        #expect(exact.pixels[3] == 0 && exact.pixels[4..<8] == [255, 0, 0, 255])
        let small = try Bitmap(decoding: Fixtures.webp, limits: Self.limits, atLeast: 8)
        #expect((small.width, small.height) == (8, 4))
    }

    @Test("a WebP that moves is refused, and one with more pixels than its limit")
    func otherWebP() {
        #expect(throws: ImageError.animated) { try Bitmap(decoding: Fixtures.animatedWebP, limits: Self.limits) }
        #expect(throws: ImageError.tooLarge(width: 16, height: 8, most: 15)) {
            try Bitmap(decoding: Fixtures.webp, limits: ImageLimits(bytes: .max, side: 15))
        }
    }

    // MARK: Refusals

    @Test("what is not read is called by its name", arguments: [
        ("....ftypheic", .heic), ("....ftypavif", .avif), ("....ftypmif1", .heic), ("GIF89a", .gif), ("II*\u{0}", .tiff),
        ("BM....\u{0}\u{0}\u{0}\u{0}.....", .bmp),
    ] as [(String, ImageFormat)])
    func otherFormats(text: String, format: ImageFormat) {
        #expect(throws: ImageError.otherFormat(format)) { try Bitmap(decoding: Array(text.utf8), limits: Self.limits) }
    }

    @Test("what is no image is refused", arguments: ["", "GIF", "<html>", "\u{89}PNG", "BM", "RIFF....WAVE"])
    func noImage(text: String) {
        #expect(throws: ImageError.unknownFormat) { try Bitmap(decoding: Array(text.utf8), limits: Self.limits) }
    }

    @Test("a file of too many bytes is refused unread")
    func tooManyBytes() throws {
        let file = try Self.four.png()
        #expect(throws: ImageError.tooManyBytes(most: file.count - 1)) {
            try Bitmap(decoding: file, limits: ImageLimits(bytes: file.count - 1, side: 2048))
        }
    }

    @Test("an image that says it is huge is refused before room is made for it")
    func bomb() throws {
        var file = try Self.four.png()
        file.replaceSubrange(16..<24, with: [0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF])
        file.replaceSubrange(29..<33, with: Fixtures.crc32(Array(file[12..<29])))
        #expect(throws: ImageError.tooLarge(width: 65535, height: 65535, most: 2048)) {
            try Bitmap(decoding: file, limits: Self.limits)
        }
        var jpeg = Fixtures.jpeg
        let frame = try #require(jpeg.indices.first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        jpeg.replaceSubrange((frame + 5)..<(frame + 9), with: [0xFF, 0xDC, 0xFF, 0xDC])
        #expect(throws: ImageError.tooLarge(width: 65500, height: 65500, most: 2048)) {
            try Bitmap(decoding: jpeg, limits: Self.limits)
        }
    }

    @Test("every beginning of an image that lacks pixels is refused")
    func truncated() throws {
        let end = 4 + 12  // of a PNG: the check of the pixels, and the chunk IEND
        for file in [try Self.plain(40, 40, [9, 8, 7, 255]).png(), Fixtures.jpeg, Fixtures.webp] {
            for length in 8..<(file.count - end) {
                #expect(throws: ImageError.self) { try Bitmap(decoding: Array(file.prefix(length)), limits: Self.limits) }
            }
        }
    }

    @Test("an image with any byte changed is read or refused, and none ends the process")
    func damaged() throws {
        var random = SystemRandomNumberGenerator()
        let files = [
            try Self.four.png(), Fixtures.jpeg, Fixtures.cmyk, Fixtures.webp, Fixtures.transparentWebP, Fixtures.animatedWebP,
        ]
        for file in files {
            for index in file.indices {
                var damaged = file
                damaged[index] = UInt8.random(in: 0...255, using: &random)
                _ = try? Bitmap(decoding: damaged, limits: Self.limits)
            }
        }
    }
}
