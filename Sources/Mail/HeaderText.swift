import Crypto
import Model

/// A text that can stand in a header, because it has no line break, nor anything else that is not read: such characters became
/// spaces when it was made. There is no other way to make one, so nobody's name begins another field.
public struct HeaderText: Hashable, Sendable, ExpressibleByStringInterpolation {
    public let text: String

    /// The subject of a mail is at most so long; what comes after is cut off.
    private static let limit = 200

    public init(_ text: String) {
        let line = Self.oneLine(text)
        self.text = line.count <= Self.limit ? line : line.prefix(Self.limit - 1) + "…"
    }

    /// A text in one line: what breaks lines or does something else than to be read is a space.
    static func oneLine(_ text: String) -> String {
        var line = ""
        for scalar in text.unicodeScalars { line.unicodeScalars.append(PlainText.isForbidden(scalar) ? " " : scalar) }
        return line.split(separator: " ").joined(separator: " ")
    }

    public init(stringLiteral text: String) { self.init(text) }

    // MARK: As it is sent

    /// RFC 5322, section 2.1.1: a line should have no more than 78 characters; RFC 2047, section 2: a line with an encoded word 76.
    static let lineLimit = 76

    /// Whether it can stand in a header as it is: ASCII, and nothing that reads like an encoded word or ends a quoted string.
    var isPlain: Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
            && !text.contains("=?") && text.utf8.count <= 60
    }

    /// - Parameter start: how much of the first line is taken.
    func field(after start: Int) -> String {
        let isShort = start + text.utf8.count <= Self.lineLimit
        let isASCII = text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
        return isShort && isASCII ? text : encoded(after: start)
    }

    /// Encoded words of RFC 2047, each on a line of its own: UTF-8 in Base64, and no character in two words.
    func encoded(after start: Int) -> String {
        let (head, tail) = ("=?UTF-8?B?", "?=")
        var (words, word): ([String], [UInt8]) = ([], [])
        // Three bytes are four characters.
        func room(_ taken: Int) -> Int { (Self.lineLimit - taken - head.utf8.count - tail.utf8.count) / 4 * 3 }
        func end() {
            words.append(head + base64(word) + tail)
            word = []
        }
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if word.count + bytes.count > room(words.isEmpty ? start : 1) { end() }
            word += bytes
        }
        if !word.isEmpty { end() }
        return words.joined(separator: "\r\n ")
    }
}
