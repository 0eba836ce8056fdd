import Crypto
import HTTP
import Images
import Model
import QRCodes

/// Formats of QR images.
enum QRFormat: String, CaseIterable {
    case png, svg

    var mediaType: String { self == .png ? "image/png" : "image/svg+xml" }

    /// What a client likes better; PNG, which everything shows, where it does not say.
    static func preferred(by field: String?) -> QRFormat {
        let accept = Accept(field)
        return accept.quality(of: QRFormat.svg.mediaType) > accept.quality(of: QRFormat.png.mediaType) ? .svg : .png
    }
}

/// A QR image that was asked for: its entity tag is known before it is drawn.
struct QRDrawing {
    /// What a reader gets.
    var text: String
    var style: QRStyle
    var format: QRFormat
    /// SHA-256 of the logo; empty where there is none.
    var logoDigest: [UInt8] = []

    /// The part of an address that tells a scan from a click. It does not reach the destination.
    static let mark = "qr=1"

    static func text(of shortURL: String) -> String { shortURL + "?" + mark }

    /// To be raised when the same things are drawn differently.
    private static let revision = 1

    /// Of all that decides the bytes of the image.
    var tag: EntityTag {
        let parts: [String] = [
            "\(Self.revision)", format.rawValue, text, "\(style.size)", "\(style.margin)", style.correction.rawValue,
            style.foreground.description, style.background?.description ?? "", "\(style.rounded)", base64(logoDigest),
        ]
        return EntityTag(base64URL(Array(sha256(parts.joined(separator: "\n")).prefix(16))))
    }

    /// - Parameter logo: as PNG.
    func draw(logo: [UInt8]? = nil) throws -> [UInt8] {
        let image = try QRImage(of: text, style: style, logo: try logo.map { try QRLogo(png: $0) })
        return format == .svg ? image.svg() : try image.png()
    }

    /// What cannot be drawn: a field, or parameter, and what to change.
    func refusal(hasLogo: Bool) throws -> (field: String, refusal: FieldRefusal)? {
        guard style.isReadable else {
            return ("foreground", FieldRefusal(code: "too_little_contrast", message: """
                Use a foreground that is darker than the background, with a contrast ratio of at least 3:1; others cannot \
                be scanned.
                """))
        }
        var wanted = style
        if hasLogo { wanted.correction = .high }
        do {
            let least = try QRImage(of: text, style: wanted).leastSize
            guard style.size < least else { return nil }
            return ("size", FieldRefusal(
                code: "too_small", message: "Use at least \(least) pixels; this code has so many modules."))
        } catch QRError.tooLong {
            return ("error_correction", FieldRefusal(
                code: "too_long", message: "Use less correction or no logo; the short URL is too long for this."))
        }
    }
}

extension Call {
    /// An image that was asked for: 304 where the client has it already.
    /// - Parameter logo: fetches it, as PNG.
    func show(_ drawing: QRDrawing, logo: () throws -> [UInt8]? = { nil }) throws -> Answer {
        let isKnown = try preconditions.isKnown(drawing.tag)
        var answer = Answer(status: 304, content: .none)
        if !isKnown {
            answer = Answer(status: 200, content: .file(type: drawing.format.mediaType, try drawing.draw(logo: try logo())))
        }
        answer.fields = [
            .init(.eTag, drawing.tag.description), .init(.cacheControl, "private, max-age=300"),
            .init(.vary, "Accept, Authorization"),
        ]
        return answer
    }
}
