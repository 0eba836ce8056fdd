import Glibc
import Text

/// A colour of a page: `#rrggbb`.
public struct Color: Hashable, Sendable, CustomStringConvertible {
    /// Red, green, blue, from 0 to 255.
    private let parts: [Double]
    /// In lower case.
    public let description: String

    public static let white = Color(description: "#ffffff", parts: [255, 255, 255])
    public static let black = Color(description: "#000000", parts: [0, 0, 0])

    /// What a text that can be read has at the least against what it stands on (WCAG 2.2, success criterion 1.4.3).
    public static let legibleContrast = 4.5

    private init(description: String, parts: [Double]) { (self.description, self.parts) = (description, parts) }

    /// Reads `#rrggbb`; nil where it is anything else.
    public init?(_ text: String) {
        let digits = Array(text.utf8.dropFirst())
        guard text.utf8.first == UInt8(ascii: "#"), digits.count == 6 else { return nil }
        var parts: [Double] = []
        for start in stride(from: 0, to: 6, by: 2) {
            guard let high = digits[start].hexadecimalValue, let low = digits[start + 1].hexadecimalValue else { return nil }
            parts.append(Double(high << 4 | low))
        }
        self.init(description: text.lowercased(), parts: parts)
    }

    /// From 1 to 21 (WCAG 2.2, "contrast ratio").
    public func contrast(with other: Color) -> Double {
        let (dark, light) = (min(luminance, other.luminance), max(luminance, other.luminance))
        return (light + 0.05) / (dark + 0.05)
    }

    /// Black or white, whichever reads better on this colour. One of the two always reads well.
    public var text: Color { contrast(with: .white) >= contrast(with: .black) ? .white : .black }

    /// WCAG 2.2, "relative luminance".
    private var luminance: Double {
        let linear = parts.map { part in
            let share = part / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
}
