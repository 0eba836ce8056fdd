/// What no name, title or tag may have, and what stands around a text that was pasted.
public enum PlainText {
    /// The first character that does something to a terminal or a page instead of being read: controls (C0, DEL, C1), line
    /// and paragraph separators, and the marks that turn the direction of the text around a name. Other invisible characters
    /// are left alone: emoji and several scripts are joined with them.
    public static func firstForbidden(in text: String) -> Unicode.Scalar? {
        text.unicodeScalars.first(where: isForbidden)
    }

    public static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// The text without white space, line ends and U+200B, U+2060 and U+FEFF around it: what comes along when an address is
    /// copied, as browsers' own fields remove it.
    public static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last, isOuter(first) || isOuter(last) else { return text }
        guard let start = scalars.firstIndex(where: { !isOuter($0) }), let end = scalars.lastIndex(where: { !isOuter($0) }) else {
            return ""
        }
        return String(scalars[start...end])
    }

    private static func isOuter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || [0x200B, 0x2060, 0xFEFF].contains(scalar.value)
    }

    /// A text that can be shown in a terminal whatever it is: forbidden characters as `\u{9b}`.
    public static func escaped(_ text: String) -> String {
        guard firstForbidden(in: text) != nil else { return text }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            if isForbidden(scalar) { result += "\\u{\(String(scalar.value, radix: 16))}" } else { result.unicodeScalars.append(scalar) }
        }
    }
}
