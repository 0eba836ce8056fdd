/// A picture in memory: sRGB, 8 bits a channel, red, green, blue and straight alpha, rows from the top.
public struct Bitmap: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// Four bytes a pixel.
    public internal(set) var pixels: [UInt8]

    /// - Precondition: `pixels` has four bytes for each pixel.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0 && pixels.count == width * height * 4)
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// Reads a PNG, a JPEG or a WebP, told apart by their first bytes. Whatever else the file holds (comments, places,
    /// profiles, more pictures) is left behind, and a JPEG is turned as its camera says.
    /// - Parameter side: of the picture that is wanted, in pixels of its longer side. A photo with more is read with fewer:
    ///   never fewer than this, and fewer than twice as many.
    public init(decoding file: [UInt8], limits: ImageLimits, atLeast side: Int? = nil) throws(ImageError) {
        try limits.check(file)
        self = switch ImageFormat(of: file) {
        case .png: try PNG.decoded(file, limits)
        case .jpeg: try JPEG.decoded(file, limits, atLeast: side)
        case .webp: try WebP.decoded(file, limits, atLeast: side)
        case let format?: throw .otherFormat(format)
        case nil: throw .unknownFormat
        }
    }

    public var isOpaque: Bool { stride(from: 3, to: pixels.count, by: 4).allSatisfy { pixels[$0] == 255 } }

    /// As a PNG that has nothing but these pixels.
    public func png() throws(ImageError) -> [UInt8] {
        let isOpaque = isOpaque
        return try PNG.encoded(.init(width: width, height: height, colors: isOpaque ? .rgb : .rgba)) { y, row in
            let source = pixels[(y * width * 4)..<((y + 1) * width * 4)]
            if isOpaque {
                for x in 0..<width {
                    for channel in 0..<3 { row[x * 3 + channel] = source[source.startIndex + x * 4 + channel] }
                }
            } else {
                for (index, byte) in source.enumerated() { row[index] = byte }
            }
        }
    }
}
