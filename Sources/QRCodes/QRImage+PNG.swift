import Images
import Model

extension QRImage {
    /// The image as PNG. Modules have whole pixels; what is left of the style's size is margin. Where no margin is wanted, the
    /// image is as large as the modules: the largest whole fit into the size.
    ///
    /// Two colours take one bit a pixel, the edges of rounded modules four; with a logo every pixel has its colour.
    public func png() throws -> [UInt8] {
        let pixels = style.size / totalModules
        guard pixels > 0 else { throw QRError.tooSmall(least: leastSize) }
        let side = style.margin == 0 ? pixels * totalModules : style.size
        let canvas = Canvas(self, pixels, side)
        guard let logo else {
            let head = PNG.Head(width: side, height: side, colors: .palette(canvas.palette))
            return try PNG.encoded(head, level: Self.level) { y, row in canvas.fill(row, y) }
        }
        return try png(canvas, logo, pixels, side)
    }

    /// Of zlib: a third of the time of its usual 6 for a code of 512 pixels, at 1.0 KB instead of 0.6.
    private static let level = 3

    private func png(_ canvas: Canvas, _ logo: QRLogo, _ pixels: Int, _ side: Int) throws -> [UInt8] {
        let picture = placed(logo, pixels, canvas.origin)
        let channels = style.background == nil ? 4 : 3
        let head = PNG.Head(width: side, height: side, colors: channels == 4 ? .rgba : .rgb)
        var numbers = [UInt8](repeating: 0, count: side)
        return try PNG.encoded(head, level: Self.level) { y, row in
            numbers.withUnsafeMutableBufferPointer { canvas.fill($0, y) }
            for x in 0..<side {
                let color = Int(numbers[x]) * 4
                for channel in 0..<channels { row[x * channels + channel] = canvas.palette[color + channel] }
            }
            picture.draw(on: row, y, channels: channels)
        }
    }

    /// The logo at its size, in the middle of the frame that was cleared for it.
    private func placed(_ logo: QRLogo, _ pixels: Int, _ origin: Int) -> Placed {
        let modules = Self.logoModules(of: matrix.width)
        let side = max(1, (modules - 1) * pixels)
        let longer = max(logo.bitmap.width, logo.bitmap.height)
        let bitmap = logo.bitmap.scaled(
            width: max(1, logo.bitmap.width * side / longer), height: max(1, logo.bitmap.height * side / longer))
        let middle = 2 * origin + matrix.width * pixels
        return Placed(bitmap: bitmap, x: (middle - bitmap.width) / 2, y: (middle - bitmap.height) / 2)
    }
}

/// A picture and where it stands.
private struct Placed {
    let bitmap: Bitmap
    let x: Int
    let y: Int

    /// Draws the picture's part of row `y` over what is there (Porter and Duff's "over", straight alpha).
    func draw(on row: UnsafeMutableBufferPointer<UInt8>, _ y: Int, channels: Int) {
        guard (self.y..<(self.y + bitmap.height)).contains(y) else { return }
        for column in 0..<bitmap.width {
            let source = ((y - self.y) * bitmap.width + column) * 4
            let target = (x + column) * channels
            let alpha = Int(bitmap.pixels[source + 3])
            let below = channels == 4 ? Int(row[target + 3]) : 255
            let total = alpha * 255 + below * (255 - alpha)
            guard total > 0 else { continue }
            for channel in 0..<3 {
                let (new, old) = (Int(bitmap.pixels[source + channel]), Int(row[target + channel]))
                row[target + channel] = UInt8((new * alpha * 255 + old * below * (255 - alpha)) / total)
            }
            if channels == 4 { row[target + 3] = UInt8(total / 255) }
        }
    }
}

/// Rows of the code as numbers of the palette's colours.
private struct Canvas {
    /// From ground to foreground, four bytes each.
    let palette: [UInt8]
    /// The first pixel of the first module, on both axes.
    let origin: Int
    private let pixels: Int
    private let width: Int
    /// Which tile stands at each module; -1 for none.
    private let places: [Int]
    private let isPlain: Bool
    /// `pixels` by `pixels` colour numbers for each way that a module can look.
    private let tiles: [[UInt8]]

    init(_ image: QRImage, _ pixels: Int, _ side: Int) {
        let (matrix, style) = (image.matrix, image.style)
        self.pixels = pixels
        width = matrix.width
        isPlain = !style.rounded
        origin = (side - matrix.width * pixels) / 2
        let steps = style.rounded ? 15 : 1
        palette = (0...steps).flatMap { Self.mixed(style, $0, of: steps) }
        places = (0..<(width * width)).map { place in
            let (row, column) = (place / matrix.width, place % matrix.width)
            guard matrix[row, column] else { return -1 }
            return style.rounded ? matrix.freeCorners(row, column).rawValue : 0
        }
        let used = Set(places)
        tiles = (0..<16).map { used.contains($0) ? Self.tile(Corners(rawValue: $0), pixels, steps) : [] }
    }

    private static func mixed(_ style: QRStyle, _ step: Int, of steps: Int) -> [UInt8] {
        let front = style.foreground
        guard let back = style.background else {
            // White where nothing is seen, for readers that know no transparency.
            if step == 0 { return [255, 255, 255, 0] }
            return [front.red, front.green, front.blue, UInt8(255 * step / steps)]
        }
        func mix(_ back: UInt8, _ front: UInt8) -> UInt8 {
            UInt8((Int(back) * (steps - step) + Int(front) * step + steps / 2) / steps)
        }
        return [mix(back.red, front.red), mix(back.green, front.green), mix(back.blue, front.blue), 255]
    }

    /// A module with round corners: how much of each pixel is covered, of four by four points within it.
    private static func tile(_ corners: Corners, _ pixels: Int, _ steps: Int) -> [UInt8] {
        guard !corners.isEmpty else { return [UInt8](repeating: UInt8(steps), count: pixels * pixels) }
        let radius = Double(pixels) / 2
        return (0..<(pixels * pixels)).map { place in
            let (x, y) = (place % pixels, place / pixels)
            var covered = 0
            for point in 0..<16 {
                let across = Double(x) + (Double(point % 4) + 0.5) / 4 - radius
                let down = Double(y) + (Double(point / 4) + 0.5) / 4 - radius
                let corner: Corners =
                    down < 0 ? (across < 0 ? .topLeft : .topRight) : (across < 0 ? .bottomLeft : .bottomRight)
                if !corners.contains(corner) || across * across + down * down <= radius * radius { covered += 1 }
            }
            return UInt8((covered * steps + 8) / 16)
        }
    }

    /// Writes row `y` of the image over the row before it.
    func fill(_ row: UnsafeMutableBufferPointer<UInt8>, _ y: Int) {
        let (first, last) = (origin, origin + width * pixels)
        if y < first || y > last {
            if y == 0 { row.update(repeating: 0) }
            return  // margin, as before
        }
        // Rows of one line of modules are all alike where no module is round.
        if isPlain && y < last && (y - origin) % pixels != 0 { return }
        row.update(repeating: 0)
        guard y < last, let start = row.baseAddress else { return }
        let (line, offset) = ((y - origin) / pixels * width, (y - origin) % pixels * pixels)
        for column in 0..<width where places[line + column] >= 0 {
            tiles[places[line + column]].withUnsafeBufferPointer { tile in
                guard let tile = tile.baseAddress else { return }
                (start + origin + column * pixels).update(from: tile + offset, count: pixels)
            }
        }
    }
}
