
/// SVG from outside, drawn to pixels by librsvg's `rsvg-convert`.
///
/// What is in an SVG decides how much work it is to draw, so it is drawn by a process of its own, which ends at a bound of
/// time and memory, and which has no other document at hand: librsvg loads nothing for a document that comes on standard
/// input, and it runs no script.
public enum SVG {
    /// Who draws.
    public enum Place: Sendable {
        /// The unit mask-svg@.service behind this socket: without files, network, and the rights and memory of the caller.
        case unit(socket: String)
        /// A child of this process, of the same user: where no systemd starts the unit.
        case child
    }

    /// Pixels of the longer side of what the unit draws.
    public static let unitSide = 512

    /// Draws a document so that its longer side has `side` pixels, ``unitSide`` where the unit draws.
    public static func decoded(
        _ file: [UInt8], side: Int, limits: ImageLimits, by place: Place = .child
    ) throws(ImageError) -> Bitmap {
        try limits.check(file)
        guard isSVG(file) else { throw .unknownFormat }
        let png = switch place {
        case .unit(let socket): try SVGUnit.drawn(file, socket)
        case .child: try SVGChild.drawn(file, side)
        }
        return try PNG.decoded(png, ImageLimits(bytes: .max, side: side))
    }

    /// UTF-8 text with the element somewhere: other encodings, and gzip, are refused unread.
    private static func isSVG(_ file: [UInt8]) -> Bool {
        guard let text = String(validating: file, as: UTF8.self) else { return false }
        return text.contains("<svg") || text.contains(":svg")
    }

    /// Whether a document has other pictures in it, or may make them of entities. They would be read by decoders of a dozen
    /// formats, and a drawing needs none.
    public static func hasPictures(_ file: [UInt8]) -> Bool {
        let source = String(decoding: file, as: UTF8.self).lowercased()
        // A reference spells a character in digits: `&#100;ata:`.
        let text = source.replacing(/&#(x?)([0-9a-f]{1,8});/) { match in
            let scalar = UInt32(match.output.2, radix: match.output.1.isEmpty ? 10 : 16).flatMap(Unicode.Scalar.init)
            return scalar.map { String(Character($0)) } ?? ""
        }.lowercased()
        return text.contains(/<(?:[^\s<>\/:"']+:)?(?:fe)?image[\s>\/]/) || text.contains(/(?:^|[^a-z0-9_:-])data:/)
            || text.contains(/<!entity[^>]*[&%]/) || text.contains(/<(?:[^\s<>\/:"']+:)?include[\s>\/]/)
            || source.contains("<!entity") && source.contains("&#")
    }
}
