import Images
import Model

/// A picture for pages, decoded and encoded anew: nothing of the bytes that came is kept.
package struct Picture: Sendable {
    package let type: Image.ImageType
    package let bytes: [UInt8]
    package let width: Int
    package let height: Int

    /// What is read.
    package static let formats: [ImageFormat] = [.png, .jpeg, .webp]

    /// Of the file and its pixels as they come: 64 MiB while it is decoded. A photo with more pixels is made smaller while it
    /// is read.
    package static let limits = ImageLimits(bytes: 8 << 20, side: 4096, photoPixels: 50_000_000)

    /// The longer side as it is kept, in pixels: sharp on a page that is 800 wide, on a screen of double density.
    private static let keptSide = 1600
    private static let quality = 82

    /// Photos are kept as JPEG and drawings as PNG. JPEG has no transparency: what is transparent is kept as PNG.
    /// - Parameter format: what the file is said to be.
    package init(_ file: [UInt8], saidToBe format: ImageFormat) throws(ImageError) {
        let picture = try Bitmap(decoding: file, limits: Self.limits, atLeast: Self.keptSide).fitted(within: Self.keptSide)
        type = format != .png && picture.isOpaque ? .jpeg : .png
        bytes = type == .jpeg ? try picture.jpeg(quality: Self.quality) : try picture.png()
        (width, height) = (picture.width, picture.height)
    }
}
