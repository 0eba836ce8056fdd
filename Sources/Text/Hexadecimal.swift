/// Two lower-case hexadecimal digits for each byte.
public func hexadecimal(_ bytes: some Collection<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(unsafeUninitializedCapacity: bytes.count * 2) { text in
        var position = 0
        for byte in bytes {
            text[position] = digits[Int(byte >> 4)]
            text[position + 1] = digits[Int(byte & 15)]
            position += 2
        }
        return position
    }
}

/// The bytes that pairs of hexadecimal digits stand for; nil for any other text.
public func hexadecimalDecoded(_ text: some StringProtocol) -> [UInt8]? {
    var (bytes, iterator) = ([UInt8](), text.utf8.makeIterator())
    bytes.reserveCapacity(text.utf8.count / 2)
    while let high = iterator.next() {
        guard let high = high.hexadecimalValue, let low = iterator.next()?.hexadecimalValue else { return nil }
        bytes.append(high << 4 | low)
    }
    return bytes
}

extension UInt8 {
    /// The value of a hexadecimal digit in either case.
    @inlinable
    public var hexadecimalValue: UInt8? {
        if isDigit { return self - UInt8(ascii: "0") }
        let lower = self | 0x20
        return UInt8(ascii: "a")...UInt8(ascii: "f") ~= lower ? lower - UInt8(ascii: "a") + 10 : nil
    }
}
