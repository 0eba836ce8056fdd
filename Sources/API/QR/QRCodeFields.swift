import Crypto
import HTTP
import Images
import Model
import QRCodes
import Store
import Threads

/// What a client sends of a QR code. Fields that are absent change nothing, `null` clears.
struct QRCodeFields {
    /// Only of a new code: what is printed cannot lead elsewhere.
    let link: LinkID?
    let logo: Field<LogoFile>
    private let name: Field<String>
    private let size: Field<Int>
    private let margin: Field<Int>
    private let correction: Field<QRStyle.Correction>
    private let foreground: Field<QRColor>
    private let background: Field<QRGround>
    private let rounded: Field<Bool>

    init(_ fields: inout JSONFields, isNew: Bool) {
        link = isNew ? fields.required("link_id", as: .linkID) : nil
        name = fields.field("name", as: .string(maximum: 255).map { try notEmpty(plain($0)) })
        size = fields.field("size", as: .integer(in: QRStyle.sizes))
        margin = fields.field("margin", as: .integer(in: QRStyle.margins))
        correction = fields.field("error_correction", as: .choice())
        foreground = fields.field("foreground", as: .string) { try QRColor(field: $0) }
        background = fields.field("background", as: .string) { try QRGround(field: $0) }
        rounded = fields.field("rounded", as: .bool)
        logo = fields.field("logo", as: .string) { try LogoFile($0) }
    }

    /// The code with the changes made.
    /// - Parameter drawn: the logo that was sent.
    func applied(to code: QRCode, _ drawn: QRLogo?, at now: Timestamp) -> QRCode {
        var changed = code
        let standard = QRStyle()
        func set<Value>(_ place: WritableKeyPath<QRStyle, Value>, _ field: Field<Value>) {
            if !field.isAbsent { changed.style[keyPath: place] = field.value ?? standard[keyPath: place] }
        }
        set(\.size, size)
        set(\.margin, margin)
        set(\.correction, correction)
        set(\.foreground, foreground)
        set(\.rounded, rounded)
        if !background.isAbsent { changed.style.background = background.value.map(\.color) ?? standard.background }
        if !name.isAbsent { changed.name = name.value }
        if !logo.isAbsent { changed.logoDigest = drawn.map { sha256($0.png) } }
        if changed != code { changed.updatedAt = now }
        return changed
    }
}

/// A logo as it was sent: a data URL (RFC 2397) in base64, of PNG or SVG.
struct LogoFile {
    enum Format: String, CaseIterable {
        case png = "image/png"
        case svg = "image/svg+xml"
    }

    let format: Format
    private let bytes: [UInt8]

    /// Bytes of the file, and pixels of a PNG's longer side.
    static let limits = ImageLimits(bytes: 256 * 1024, side: 2048)

    /// Characters of the longest data URL.
    static let maximumLength = "data:image/svg+xml;base64,".utf8.count + (limits.bytes + 2) / 3 * 4

    init(_ text: String) throws {
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
    func drawn(by drawer: SVG.Place) throws -> QRLogo {
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

    private static func invalid(_ message: String) -> FieldRefusal { FieldRefusal(code: "invalid_image", message: message) }

    private static let unreadable = invalid(
        "Send a PNG as data:image/png;base64,… or an SVG as data:image/svg+xml;base64,….")

    private static let notSelfContained = invalid("""
        Send an SVG that refers to nothing outside of it, without <image>: href and url() begin with #, stylesheets have no \
        @import, entities are namespaces. Or send a PNG.
        """)

    private static let tooLarge = FieldRefusal(
        code: "image_too_large", message: "Send an image of at most 256 KiB and 2048 by 2048 pixels.")
}
