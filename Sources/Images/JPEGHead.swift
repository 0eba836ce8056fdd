/// What a JPEG says of itself before its pixels: ITU-T T.81, annex B.
struct JPEGHead {
    /// How the camera was held, as Exif says it (CIPA DC-008, 4.6.4, tag 0x0112): 1 to 8, 1 for upright or unsaid.
    private(set) var orientation = 1
    /// The file has its pixels in several passes: libjpeg keeps the coefficients of all of them in memory, two bytes each. So it is of
    /// a head that libjpeg may read and this does not.
    private(set) var isInPasses = true
    /// Adobe's programs wrote it. They store the inks of CMYK inverted.
    private(set) var isByAdobe = false
    /// Passes over the picture, at most: pictures within the file are counted too. Between markers FF stands before 00 and
    /// RST only, so that FF DA begins a pass wherever it is.
    let scans: Int

    init(of file: [UInt8]) {
        scans = Self.scans(file)
        var (components, isProgressive): (UInt8, Bool) = (0, true)
        var position = 2  // after SOI: segments of FF, marker, length (with itself), content
        while position + 4 <= file.count, file[position] == 0xFF {
            let (marker, length) = (file[position + 1], Int(file[position + 2]) << 8 | Int(file[position + 3]))
            // Any number of FF may fill up before a marker (B.1.1.2); TEM, RST and SOI have no length (B.1.1.3).
            if marker == 0xFF || marker == 0x01 {
                position += marker == 0xFF ? 1 : 2
                continue
            }
            guard !(0xD0...0xD9).contains(marker), length >= 2, position + 2 + length <= file.count else { return }
            let content = file[(position + 4)..<(position + 2 + length)]
            switch marker {
            case 0xE1 where content.starts(with: "Exif\0\0".utf8): orientation = Self.orientation(inTIFF: content.dropFirst(6))
            case 0xEE where content.starts(with: "Adobe".utf8): isByAdobe = true
            case 0xC4, 0xC8, 0xCC: break  // tables: the other markers from C0 to CF begin the frame
            case 0xC0...0xCF:
                components = content.dropFirst(5).first ?? 0
                isProgressive = marker & 3 == 2  // SOF2, SOF6, SOF10, SOF14
            case 0xDA:
                isInPasses = isProgressive || content.first ?? 0 < components
                return  // behind SOS there is the picture
            default: break
            }
            position = content.endIndex
        }
    }

    private static func scans(_ file: [UInt8]) -> Int {
        file.withUnsafeBufferPointer { bytes in
            var count = 0
            for index in bytes.indices.dropLast() where bytes[index] == 0xFF && bytes[index + 1] == 0xDA { count += 1 }
            return count
        }
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
