extension Bitmap {
    /// The same picture with its longer side at most `side` pixels; unchanged where it is already.
    public func fitted(within side: Int) -> Bitmap {
        let longer = max(width, height)
        guard longer > side else { return self }
        return scaled(width: max(1, (width * side + longer / 2) / longer), height: max(1, (height * side + longer / 2) / longer))
    }

    /// Each new pixel is the mean of the old ones that it covers, weighted by how much of each it covers and by their alpha, so
    /// that what is transparent gives no colour. Made for making smaller.
    public func scaled(width newWidth: Int, height newHeight: Int) -> Bitmap {
        let columns = Self.cover(width, newWidth)
        let rows = Self.cover(height, newHeight)
        var result = [UInt8](repeating: 0, count: newWidth * newHeight * 4)
        pixels.withUnsafeBufferPointer { pixels in
            for (y, row) in rows.enumerated() {
                for (x, column) in columns.enumerated() {
                    let mean = Self.mean(pixels, width, row, column)
                    let at = (y * newWidth + x) * 4
                    (result[at], result[at + 1], result[at + 2], result[at + 3]) = mean
                }
            }
        }
        return Bitmap(width: newWidth, height: newHeight, pixels: result)
    }

    private typealias Share = (index: Int, weight: Float)

    /// Which of `old` places each of `new` covers, and how much of each.
    private static func cover(_ old: Int, _ new: Int) -> [[Share]] {
        let step = Float(old) / Float(new)
        return (0..<new).map { place in
            let (start, end) = (Float(place) * step, Float(place + 1) * step)
            return (Int(start)..<max(Int(start) + 1, min(old, Int(end.rounded(.up))))).map { index in
                (index, min(end, Float(index + 1)) - max(start, Float(index)))
            }
        }
    }

    private static func mean(
        _ pixels: UnsafeBufferPointer<UInt8>, _ width: Int, _ rows: [Share], _ columns: [Share]
    ) -> (UInt8, UInt8, UInt8, UInt8) {
        var (red, green, blue, alpha, area): (Float, Float, Float, Float, Float) = (0, 0, 0, 0, 0)
        for row in rows {
            for column in columns {
                let at = (row.index * width + column.index) * 4
                let weight = row.weight * column.weight
                let cover = weight * Float(pixels[at + 3])
                red += cover * Float(pixels[at])
                green += cover * Float(pixels[at + 1])
                blue += cover * Float(pixels[at + 2])
                alpha += cover
                area += weight
            }
        }
        guard alpha > 0 else { return (0, 0, 0, 0) }
        return (byte(red / alpha), byte(green / alpha), byte(blue / alpha), byte(alpha / area))
    }

    private static func byte(_ value: Float) -> UInt8 { UInt8(max(0, min(255, value.rounded()))) }
}
