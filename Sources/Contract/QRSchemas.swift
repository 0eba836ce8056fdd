import JSON
import Model
import QRCodes

extension Schemas {
    static let qrSize = number(in: QRStyle.sizes)
    static let qrMargin = number(in: QRStyle.margins)
    static let qrCorrection = reference("ErrorCorrection")
    static let qrForeground: JSON = ["type": "string", "pattern": .string("^\(color)$")]
    static let qrBackground: JSON = ["type": "string", "pattern": .string("^(\(color)|\(QRStyle.transparent))$")]

    private static let color = "#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})"

    private static func number(in range: ClosedRange<Int>) -> JSON {
        ["type": "integer", "minimum": .integer(Int64(range.lowerBound)), "maximum": .integer(Int64(range.upperBound))]
    }

    /// What a client can set, as it sends it; null stands for what is usual.
    private static let writable: JSONObject = [
        "name": orNull(line).about("What people call it"), "size": orNull(qrSize).about("Width and height in pixels"),
        "margin": orNull(qrMargin).about("The quiet zone, in modules"), "error_correction": orNull(qrCorrection),
        "foreground": orNull(qrForeground), "background": orNull(qrBackground),
        "rounded": ["type": ["boolean", "null"], "description": "Modules with round corners"],
        "logo": [
            "type": ["string", "null"], "maxLength": .integer(Int64(LogoFile.maximumLength)), "writeOnly": true,
            "pattern": "^data:image/(png|svg[+]xml);base64,[A-Za-z0-9+/]+={0,2}$",
            "description": """
                PNG or SVG of at most 256 KiB and 2048 pixels a side, in base64; correction is H then. An SVG refers to nothing \
                outside of it: href and url() begin with #
                """,
        ],
    ]

    static let ofQRCodes: JSONObject = [
        "QRCodeInput": input(
            "A new QR code", JSONObject([.init(name: "link_id", value: .id(LinkKind.self))] + writable.members), required: ["link_id"]),
        "QRCodeChanges": input("What changes of a QR code", writable, required: []),
        "QRCode": object("A QR code of a link, with its looks", [
            "id": .id(QRCodeKind.self), "link_id": .id(LinkKind.self), "name": orNull(string).about("What people call it"),
            "size": qrSize.about("Width and height in pixels"), "margin": qrMargin.about("The quiet zone, in modules"),
            "error_correction": qrCorrection, "foreground": qrForeground, "background": qrBackground,
            "rounded": boolean.about("Modules with round corners"), "has_logo": boolean, "created_at": .time, "updated_at": .time,
            "deleted_at": moment.about("Of a code that was deleted and can be restored"),
        ]),
    ]
}
