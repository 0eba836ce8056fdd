import Crypto
import HTTP
import Images
import Model
import QRCodes

extension QRFormat {
    /// What a client likes better; PNG, which everything shows, where it does not say.
    package static func preferred(by field: String?) -> QRFormat {
        let accept = Accept(field)
        return accept.quality(of: QRFormat.svg.mediaType) > accept.quality(of: QRFormat.png.mediaType) ? .svg : .png
    }
}

/// A QR image that was asked for: its entity tag is known before it is drawn.
package struct QRDrawing {
    /// What a reader gets.
    package var text: String
    package var style: QRStyle
    package var format: QRFormat
    /// SHA-256 of the logo; empty where there is none.
    package var logoDigest: [UInt8] = []

    package init(text: String, style: QRStyle, format: QRFormat, logoDigest: [UInt8] = []) {
        self.text = text
        self.style = style
        self.format = format
        self.logoDigest = logoDigest
    }

    /// To be raised when the same things are drawn differently.
    private static let revision = 3

    /// Of all that decides the bytes of the image.
    package var tag: EntityTag {
        let parts: [String] = [
            "\(Self.revision)", format.rawValue, text, "\(style.size)", "\(style.margin)", style.correction.rawValue,
            style.foreground.description, style.background?.description ?? "", "\(style.rounded)", base64(logoDigest),
        ]
        return EntityTag(digestOf: Array(parts.joined(separator: "\n").utf8))
    }

    /// The image, ready to be drawn; throws a ``QRRefusal`` where nobody could scan it.
    /// - Parameter logo: not needed to learn whether it can be drawn.
    package func image(logo: QRLogo? = nil) throws -> QRImage {
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

    /// It takes a tenth of a millisecond, whatever its size.
    var isQuick: Bool { format == .svg && logoDigest.isEmpty }

    package func bytes(of image: QRImage) throws -> [UInt8] { format == .svg ? image.svg() : try image.png() }
}

/// A QR code that cannot be drawn: the field, or parameter, and what to change.
package struct QRRefusal: Error {
    package var field: String
    package var code: String
    package var message: String

    /// As the problem of a query.
    package var ofQuery: Problem { .invalidParameter(field, message) }
    /// As the problem of a body.
    package var ofBody: Problem { .validationFailed("/" + field, code: code, message) }
    /// As the problem of a code that could be drawn once: its link has got another address since.
    package var ofState: Problem { .conflict(code: "qr_code_unreadable", "Change the QR code's \(field). \(message)") }
}
