/// Percent-encoding (RFC 3986, section 2.1) of single components of a URL.
public enum PercentEncoding {
    /// The text with every `%XX` decoded, once.
    ///
    /// - Parameter plusIsSpace: true in `application/x-www-form-urlencoded`, where `+` stands for a space.
    /// - Returns: nil when a `%` is not followed by two hexadecimal digits, or the result is not UTF-8.
    public static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        let isPlain = !text.utf8.contains { $0 == UInt8(ascii: "%") || (plusIsSpace && $0 == UInt8(ascii: "+")) }
        if isPlain { return String(text) }

        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(hexadecimalDigit),
                    let low = iterator.next().flatMap(hexadecimalDigit)
                else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// A name or value of a query as it was meant, whatever its encoding: what is no `%XX` stays as it is, and what is no
    /// UTF-8 becomes U+FFFD. (https://url.spec.whatwg.org/#concept-urlencoded-parser)
    public static func decodeLeniently(_ text: some StringProtocol) -> String {
        if let decoded = decode(text, plusIsSpace: true) { return decoded }
        let source = Array(text.utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(source.count)
        var place = 0
        while place < source.count {
            let byte = source[place]
            place += 1
            if byte == UInt8(ascii: "%"), place + 1 < source.count, let high = hexadecimalDigit(source[place]),
                let low = hexadecimalDigit(source[place + 1])
            {
                bytes.append(high << 4 | low)
                place += 2
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text with every byte of its UTF-8 as `%XX` that is not unreserved (letters, digits, `-._~`), so that it may
    /// stand in any component of a URL.
    public static func encode(_ component: String) -> String {
        if component.utf8.allSatisfy(isUnreserved) { return component }

        var bytes: [UInt8] = []
        bytes.reserveCapacity(component.utf8.count * 3)
        for byte in component.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes.append(UInt8(ascii: "%"))
                bytes.append(upperCaseDigits[Int(byte >> 4)])
                bytes.append(upperCaseDigits[Int(byte & 15)])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let upperCaseDigits = Array("0123456789ABCDEF".utf8)

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}

/// The value of one hexadecimal digit in either case.
func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
