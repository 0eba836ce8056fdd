/// JSON Pointer (RFC 6901).
public enum JSONPointer {
    public static func appending(_ token: String, to pointer: String) -> String {
        "\(pointer)/\(escaped(token))"
    }

    /// The names that a pointer leads through.
    public static func tokens(_ pointer: String) -> [String] {
        pointer.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { token in
            var (text, isEscape) = (String.UnicodeScalarView(), false)
            for scalar in token {
                if isEscape { text.append(scalar == "1" ? "/" : "~") } else if scalar != "~" { text.append(scalar) }
                isEscape = !isEscape && scalar == "~"
            }
            return String(text)
        }
    }

    /// `~` as `~0` and `/` as `~1` (section 3).
    private static func escaped(_ token: String) -> String {
        guard token.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return token }
        var result = ""
        for scalar in token.unicodeScalars {
            switch scalar {
            case "~": result += "~0"
            case "/": result += "~1"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
