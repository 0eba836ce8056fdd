import CPNG

/// PNG (ISO/IEC 15948) through libpng.
public enum PNG {
    /// What is written.
    public struct Head: Sendable {
        public enum Colors: Sendable {
            /// Up to 256 colours, four bytes each (red, green, blue, alpha); a row has one byte a pixel, the number of
            /// its colour.
            case palette([UInt8])
            /// Three bytes a pixel.
            case rgb
            /// Four bytes a pixel.
            case rgba
        }

        public var width: Int
        public var height: Int
        public var colors: Colors

        public init(width: Int, height: Int, colors: Colors) {
            self.width = width
            self.height = height
            self.colors = colors
        }

        var bytesPerPixel: Int {
            switch colors {
            case .palette: 1
            case .rgb: 3
            case .rgba: 4
            }
        }

        /// The fewest bits that number all colours.
        var bitDepth: Int32 {
            guard case .palette(let colors) = colors else { return 8 }
            return switch colors.count / 4 {
            case ...2: 1
            case ...4: 2
            case ...16: 4
            default: 8
            }
        }
    }

    /// Writes a PNG of which no more than one row is in memory before it is compressed.
    /// - Parameter fill: writes row `y`, counted from the top, into the buffer.
    public static func encoded(
        _ head: Head, level: Int = 6, fill: (_ y: Int, _ row: UnsafeMutableBufferPointer<UInt8>) -> Void
    ) throws(ImageError) -> [UInt8] {
        var output = mask_png_bytes()
        defer { free(output.bytes) }
        let isDone = withoutActuallyEscaping(fill) { fill in
            write(head, level, Row(length: head.width * head.bytesPerPixel, fill: fill), to: &output)
        }
        guard isDone, let bytes = output.bytes else { throw .failed("png_write_row") }
        return Array(UnsafeBufferPointer(start: bytes, count: output.count))
    }

    /// The closure, where C finds it again.
    private final class Row {
        let length: Int
        let fill: (Int, UnsafeMutableBufferPointer<UInt8>) -> Void

        init(length: Int, fill: @escaping (Int, UnsafeMutableBufferPointer<UInt8>) -> Void) {
            self.length = length
            self.fill = fill
        }
    }

    private static func write(_ head: Head, _ level: Int, _ row: Row, to output: inout mask_png_bytes) -> Bool {
        var palette: [UInt8] = []
        var hasAlpha = false
        switch head.colors {
        case .palette(let colors): palette = colors
        case .rgb: break
        case .rgba: hasAlpha = true
        }
        var buffer = [UInt8](repeating: 0, count: row.length)
        return palette.withUnsafeBufferPointer { palette in
            var parts = mask_png_head(
                width: UInt32(head.width), height: UInt32(head.height), bit_depth: head.bitDepth,
                has_alpha: hasAlpha ? 1 : 0, palette: palette.baseAddress, palette_count: Int32(palette.count / 4), level: Int32(level))
            return withExtendedLifetime(row) {
                mask_png_write(
                    &parts, &buffer,
                    { context, y, bytes in
                        guard let context, let bytes else { return }
                        let row = Unmanaged<Row>.fromOpaque(context).takeUnretainedValue()
                        row.fill(Int(y), UnsafeMutableBufferPointer(start: bytes, count: row.length))
                    }, Unmanaged.passUnretained(row).toOpaque(), &output) == 1
            }
        }
    }

    /// libpng's simplified API: it converts every kind of PNG to RGBA and skips all chunks that say nothing of pixels, so
    /// that compressed texts and profiles cost nothing.
    static func decoded(_ file: [UInt8], _ limits: ImageLimits) throws(ImageError) -> Bitmap {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        // "png_image_free: ... it is safe to call more than once": png.h.
        defer { png_image_free(&image) }
        // libpng reads from the memory until the image is freed.
        return try bare(file).withUnsafeBufferPointer { (bytes) throws(ImageError) -> Bitmap in
            guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0 else {
                throw ImageError.unreadable(message(image))
            }
            let (width, height) = (Int(image.width), Int(image.height))
            try limits.check(width: width, height: height)
            image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA)  // PNG_FORMAT_RGBA
            var pixels = [UInt8](repeating: 0, count: width * height * 4)
            guard png_image_finish_read(&image, nil, &pixels, png_int_32(width * 4), nil) != 0 else {
                throw ImageError.unreadable(message(image))
            }
            return Bitmap(width: width, height: height, pixels: pixels)
        }
    }

    private static func message(_ image: png_image) -> String {
        withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
