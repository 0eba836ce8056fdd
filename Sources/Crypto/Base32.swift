/// Base32 (RFC 4648, section 6), without padding: what people type from a screen or from paper.
public enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    /// Eight capital letters or digits for each five bytes.
    public static func encode(_ bytes: [UInt8]) -> String {
        var (text, rest, bits) = ([UInt8](), 0, 0)
        text.reserveCapacity((bytes.count * 8 + 4) / 5)
        for byte in bytes {
            rest = (rest << 8 | Int(byte)) & 0xFFF
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(alphabet[rest >> bits & 31])
            }
        }
        if bits > 0 { text.append(alphabet[rest << (5 - bits) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of a text that ``encode(_:)`` can have written, whatever its case, with spaces and hyphens anywhere; nil for
    /// any other text. Unused bits must be zero (RFC 4648, section 3.5).
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard let canonical = canonical(text) else { return nil }
        var (bytes, rest, bits) = ([UInt8](), 0, 0)
        for letter in canonical.utf8 {
            guard let value = value(letter) else { return nil }
            rest = (rest << 5 | value) & 0xFFF
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: rest >> bits))
            }
        }
        // Five bits or more that are left belong to no byte: such a text is a letter too long.
        return bits < 5 && rest & (1 << bits - 1) == 0 ? bytes : nil
    }

    /// The text in capitals without spaces and hyphens; nil where there is a sign that Base32 has not.
    public static func canonical(_ text: some StringProtocol) -> String? {
        let letters = text.utf8.lazy.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "-") }
            .map { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 ? $0 & ~0x20 : $0 }
        return letters.allSatisfy { value($0) != nil } ? String(decoding: Array(letters), as: UTF8.self) : nil
    }

    private static func value(_ letter: UInt8) -> Int? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(letter - UInt8(ascii: "A"))
        case UInt8(ascii: "2")...UInt8(ascii: "7"): Int(letter - UInt8(ascii: "2")) + 26
        default: nil
        }
    }
}
