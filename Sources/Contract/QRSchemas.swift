import JSON
import Model
import QRCodes

extension Schemas {
    static let qrSize = number(in: QRStyle.sizes)
    static let qrMargin = number(in: QRStyle.margins)
    static let qrCorrection = JSON.oneOf(QRStyle.Correction.allCases.map(\.rawValue))
    static let qrForeground: JSON = ["type": "string", "pattern": .string("^\(color)$")]
    static let qrBackground: JSON = ["type": "string", "pattern": .string("^(\(color)|\(QRStyle.transparent))$")]

    private static let color = "#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})"

    private static func number(in range: ClosedRange<Int>) -> JSON {
        ["type": "integer", "minimum": .integer(Int64(range.lowerBound)), "maximum": .integer(Int64(range.upperBound))]
    }

    /// What a client can set, as it sends it; null stands for what is usual.
    private static let writable: JSONObject = [
        "name": orNull(line), "size": orNull(qrSize), "margin": orNull(qrMargin),
        "error_correction": orNull(qrCorrection), "foreground": orNull(qrForeground), "background": orNull(qrBackground),
        "rounded": ["type": ["boolean", "null"]],
        "logo": [
            "type": ["string", "null"], "maxLength": .integer(Int64(LogoFile.maximumLength)), "writeOnly": true,
            "pattern": "^data:image/(png|svg[+]xml);base64,[A-Za-z0-9+/]+={0,2}$",
            "description": """
                PNG or SVG of at most 256 KiB and 2048 pixels a side, in base64; correction is H then. An SVG refers to nothing \
                outside of it: href and url() begin with #
                """,
        ],
    ]

    static let newQRCode: JSON = object(
        JSONObject([.init(name: "link_id", value: .id(LinkKind.self))] + writable.members), required: ["link_id"])
    static let qrCodeChanges: JSON = object(writable, required: [])

    static let qrCode: JSON = object([
        "id": .id(QRCodeKind.self), "link_id": .id(LinkKind.self), "name": ["type": ["string", "null"]], "size": qrSize,
        "margin": qrMargin, "error_correction": qrCorrection, "foreground": qrForeground, "background": qrBackground,
        "rounded": ["type": "boolean"], "has_logo": ["type": "boolean"], "created_at": .time, "updated_at": .time, "deleted_at": moment,
    ])
}
