import Crypto
import Images
import Threads

/// A logo as it was sent: a data URL (RFC 2397) in base64, of PNG or SVG.
public struct LogoFile: Sendable {
    public enum Format: String, Sendable, CaseIterable {
        case png = "image/png"
        case svg = "image/svg+xml"
    }

    public let format: Format
    private let bytes: [UInt8]

    /// Bytes of the file, and pixels of a PNG's longer side.
    private static let limits = ImageLimits(bytes: 256 * 1024, side: 2048)

    /// Characters of the longest data URL.
    public static let maximumLength = "data:image/svg+xml;base64,".utf8.count + (limits.bytes + 2) / 3 * 4

    /// - Throws: ``LogoProblem``.
    public init(_ text: String) throws {
        guard text.utf8.count <= Self.maximumLength else { throw Self.tooLarge }
        let head = text.prefix { $0 != "," }
        guard let format = Format.allCases.first(where: { head == "data:\($0.rawValue);base64" }) else {
            throw Self.unreadable
        }
        guard let bytes = base64Decoded(String(text.dropFirst(head.count + 1))) else { throw Self.unreadable }
        guard bytes.count <= Self.limits.bytes else { throw Self.tooLarge }
        (self.format, self.bytes) = (format, bytes)
    }

    /// The picture alone, made anew: nothing else that the file holds is kept.
    /// - Throws: ``LogoProblem``; `TooBusy` where others draw too many.
    public func drawn(by drawer: SVG.Place) throws -> QRLogo {
        do {
            switch format {
            case .png:
                guard bytes.first == 0x89 else { throw ImageError.unknownFormat }  // it may be a JPEG
                return try QRLogo(Bitmap(decoding: bytes, limits: Self.limits))
            case .svg:
                try SVG.requireSelfContained(bytes)
                return try QRLogo(SVG.decoded(bytes, side: QRLogo.side, limits: Self.limits, by: drawer))
            }
        } catch let error as ImageError {
            switch error {
            case .unknownFormat, .otherFormat, .animated: throw Self.unreadable
            case .tooManyBytes, .tooLarge, .tooLargeForProgressive: throw Self.tooLarge
            case .notSelfContained: throw Self.notSelfContained
            case .tooCostly: throw Self.invalid("Send a simpler image; this one takes too long to draw.")
            case .unreadable where format == .svg:
                throw Self.invalid("Send an SVG that is whole and simple; this one cannot be drawn.")
            case .unreadable: throw Self.invalid("Send an image that is whole; this one cannot be read.")
            case .busy: throw TooBusy(work: "drawing other SVGs", retryAfter: 5)
            case .failed: throw error
            }
        }
    }

    private static func invalid(_ message: String) -> LogoProblem { LogoProblem(code: "invalid_image", message: message) }

    private static let unreadable = invalid(
        "Send a PNG as data:image/png;base64,… or an SVG as data:image/svg+xml;base64,….")

    private static let notSelfContained = invalid("""
        Send an SVG that refers to nothing outside of it, without <image>: href and url() begin with #, stylesheets have no \
        @import, entities are namespaces. Or send a PNG.
        """)

    private static let tooLarge = LogoProblem(
        code: "image_too_large", message: "Send an image of at most 256 KiB and 2048 by 2048 pixels.")
}

/// Why a file is no logo.
public struct LogoProblem: Error {
    /// A stable word for programs.
    public let code: String
    /// What to change, as a sentence.
    public let message: String
}
