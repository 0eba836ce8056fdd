import Images
import Model

/// A QR code, ready to be drawn.
public struct QRImage {
    let matrix: QRMatrix
    let style: QRStyle
    let logo: QRLogo?

    /// - Parameter text: what a reader gets.
    public init(of text: String, style: QRStyle, logo: QRLogo? = nil) throws(QRError) {
        var matrix = try QRMatrix(text, logo == nil ? style.correction : .high)
        if logo != nil { matrix.clear(middle: Self.logoModules(of: matrix.width)) }
        (self.matrix, self.style, self.logo) = (matrix, style, logo)
    }

    /// Modules on a side that a logo takes with the half module of space around it: at most a quarter of the code's side,
    /// which is a sixteenth of its area, where correction H restores 30 %. Odd, as the code's width is, to stand in the
    /// middle.
    static func logoModules(of width: Int) -> Int {
        let modules = width / 4
        return modules % 2 == 1 ? modules : modules - 1
    }

    /// Modules on a side, with the margin.
    var totalModules: Int { matrix.width + 2 * style.margin }

    /// The modules without the margin, for whoever draws them: a text for each row, `1` for what is dark.
    public var rows: [String] {
        (0..<matrix.width).map { row in String((0..<matrix.width).map { matrix[row, $0] ? "1" : "0" }) }
    }

    /// The fewest pixels that the image can have: one for each module.
    public var leastSize: Int { totalModules }
}

/// A picture in the middle of QR codes.
public struct QRLogo: Sendable {
    /// The longer side in pixels, at most.
    public static let side = SVG.unitSide

    /// The file that stands in SVG images as it is.
    public let png: [UInt8]
    let bitmap: Bitmap

    /// - Parameter picture: made smaller where it is too large.
    public init(_ picture: Bitmap) throws(ImageError) {
        bitmap = picture.fitted(within: Self.side)
        png = try bitmap.png()
    }

    /// A logo as it was stored.
    public init(png: [UInt8]) throws(ImageError) {
        bitmap = try Bitmap(decoding: png, limits: ImageLimits(bytes: .max, side: Self.side))
        self.png = png
    }
}
