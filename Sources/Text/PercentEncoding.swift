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
                guard let high = iterator.next()?.hexadecimalValue,
                    let low = iterator.next()?.hexadecimalValue
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
        let spaced = text.utf8.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
        return String(decoding: [UInt8](percentDecoding: spaced), as: UTF8.self)
    }

    /// The text with every byte of its UTF-8 as `%XX` that is not unreserved (letters, digits, `-._~`), so that it may
    /// stand in any component of a URL.
    public static func encode(_ component: String) -> String {
        if component.utf8.allSatisfy(\.isUnreserved) { return component }

        var bytes: [UInt8] = []
        bytes.reserveCapacity(component.utf8.count * 3)
        for byte in component.utf8 {
            if byte.isUnreserved { bytes.append(byte) } else { bytes.appendPercentEncoded(byte) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension [UInt8] {
    /// Appends the byte as `%XX`.
    public mutating func appendPercentEncoded(_ byte: UInt8) {
        let digits: StaticString = "0123456789ABCDEF"
        append(UInt8(ascii: "%"))
        append(digits.utf8Start[Int(byte >> 4)])
        append(digits.utf8Start[Int(byte & 15)])
    }

    /// `%XX` replaced by its byte, once; what is no such escape stays as it is.
    public init(percentDecoding text: some Collection<UInt8>) {
        self.init()
        reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let high = rest.first?.hexadecimalValue,
                let low = rest.dropFirst().first?.hexadecimalValue
            {
                append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                append(byte)
            }
        }
    }
}
