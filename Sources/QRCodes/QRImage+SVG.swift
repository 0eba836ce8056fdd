import Crypto
import Model

extension QRImage {
    /// The image as SVG 1.1, without scripts, styles or anything from elsewhere. Its unit is half a module.
    public func svg() -> [UInt8] {
        var text = SVGText()
        let side = 2 * totalModules
        text.append("<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"")
        text.append(style.size)
        text.append("\" height=\"")
        text.append(style.size)
        text.append("\" viewBox=\"0 0 ")
        text.append(side)
        text.append(" ")
        text.append(side)
        text.append("\">")
        if let background = style.background {
            text.append("<rect width=\"\(side)\" height=\"\(side)\" fill=\"\(background)\"/>")
        }
        style.rounded ? appendRounded(to: &text) : appendRuns(to: &text)
        if let logo { append(logo, to: &text) }
        text.append("</svg>\n")
        return text.bytes
    }

    /// Each row is a line as broad as a module, and neighbours one dash of it: a quarter of the bytes of rectangles.
    private func appendRuns(to text: inout SVGText) {
        text.append("<path fill=\"none\" stroke=\"\(style.foreground)\" stroke-width=\"2\" shape-rendering=\"crispEdges\" d=\"")
        for row in 0..<matrix.width {
            var end: Int?
            for run in runs(in: row) {
                if let end {
                    text.append("m")
                    text.append(2 * (run.lowerBound - end))
                    text.append(" 0")
                } else {
                    text.append("M")
                    text.append(2 * (run.lowerBound + style.margin))
                    text.append(" ")
                    text.append(2 * (row + style.margin) + 1)
                }
                text.append("h")
                text.append(2 * run.count)
                end = run.upperBound
            }
        }
        text.append("\"/>")
    }

    /// The dark modules of a row, neighbours together.
    private func runs(in row: Int) -> [Range<Int>] {
        var (runs, column) = ([Range<Int>](), 0)
        while column < matrix.width {
            let start = column
            while matrix[row, column] { column += 1 }
            if start < column { runs.append(start..<column) }
            column += 1
        }
        return runs
    }

    private func appendRounded(to text: inout SVGText) {
        text.append("<path fill=\"\(style.foreground)\" d=\"")
        for row in 0..<matrix.width { appendRounded(row, to: &text) }
        text.append("\"/>")
    }

    private func appendRounded(_ row: Int, to text: inout SVGText) {
        for column in 0..<matrix.width where matrix[row, column] {
            let corners = matrix.freeCorners(row, column)
            let (left, top) = (2 * (column + style.margin), 2 * (row + style.margin))
            text.append("M")
            text.append(left + (corners.contains(.topLeft) ? 1 : 0))
            text.append(" ")
            text.append(top)
            text.append("H")
            text.append(left + (corners.contains(.topRight) ? 1 : 2))
            if corners.contains(.topRight) { text.append("a1 1 0 0 1 1 1") }
            text.append("V")
            text.append(top + (corners.contains(.bottomRight) ? 1 : 2))
            if corners.contains(.bottomRight) { text.append("a1 1 0 0 1-1 1") }
            text.append("H")
            text.append(left + (corners.contains(.bottomLeft) ? 1 : 0))
            if corners.contains(.bottomLeft) { text.append("a1 1 0 0 1-1-1") }
            if corners.contains(.topLeft) {
                text.append("V")
                text.append(top + 1)
                text.append("a1 1 0 0 1 1-1")
            }
            text.append("z")
        }
    }

    /// SVG 1.1 fits the picture into its frame and keeps its shape. The frame leaves half a module of space.
    private func append(_ logo: QRLogo, to text: inout SVGText) {
        let modules = Self.logoModules(of: matrix.width)
        let start = 2 * (style.margin + (matrix.width - modules) / 2) + 1
        let side = 2 * modules - 2
        text.append("<image x=\"\(start)\" y=\"\(start)\" width=\"\(side)\" height=\"\(side)\"")
        text.append(" xlink:href=\"data:image/png;base64,\(base64(logo.png))\"/>")
    }
}

/// Text in the making; numbers go in without a string in between.
private struct SVGText {
    var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(4_096) }

    mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// - Precondition: not negative.
    mutating func append(_ number: Int) {
        let start = bytes.count
        var rest = number
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }
}
