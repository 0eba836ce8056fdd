
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

    /// Refuses what refers to anything outside of the document: pictures, other documents, stylesheets. They would be read by
    /// decoders of a dozen formats, and a drawing needs none. Called before ``decoded(_:side:limits:by:)``, which takes them.
    /// - Throws: ``ImageError/notSelfContained``, ``ImageError/unknownFormat``, ``ImageError/unreadable(_:)``.
    public static func requireSelfContained(_ file: [UInt8]) throws(ImageError) {
        guard isSVG(file) else { throw .unknownFormat }
        var reader = SVGReader(file)
        try reader.read()
    }

    /// UTF-8 text with the element somewhere: other encodings, and gzip, are refused unread.
    private static func isSVG(_ file: [UInt8]) -> Bool {
        guard String(validating: file, as: UTF8.self) != nil else { return false }
        return file.indices.contains { start in
            (file[start] == UInt8(ascii: "<") || file[start] == UInt8(ascii: ":")) && file[(start + 1)...].starts(with: "svg".utf8)
        }
    }
}
