import IDN
import Text

/// What a search looks through of a link: slug, title and destination as stored, folded, and the destination as one reads it
/// where that differs. Divided by U+001F, which no folded text has.
public enum LinkText {
    /// Of the column.
    static let maximumBytes = 700

    /// Nil where it is longer than the column, or ``FoldedText`` does not know all its letters.
    public static func of(_ link: Link) -> [UInt8]? { of(slug: link.slug, title: link.settings.title, url: link.settings.url) }

    public static func of(slug: String, title: String?, url: String) -> [UInt8]? {
        guard url.utf8.count <= maximumBytes, let readable = readable(url) else { return nil }
        var text: [UInt8] = []
        for part in [slug, title ?? "", url] + (readable == url ? [] : [readable]) {
            guard let folded = FoldedText.fold(part) else { return nil }
            if !text.isEmpty { text.append(0x1F) }
            text += folded
        }
        return text.count <= maximumBytes ? text : nil
    }

    /// `https://münchen.example/straße x` of `https://xn--mnchen-3ya.example/stra%C3%9Fe+x`; nil where a label is none that
    /// libidn2 reads.
    private static func readable(_ url: String) -> String? {
        // As hardly any has such a label.
        guard url.utf8.containsPunycode, let scheme = url.firstRange(of: "://") else { return PercentEncoding.readable(url) }
        let rest = url[scheme.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        guard authority.contains("xn--") else { return PercentEncoding.readable(url) }
        let host = authority.prefix { $0 != ":" }
        guard let unicode = hostToUnicode(String(host)) else { return nil }
        return url[..<scheme.upperBound] + unicode + PercentEncoding.readable(String(rest[host.endIndex...]))
    }
}

extension String.UTF8View {
    fileprivate var containsPunycode: Bool {
        var matched = 0
        for byte in self {
            switch (matched, byte) {
            case (1, UInt8(ascii: "n")): matched = 2
            case (2, UInt8(ascii: "-")): matched = 3
            case (3, UInt8(ascii: "-")): return true
            default: matched = byte == UInt8(ascii: "x") ? 1 : 0
            }
        }
        return false
    }
}

extension PercentEncoding {
    /// Everything decoded, `+` to a space; what is no UTF-8 becomes U+FFFD.
    static func readable(_ text: String) -> String {
        text.utf8.contains { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") } ? decodeLeniently(text) : text
    }
}
