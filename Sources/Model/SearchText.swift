import IDN
import Text

/// A text that somebody looks for, in the forms in which links have it: titles as it is, slugs in their one spelling, and
/// destinations in ASCII, where `straße` stands as `stra%C3%9Fe` and `münchen.example` as `xn--mnchen-3ya.example`.
public struct SearchText: Sendable, Equatable {
    public let text: String

    /// In characters: no text of a link is longer.
    public static let maximumLength = Destination.maximumLength

    public init(_ text: String) { self.text = text.normalised }

    public var slug: String { Slug.spelling(of: text) }

    /// The forms in which ``LinkText`` has it where a link has it: capitals tell that `straße` is `STRASSE`, too, and a destination
    /// has `ä%20b` decoded. Nil where ``FoldedText`` does not know all letters.
    public var folded: [[UInt8]]? {
        var texts = [text, text.uppercased()]
        if !text.utf8.allSatisfy(\.isVisibleASCII) {
            texts += [PercentEncoding.readable(text), text.lowercased()]
            // Beside a host in Punycode, or half a letter, only the destination as stored has it.
            texts += text.contains { "/?#:%".contains($0) } ? destinations : [withASCIIHost].compactMap(\.self)
        }
        var forms: [[UInt8]] = []
        for text in texts {
            guard let form = FoldedText.fold(text) else { return nil }
            if !forms.contains(form) { forms.append(form) }
        }
        return forms
    }

    /// The forms that a destination can have it in, at most six, all ASCII. Letters of ASCII match in any case anyway; others
    /// are looked for as they are, in small letters and in capitals.
    public var destinations: [String] {
        var forms: [String] = []
        if text.isASCII { forms.append(text) }
        if !text.utf8.allSatisfy(\.isVisibleASCII) {
            forms += [text, text.lowercased(), text.uppercased(), text.spacesAsPlus].map(\.percentEncoded)
            if let form = withASCIIHost { forms.append(form) }
        }
        return forms.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The beginning taken for a host, whole labels of it.
    private var withASCIIHost: String? {
        let (scheme, rest) = text.firstRange(of: "://").map { (text[..<$0.upperBound], text[$0.upperBound...]) } ?? ("", text[...])
        let host = rest.prefix { !"/?#:".contains($0) }
        guard !host.isASCII, let ascii = hostToASCII(String(host)) else { return nil }
        return scheme + ascii + String(rest[host.endIndex...]).percentEncoded
    }
}

extension String {
    fileprivate var spacesAsPlus: String { String(map { $0 == " " ? "+" : $0 }) }

    /// As destinations are stored.
    fileprivate var percentEncoded: String {
        var bytes: [UInt8] = []
        bytes.appendEncoded(utf8)
        return String(decoding: bytes, as: UTF8.self)
    }
}
