/// Punycode (RFC 3492): a label's characters as ASCII.
enum Punycode {
    private static let base: UInt32 = 36
    private static let (smallest, largest): (UInt32, UInt32) = (1, 26)
    private static let (skew, damp): (UInt32, UInt32) = (38, 700)
    private static let delimiter = UInt8(ascii: "-")

    /// Section 6.3; nil where the label is longer than any can be.
    static func encode(_ label: String) -> String? {
        let scalars = label.unicodeScalars.map(\.value)
        guard scalars.count <= 63 else { return nil }
        let basic = scalars.filter { $0 < 0x80 }
        var output = basic.map { UInt8(truncatingIfNeeded: $0) }
        if !basic.isEmpty { output.append(delimiter) }
        var (code, delta, bias, handled) = (UInt32(0x80), UInt32(0), UInt32(72), UInt32(basic.count))
        while handled < UInt32(scalars.count) {
            // 63 code points of 21 bits: nothing here comes near 32 bits.
            guard let next = scalars.filter({ $0 >= code }).min() else { return nil }
            delta += (next - code) * (handled + 1)
            code = next
            for scalar in scalars {
                if scalar < code { delta += 1 }
                guard scalar == code else { continue }
                appendNumber(delta, bias, to: &output)
                bias = adapted(delta, handled + 1, isFirst: handled == UInt32(basic.count))
                (delta, handled) = (0, handled + 1)
            }
            (delta, code) = (delta + 1, code + 1)
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// A number in digits of a variable base.
    private static func appendNumber(_ number: UInt32, _ bias: UInt32, to output: inout [UInt8]) {
        var (rest, place) = (number, base)
        while true {
            let threshold = place <= bias ? smallest : min(max(place - bias, smallest), largest)
            if rest < threshold { break }
            output.append(digit(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            place += base
        }
        output.append(digit(rest))
    }

    private static func digit(_ value: UInt32) -> UInt8 {
        UInt8(truncatingIfNeeded: value < 26 ? value + 0x61 : value - 26 + 0x30)
    }

    /// Section 6.1.
    private static func adapted(_ delta: UInt32, _ count: UInt32, isFirst: Bool) -> UInt32 {
        var delta = isFirst ? delta / damp : delta / 2
        delta += delta / count
        var bias: UInt32 = 0
        while delta > (base - smallest) * largest / 2 {
            delta /= base - smallest
            bias += base
        }
        return bias + (base - smallest + 1) * delta / (delta + skew)
    }
}
