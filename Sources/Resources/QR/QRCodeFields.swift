import API
import Crypto
import HTTP
import Model
import QRCodes

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
