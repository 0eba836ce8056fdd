import Images
import Model

@testable import QRCodes

/// Every combination of what a QR code can look like.
enum Table {
    static let addresses = [
        "https://mask.localhost/a?qr=1",
        "https://go.yourbrand.com:8443/summer-sale-2026?qr=1",
        // The longest address there is: a slug of a hundred characters of three bytes each, percent-encoded.
        "https://go.yourbrand.com/" + String(repeating: "%E2%82%AC", count: 100) + "?qr=1",
    ]

    static let colors: [(front: QRColor, back: QRColor?)] = [
        (.black, .white), (.black, nil), (QRColor(red: 0xE0, green: 0, blue: 0), .white),
        (QRColor(red: 0, green: 0, blue: 0x80), QRColor(red: 0xFF, green: 0xE0, blue: 0x80)),
        // As little contrast as there may be.
        (QRColor(red: 0x94, green: 0x94, blue: 0x94), .white),
        (.black, QRColor(red: 0x59, green: 0x59, blue: 0x59)),
    ]

    /// A busy logo in colours, with transparent parts.
    static let logo = Result {
        try QRLogo(Bitmap(width: 96, height: 64, pixels: (0..<(96 * 64)).flatMap { place -> [UInt8] in
            let (x, y) = (place % 96, place / 96)
            return (x / 6 + y / 6) % 2 == 0 ? [UInt8(x * 2), UInt8(y * 3), 200, 255] : [0, 0, 0, UInt8(x)]
        }))
    }

    static func styles(
        sizes: [Int], margins: [Int], corrections: [QRStyle.Correction] = QRStyle.Correction.allCases
    ) -> [QRStyle] {
        var styles = [QRStyle()]
        func vary<Value>(_ field: WritableKeyPath<QRStyle, Value>, _ values: [Value]) {
            styles = styles.flatMap { style in
                values.map { value in
                    var style = style
                    style[keyPath: field] = value
                    return style
                }
            }
        }
        vary(\.size, sizes)
        vary(\.margin, margins)
        vary(\.correction, corrections)
        vary(\.rounded, [false, true])
        return styles.flatMap { style in
            colors.map { color in
                var style = style
                (style.foreground, style.background) = (color.front, color.back)
                return style
            }
        }
    }
}
