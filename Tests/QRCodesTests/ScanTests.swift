import Images
import Model
import Support
import Testing

@testable import QRCodes

@Suite("Scanning")
struct ScanTests {
    /// Notes what cannot be read back.
    private func read(_ images: [(name: String, text: String, png: [UInt8])]) throws {
        for (image, text) in zip(images, try decodedByZbar(images.map(\.png))) where text != image.text {
            Issue.record("\(image.name): \(text ?? "no code")")
        }
    }

    @Test("every combination of looks is read back from PNG", arguments: Table.addresses)
    func png(address: String) throws {
        try read(Table.styles(sizes: [256, 601], margins: [1, 4]).map { style in
            (style.name, address, try QRImage(of: address, style: style).png())
        })
    }

    @Test("every combination of looks with a logo in the middle is read back from PNG", arguments: Table.addresses)
    func logo(address: String) throws {
        try read(Table.styles(sizes: [256, 601], margins: [1, 4], corrections: [.low]).map { style in
            (style.name, address, try QRImage(of: address, style: style, logo: try Table.logo.get()).png().onPaper())
        })
    }

    @Test("every combination of looks is read back from SVG, with and without a logo", arguments: Table.addresses)
    func svg(address: String) throws {
        for logo in [nil, try Table.logo.get()] {
            try read(Table.styles(sizes: [512], margins: [4], corrections: [.low, .quartile]).map { style in
                let svg = try QRImage(of: address, style: style, logo: logo).svg()
                let bitmap = try SVG.decoded(svg, side: 600, limits: ImageLimits(bytes: .max, side: 600))
                return (style.name + (logo == nil ? "" : " logo"), address, try bitmap.png().onPaper())
            })
        }
    }

    @Test("the largest and the smallest image are read back, and one of a pixel for each module")
    func sizes() throws {
        var images: [(String, String, [UInt8])] = []
        for address in Table.addresses {
            for size in [64, 128, 4096] {
                var style = QRStyle()
                style.size = size
                let image = try QRImage(of: address, style: style)
                guard image.leastSize <= size else { continue }
                images.append(("\(size)", address, try image.png()))
            }
        }
        try read(images)
    }
}

extension QRStyle {
    fileprivate var name: String {
        "\(size) \(margin) \(correction.rawValue) \(foreground) \(background?.description ?? "transparent")\(rounded ? " rounded" : "")"
    }
}

extension [UInt8] {
    /// The PNG as it looks on white paper.
    fileprivate func onPaper() throws -> [UInt8] {
        var bitmap = try Bitmap(decoding: self, limits: ImageLimits(bytes: .max, side: 4096))
        var pixels = bitmap.pixels
        for start in stride(from: 0, to: pixels.count, by: 4) {
            let alpha = Int(pixels[start + 3])
            for channel in 0..<3 {
                pixels[start + channel] = UInt8((Int(pixels[start + channel]) * alpha + 255 * (255 - alpha)) / 255)
            }
            pixels[start + 3] = 255
        }
        bitmap = Bitmap(width: bitmap.width, height: bitmap.height, pixels: pixels)
        return try bitmap.png()
    }
}
