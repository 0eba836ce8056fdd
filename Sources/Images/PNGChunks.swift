import Text

extension PNG {
    /// The file without what libpng unpacks and keeps before the first pixel, of which nothing is shown: texts, palettes for
    /// others, times. A text of 8 kB may become 8 MB, and libpng takes a thousand of them.
    ///
    /// What is broken stays for libpng to refuse.
    static func bare(_ file: [UInt8]) -> [UInt8] {
        var (bare, kept, position) = ([UInt8](), Set<[UInt8]>(), signature)
        bare.reserveCapacity(file.count)
        bare += file.prefix(signature)
        // Length, type, content, checksum: ISO/IEC 15948, section 5.3.
        while file.count - position >= 12 {
            let length = file[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
            guard length <= file.count - position - 12 else { break }
            let (type, end) = (Array(file[(position + 4)..<(position + 8)]), position + 12 + length)
            // A small first letter: the picture can be read without it (section 5.4). libpng takes one of each.
            if !type[0].isLowerCaseLetter || colors.contains(type) && kept.insert(type).inserted { bare += file[position..<end] }
            position = end
        }
        return bare + file[min(position, file.count)...]
    }

    private static let signature = 8

    /// What tells how the pixels are meant.
    private static let colors = Set(["tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT"].map { Array($0.utf8) })
}
