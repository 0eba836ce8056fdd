@_spi(_Unicode) import Swift

/// A text in which letters stand in one form: small, without accents, full-width ones as ASCII, kana as hiragana.
///
/// Whatever MariaDB's `utf8mb4_unicode_520_ci` takes for the same character has the same form, so that what `LIKE` finds is in
/// the folded text, too; every emoji stays itself. That holds of the characters in ``known``, which is tried against MariaDB
/// (LinkSearchTests).
public enum FoldedText {
    /// UTF-8; nil where a character is not among the known.
    public static func fold(_ text: String) -> [UInt8]? {
        var folded: [UInt8] = []
        folded.reserveCapacity(text.utf8.count)
        if text.utf8.allSatisfy({ 0x20...0x7E ~= $0 }) {
            for byte in text.utf8 { folded.append(0x41...0x5A ~= byte ? byte | 0x20 : byte) }
            return folded
        }
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                let byte = UInt8(truncatingIfNeeded: scalar.value)
                guard 0x20...0x7E ~= byte else { return nil }
                folded.append(0x41...0x5A ~= byte ? byte | 0x20 : byte)
            } else {
                guard isKnown(scalar) else { return nil }
                folded += folding(scalar).utf8
            }
        }
        return folded
    }

    private static func isKnown(_ scalar: Unicode.Scalar) -> Bool { known.contains { $0.contains(scalar.value) } }

    /// Latin, Greek, Cyrillic, Hebrew, Arabic and Thai letters, punctuation, symbols, kana, ideographs, Hangul and emoji; without
    /// such as ², Ⓐ and 𝐀, which are letters and digits to MariaDB.
    static let known: [ClosedRange<UInt32>] = [
        0x20...0x7E, 0xA0...0xA9, 0xAB...0xAC, 0xAE...0xB1, 0xB4...0xB8, 0xBB...0x13E, 0x141...0x1F0, 0x1F4...0x24F,
        0x300...0x362, 0x386...0x386, 0x388...0x3D1, 0x400...0x482, 0x48A...0x52F, 0x5D0...0x5EA, 0x621...0x64A,
        0xE01...0xE3A, 0xE40...0xE46, 0xE48...0xE4C, 0x1E00...0x1EFF, 0x200D...0x200D, 0x2010...0x2010, 0x2012...0x2023,
        0x2025...0x2027, 0x2030...0x205E, 0x20A0...0x20BF, 0x20E3...0x20E3, 0x2122...0x2122, 0x2190...0x23FF, 0x2500...0x2775,
        0x2794...0x27BF, 0x2B00...0x2BFF, 0x3000...0x3006, 0x3008...0x3011, 0x3013...0x301F, 0x3041...0x3096, 0x3099...0x309A,
        0x30A1...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xFE0E...0xFE0F, 0xFF01...0xFF5E,
        0x1F000...0x1F0FF, 0x1F1E6...0x1F1FF, 0x1F300...0x1FAFF, 0x20000...0x2F7FF,
    ]

    private static func folding(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        // How the character before is to look.
        case 0xFE0E...0xFE0F: return ""
        case 0xA0, 0x3000: return " "
        case 0xFF01...0xFF5E: return small(moved(scalar, by: -0xFEE0))
        case _ where isMark(scalar): return "\u{301}"
        // A letter and its accents. (A syllable of Hangul without its last consonant would be found in others.)
        case 0xA0..<0x600, 0x1E00...0x1EFF, 0x2190...0x30FF: return String(scalar)._nfd.filter { !isMark($0) }.map(base).joined()
        default: return small(scalar)
        }
    }

    /// What stands for itself where it could not be composed, any of them for any: accents, tones, the voicing of kana, and what
    /// joins emoji or makes keycaps.
    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x300...0x362, 0xE48...0xE4C, 0x200D, 0x20E3, 0x3099...0x309A: true
        default: false
        }
    }

    private static func base(_ scalar: Unicode.Scalar) -> String {
        small(0x30A1...0x30F6 ~= scalar.value ? moved(scalar, by: -0x60) : scalar)
    }

    private static func small(_ scalar: Unicode.Scalar) -> String {
        let capital = scalar.properties.uppercaseMapping.unicodeScalars
        let small = capital.count == 1 ? capital[capital.startIndex].properties.lowercaseMapping : scalar.properties.lowercaseMapping
        return plain[small] ?? small
    }

    private static func moved(_ scalar: Unicode.Scalar, by distance: Int32) -> Unicode.Scalar {
        Unicode.Scalar(UInt32(Int32(scalar.value) + distance)) ?? scalar
    }

    /// Letters with strokes, final letters, small kana, and the full stop that hosts may have.
    private static let plain: [String: String] = [
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ґ": "г", "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ", "ぁ": "あ",
        "ぃ": "い", "ぅ": "う", "ぇ": "え", "ぉ": "お", "っ": "つ", "ゃ": "や", "ゅ": "ゆ", "ょ": "よ", "ゎ": "わ", "ゕ": "か", "ゖ": "け",
        "。": ".",
    ]
}
