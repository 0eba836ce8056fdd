import Crypto

/// Which styles a page of ours may have: its own `style` elements, told by their digests, and no others (Content Security Policy
/// Level 3, section 2.3.1).
public enum StylePolicy {
    /// The directive for the `style` elements in the head of a page.
    public static func directive(for html: [UInt8]) -> String {
        let sources = styles(in: html).map { "'sha256-\(base64(sha256(Array(html[$0]))))'" }
        return "style-src " + (sources.isEmpty ? "'none'" : sources.joined(separator: " "))
    }

    /// Puts a policy at the beginning of a page's head, where it holds for all that follows (HTML, section 4.2.5.3). What a policy of
    /// the answer forbids stays forbidden.
    static func add(_ policy: String, to html: [UInt8]) -> [UInt8] {
        guard let head = find("<head>", in: html[...]) else { return html }
        let field = #"<meta http-equiv="Content-Security-Policy" content="\#(policy)">"#
        return Array(html[..<head.upperBound]) + "\n\(field)".utf8 + html[head.upperBound...]
    }

    /// The texts of the elements. What stands behind the head is people's.
    private static func styles(in html: [UInt8]) -> [Range<Int>] {
        let end = find("</head>", in: html[...])?.lowerBound ?? html.endIndex
        var (ranges, rest) = ([Range<Int>](), html[..<end])
        while let open = find("<style>", in: rest), let close = find("</style>", in: rest[open.upperBound...]) {
            ranges.append(open.upperBound..<close.lowerBound)
            rest = rest[close.upperBound...]
        }
        return ranges
    }

    private static func find(_ text: StaticString, in html: ArraySlice<UInt8>) -> Range<Int>? {
        text.withUTF8Buffer { text in
            guard let first = text.first else { return nil }
            var rest = html
            while let start = rest.firstIndex(of: first) {
                rest = rest[start...]
                if rest.starts(with: text) { return start..<start + text.count }
                rest = rest.dropFirst()
            }
            return nil
        }
    }
}
