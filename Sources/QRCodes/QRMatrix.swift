import CQRencode
import Glibc
import Model

/// Why there is no code.
public enum QRError: Error, Hashable, Sendable {
    /// More than a code of this correction can hold.
    case tooLong
    /// The modules would be smaller than a pixel: so many pixels are needed.
    case tooSmall(least: Int)
    case failed(String)
}

/// The modules of a QR code, by libqrencode.
struct QRMatrix {
    /// Modules on a side.
    let width: Int
    private var modules: [Bool]

    /// The smallest code that holds a text.
    init(_ text: String, _ correction: QRStyle.Correction) throws(QRError) {
        let level = switch correction {
        case .low: QR_ECLEVEL_L
        case .medium: QR_ECLEVEL_M
        case .quartile: QR_ECLEVEL_Q
        case .high: QR_ECLEVEL_H
        }
        // "Create a symbol from the string. The library automatically parses the input string and encodes in a QR Code
        // symbol. ... version of the symbol. If 0, the library chooses the minimum version for the given input data." qrencode.h
        guard let code = QRcode_encodeString(text, 0, level, QR_MODE_8, 1) else {
            throw errno == ERANGE ? .tooLong : .failed("QRcode_encodeString")
        }
        defer { QRcode_free(code) }
        width = Int(code.pointee.width)
        let bytes = UnsafeBufferPointer(start: code.pointee.data, count: width * width)
        modules = bytes.map { $0 & 1 == 1 }  // "1=black/0=white" in the lowest bit
    }

    /// Whether a module is dark; nothing is beyond the edge.
    subscript(row: Int, column: Int) -> Bool {
        (0..<width).contains(row) && (0..<width).contains(column) && modules[row * width + column]
    }

    /// Makes a square of modules in the middle light, for a logo.
    mutating func clear(middle side: Int) {
        let start = (width - side) / 2
        for row in start..<(start + side) {
            for column in start..<(start + side) { modules[row * width + column] = false }
        }
    }

    /// Which corners of a module are free: no dark module stands beside it on either side of the corner.
    func freeCorners(_ row: Int, _ column: Int) -> Corners {
        let (above, below) = (self[row - 1, column], self[row + 1, column])
        let (left, right) = (self[row, column - 1], self[row, column + 1])
        var corners = Corners()
        if !above && !left { corners.insert(.topLeft) }
        if !above && !right { corners.insert(.topRight) }
        if !below && !right { corners.insert(.bottomRight) }
        if !below && !left { corners.insert(.bottomLeft) }
        return corners
    }
}

/// Corners of a module that are round.
struct Corners: OptionSet {
    var rawValue = 0

    static let topLeft = Corners(rawValue: 1)
    static let topRight = Corners(rawValue: 2)
    static let bottomRight = Corners(rawValue: 4)
    static let bottomLeft = Corners(rawValue: 8)
}
