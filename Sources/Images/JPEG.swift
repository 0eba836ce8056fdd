import CTurboJPEG

/// JPEG (ITU-T T.81) through libjpeg-turbo's TurboJPEG API.
enum JPEG {
    static func decoded(_ file: [UInt8], _ limits: ImageLimits, atLeast side: Int?) throws(ImageError) -> Bitmap {
        // Behind the end nothing is read. Where there is none, this is it, and libjpeg tells what is missing before it.
        let file = file + [0xFF, 0xD9]
        guard let handle = tjInitDecompress() else { throw .failed("tjInitDecompress") }
        defer { tjDestroy(handle) }
        var (width, height, sampling, space): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        guard tjDecompressHeader3(handle, file, UInt(file.count), &width, &height, &sampling, &space) == 0 else {
            throw .unreadable(message(handle))
        }
        let head = JPEGHead(of: file)
        try check(Int(width), Int(height), head, limits, isScaled: side != nil)
        let (newWidth, newHeight) = scaled(width, height, atLeast: side)
        let isCMYK = space == Int32(TJCS_CMYK.rawValue) || space == Int32(TJCS_YCCK.rawValue)
        let format = isCMYK ? TJPF_CMYK : TJPF_RGBA
        var pixels = [UInt8](repeating: 0, count: Int(newWidth) * Int(newHeight) * 4)
        let code = tjDecompress2(
            handle, file, UInt(file.count), &pixels, newWidth, 0, newHeight, Int32(format.rawValue), Int32(TJFLAG_LIMITSCANS))
        guard code == 0 || isWhole(handle) else { throw .unreadable(message(handle)) }
        if isCMYK { convert(&pixels, isInverted: head.isByAdobe) }
        return Bitmap(width: Int(newWidth), height: Int(newHeight), pixels: pixels).turned(head.orientation)
    }

    /// What a pass over the pixels costs, times the passes: a few seconds for a file that was made to take long, a tenth of
    /// that for the twenty passes that the most thorough programs make.
    private static let work = 1 << 30

    private static func check(
        _ width: Int, _ height: Int, _ head: JPEGHead, _ limits: ImageLimits, isScaled: Bool
    ) throws(ImageError) {
        try limits.check(width: width, height: height, isPhoto: isScaled)
        guard !head.isInPasses || max(width, height) <= limits.side else { throw .tooLargeForProgressive }
        guard width * height <= work / max(1, head.scans) else { throw .tooCostly }
    }

    /// The smallest of the sizes that libjpeg reads at once whose longer side is `side` or more: eighths, from one up.
    private static func scaled(_ width: Int32, _ height: Int32, atLeast side: Int?) -> (Int32, Int32) {
        guard let side else { return (width, height) }
        // TJSCALED of turbojpeg.h, a macro: rounded up.
        func scaled(_ length: Int32, _ eighths: Int32) -> Int32 { (length * eighths + 7) / 8 }
        let eighths = (1...8).first { Int(scaled(max(width, height), $0)) >= side } ?? 8
        return (scaled(width, eighths), scaled(height, eighths))
    }

    /// The warning after which all pixels are there: bytes before the mark of the end (EOI). Cameras and phones write such
    /// files, and every viewer shows them. Other warnings tell of pixels that are missing.
    private static func isWhole(_ handle: tjhandle) -> Bool {
        guard tjGetErrorCode(handle) == Int32(TJERR_WARNING.rawValue) else { return false }
        return message(handle).hasSuffix("extraneous bytes before marker 0xd9")  // jerror.h: JWRN_EXTRANEOUS_DATA
    }

    private static func message(_ handle: tjhandle) -> String {
        tjGetErrorStr2(handle).map { String(cString: $0) } ?? ""
    }

    /// From four inks to red, green, blue and full cover, as PDF (ISO 32000-1, 10.3.5) converts without a profile.
    private static func convert(_ pixels: inout [UInt8], isInverted: Bool) {
        pixels.withUnsafeMutableBufferPointer { pixels in
            for at in stride(from: 0, to: pixels.count, by: 4) {
                let paper = Int(isInverted ? pixels[at + 3] : 255 - pixels[at + 3])
                for channel in at..<(at + 3) {
                    pixels[channel] = UInt8(Int(isInverted ? pixels[channel] : 255 - pixels[channel]) * paper / 255)
                }
                pixels[at + 3] = 255
            }
        }
    }
}

extension Bitmap {
    /// The picture upright, of one that was taken in this orientation.
    func turned(_ orientation: Int) -> Bitmap {
        guard orientation != 1 else { return self }
        let swaps = orientation >= 5
        let (newWidth, newHeight) = swaps ? (height, width) : (width, height)
        var result = [UInt8](repeating: 0, count: pixels.count)
        for y in 0..<newHeight {
            for x in 0..<newWidth {
                let (sourceX, sourceY) = source(x, y, orientation)
                let (to, from) = ((y * newWidth + x) * 4, (sourceY * width + sourceX) * 4)
                for channel in 0..<4 { result[to + channel] = pixels[from + channel] }
            }
        }
        return Bitmap(width: newWidth, height: newHeight, pixels: result)
    }

    /// Where the pixel that is seen at (x, y) is stored: the table of the Exif tag.
    private func source(_ x: Int, _ y: Int, _ orientation: Int) -> (Int, Int) {
        switch orientation {
        case 2: (width - 1 - x, y)
        case 3: (width - 1 - x, height - 1 - y)
        case 4: (x, height - 1 - y)
        case 5: (y, x)
        case 6: (y, height - 1 - x)
        case 7: (width - 1 - y, height - 1 - x)
        default: (width - 1 - y, x)
        }
    }
}
