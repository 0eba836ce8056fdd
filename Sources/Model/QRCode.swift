import Glibc

/// A QR code (ISO/IEC 18004) of a link, kept with its looks.
public struct QRCode: Sendable, Equatable {
    public var id: QRCodeID
    public var workspace: WorkspaceID
    public var link: LinkID
    /// For its owner: where it is printed.
    public var name: String?
    public var style = QRStyle()
    /// SHA-256 of the logo's PNG; nil where there is none.
    public var logoDigest: [UInt8]?
    /// Grows by one with each change: the entity tag, and what an update compares with.
    public var version = 1
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
    /// When it went into the bin, by itself; nil of any other.
    public var deletedAt: Timestamp?

    public init(id: QRCodeID = .new(), workspace: WorkspaceID, link: LinkID, createdAt: Timestamp) {
        self.id = id
        self.workspace = workspace
        self.link = link
        self.createdAt = createdAt
        updatedAt = createdAt
    }
}

/// What a QR code looks like.
public struct QRStyle: Sendable, Hashable {
    /// How a background of no colour is spelled.
    public static let transparent = "transparent"

    /// How much of a code may be covered or dirty; the words of ISO/IEC 18004.
    public enum Correction: String, Sendable, CaseIterable {
        /// About 7, 15, 25 and 30 % of the codewords can be restored.
        case low = "L"
        case medium = "M"
        case quartile = "Q"
        case high = "H"
    }

    /// Width and height of the image in pixels.
    public var size = 512
    /// The quiet zone around the code, in modules. ISO/IEC 18004 asks for four.
    public var margin = 4
    public var correction = Correction.medium
    public var foreground = QRColor.black
    /// Nil: transparent.
    public var background: QRColor? = .white
    public var rounded = false

    public static let sizes = 64...4096
    public static let margins = 0...20

    public init() {}

    /// The least contrast with which common readers still tell the modules from their ground.
    public static let leastContrast = 3.0

    /// Dark on light, as readers expect it, and enough of it. What is transparent is taken for white.
    public var isReadable: Bool {
        let (dark, light) = (foreground.luminance, (background ?? .white).luminance)
        return dark < light && (light + 0.05) / (dark + 0.05) >= Self.leastContrast
    }
}

/// A colour of sRGB, written `#rrggbb`.
public struct QRColor: Sendable, Hashable, CustomStringConvertible {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    public static let black = QRColor(red: 0, green: 0, blue: 0)
    public static let white = QRColor(red: 255, green: 255, blue: 255)

    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// Reads `#rgb` and `#rrggbb`, as CSS has them (CSS Color 4, section 5.2).
    public init?(_ text: String) {
        let digits = text.utf8.dropFirst().compactMap { UInt8(Character(Unicode.Scalar($0)).hexDigitValue ?? 255) }
        guard text.utf8.first == UInt8(ascii: "#"), digits.allSatisfy({ $0 < 16 }) else { return nil }
        switch digits.count {
        case 3: self.init(red: digits[0] * 17, green: digits[1] * 17, blue: digits[2] * 17)
        case 6:
            self.init(
                red: digits[0] << 4 | digits[1], green: digits[2] << 4 | digits[3], blue: digits[4] << 4 | digits[5])
        default: return nil
        }
    }

    public var description: String {
        let number = UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
        return "#" + String(number | 1 << 24, radix: 16).dropFirst()
    }

    /// Relative luminance, 0 to 1 (WCAG 2.2, "relative luminance").
    public var luminance: Double {
        func linear(_ channel: UInt8) -> Double {
            let value = Double(channel) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }
}
