import CTurboJPEG

/// JPEG (ITU-T T.81) through libjpeg-turbo's TurboJPEG API.
enum JPEG {
    static func decoded(_ file: [UInt8], _ limits: ImageLimits) throws(ImageError) -> Bitmap {
        guard let handle = tjInitDecompress() else { throw .failed("tjInitDecompress") }
        defer { tjDestroy(handle) }
        var (width, height, sampling, space): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        guard tjDecompressHeader3(handle, file, UInt(file.count), &width, &height, &sampling, &space) == 0 else {
            throw .unreadable(message(handle))
        }
        try limits.check(width: Int(width), height: Int(height))
        var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * 4)
        // TJFLAG_LIMITSCANS: a progressive file of thousands of scans takes as much time as a thousand files. A file that is
        // cut short is a warning only, and is refused like any that is broken.
        let flags = TJFLAG_LIMITSCANS | TJFLAG_STOPONWARNING
        guard tjDecompress2(
            handle, file, UInt(file.count), &pixels, width, 0, height, Int32(TJPF_RGBA.rawValue), Int32(flags)) == 0
        else { throw .unreadable(message(handle)) }
        return Bitmap(width: Int(width), height: Int(height), pixels: pixels).turned(orientation(of: file))
    }

    private static func message(_ handle: tjhandle) -> String {
        tjGetErrorStr2(handle).map { String(cString: $0) } ?? ""
    }

    /// How a camera was held, as Exif says it (CIPA DC-008, 4.6.4, tag 0x0112): 1 to 8, 1 for upright or unsaid.
    static func orientation(of file: [UInt8]) -> Int {
        var position = 2  // after SOI: segments of FF, marker, length (with itself), content
        while position + 4 <= file.count, file[position] == 0xFF {
            let (marker, length) = (file[position + 1], Int(file[position + 2]) << 8 | Int(file[position + 3]))
            // Fill bytes, TEM, RST and SOI have no length (ITU-T T.81, B.1.1.3); behind SOS there is the picture.
            guard ![0xFF, 0x01, 0xDA].contains(marker), !(0xD0...0xD9).contains(marker), length >= 2,
                position + 2 + length <= file.count
            else { return 1 }
            let content = (position + 4)..<(position + 2 + length)
            if marker == 0xE1, file[content].starts(with: Array("Exif\0\0".utf8)) {
                return orientation(inTIFF: file[content].dropFirst(6))
            }
            position = content.upperBound
        }
        return 1
    }

    /// The first directory of a TIFF file: twelve bytes an entry.
    private static func orientation(inTIFF bytes: ArraySlice<UInt8>) -> Int {
        let bytes = Array(bytes)
        guard bytes.count >= 8 else { return 1 }
        let isLittle = bytes[0] == UInt8(ascii: "I")
        func number(_ at: Int, _ length: Int) -> Int {
            guard at >= 0, at + length <= bytes.count else { return 0 }
            let part = bytes[at..<(at + length)]
            return (isLittle ? part.reversed() : Array(part)).reduce(0) { $0 << 8 | Int($1) }
        }
        let directory = number(4, 4)
        for entry in 0..<number(directory, 2) where number(directory + 2 + entry * 12, 2) == 0x0112 {
            let value = number(directory + 2 + entry * 12 + 8, 2)
            return (1...8).contains(value) ? value : 1
        }
        return 1
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
