import CWebP

/// WebP (RFC 9649) through libwebp.
enum WebP {
    static func decoded(_ file: [UInt8], _ limits: ImageLimits, atLeast side: Int?) throws(ImageError) -> Bitmap {
        var features = WebPBitstreamFeatures()
        guard mask_webp_features(file, file.count, &features) == 0 else { throw .unreadable("WebPGetFeatures") }
        guard features.has_animation == 0 else { throw .animated }
        let (width, height) = (Int(features.width), Int(features.height))
        // "Format of bitstream: 0 = undefined (/mixed), 1 = lossy, 2 = lossless" (decode.h). Without loss all pixels are in
        // memory before the first is scaled.
        try limits.check(width: width, height: height, isPhoto: side != nil && features.format == 1)
        let (newWidth, newHeight) = Self.size(width, height, side)
        var pixels = [UInt8](repeating: 0, count: newWidth * newHeight * 4)
        guard mask_webp_decode(file, file.count, Int32(newWidth), Int32(newHeight), &pixels) == 0 else {
            throw .unreadable("WebPDecode")
        }
        return Bitmap(width: newWidth, height: newHeight, pixels: pixels)
    }

    /// libwebp scales to any size.
    private static func size(_ width: Int, _ height: Int, _ side: Int?) -> (Int, Int) {
        let longer = max(width, height)
        guard let side, longer > side else { return (width, height) }
        func scaled(_ length: Int) -> Int { max(1, (length * side + longer / 2) / longer) }
        return (scaled(width), scaled(height))
    }
}
