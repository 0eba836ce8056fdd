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

    /// To be raised when the same things are drawn differently.
    private static let revision = 2

    /// Of all that decides the bytes of the image.
    var tag: EntityTag {
        let parts: [String] = [
            "\(Self.revision)", format.rawValue, text, "\(style.size)", "\(style.margin)", style.correction.rawValue,
            style.foreground.description, style.background?.description ?? "", "\(style.rounded)", base64(logoDigest),
        ]
        return EntityTag(digestOf: Array(parts.joined(separator: "\n").utf8))
    }

    /// The image, ready to be drawn; throws a ``QRRefusal`` where nobody could scan it.
    /// - Parameter logo: not needed to learn whether it can be drawn.
    func image(logo: QRLogo? = nil) throws -> QRImage {
        guard style.isReadable else {
            throw QRRefusal(field: "foreground", code: "too_little_contrast", message: """
                Use a foreground that is darker than the background, with a contrast ratio of at least 3:1; others cannot \
                be scanned.
                """)
        }
        var style = style
        if !logoDigest.isEmpty { style.correction = .high }
        let image: QRImage
        do throws(QRError) {
            image = try QRImage(of: text, style: style, logo: logo)
        } catch {
            guard error == .tooLong else { throw error }
            throw QRRefusal(field: "error_correction", code: "too_long", message: """
                Use less correction or no logo; the short URL is too long for this.
                """)
        }
        guard style.size >= image.leastSize else {
            throw QRRefusal(field: "size", code: "too_small", message: """
                Use at least \(image.leastSize) pixels; this code has so many modules.
                """)
        }
        return image
    }

    func bytes(of image: QRImage) throws -> [UInt8] { format == .svg ? image.svg() : try image.png() }
}

/// A QR code that cannot be drawn: the field, or parameter, and what to change.
struct QRRefusal: Error {
    var field: String
    var code: String
    var message: String

    /// As the problem of a query.
    var ofQuery: Problem { .invalidParameter(field, message) }
    /// As the problem of a body.
    var ofBody: Problem { .validationFailed("/" + field, code: code, message) }
    /// As the problem of a code that could be drawn once: its link has got another address since.
    var ofState: Problem { .conflict(code: "qr_code_unreadable", "Change the QR code's \(field). \(message)") }
}

extension Call {
    /// An image that was asked for: 304 where the client has it already.
    /// - Parameter logo: fetches it.
    func show(_ drawing: QRDrawing, logo: () throws -> QRLogo? = { nil }) throws -> Answer {
        var answer = Answer(status: 304, content: .none)
        if try !preconditions.isKnown(drawing.tag) {
            let bytes = try services.drawings.bytes(of: drawing, for: workspace, logo: logo)
            answer = Answer(status: 200, content: .file(type: drawing.format.mediaType, bytes))
        }
        answer.fields = [
            .init(.eTag, drawing.tag.description), .init(.cacheControl, "private, max-age=300"),
            .init(.vary, "Accept, Authorization"),
        ]
        return answer
    }
}
