import COpenSSL

/// Base64 with `+`, `/` and padding (RFC 4648, section 4). OpenSSL's `EVP_EncodeBlock`.
public func base64(_ bytes: [UInt8]) -> String {
    let length = (bytes.count + 2) / 3 * 4
    // EVP_EncodeBlock adds a NUL: "the length of the data generated without the NUL terminator is returned".
    // https://docs.openssl.org/3.0/man3/EVP_EncodeInit/
    return String(unsafeUninitializedCapacity: length + 1) { text in
        Int(EVP_EncodeBlock(text.baseAddress, bytes, Int32(bytes.count)))
    }
}

/// Base64 with `-` and `_`, without padding (RFC 4648, section 5): safe in a URL, a header and a file name.
public func base64URL(_ bytes: [UInt8]) -> String {
    let text = base64(bytes).utf8.lazy.filter { $0 != padding }
    return String(decoding: text.map { swapAlphabet($0) }, as: UTF8.self)
}

/// The bytes of a text that ``base64(_:)`` can have written; nil for any other text.
///
/// Strict: no white space, padding complete, unused bits zero (RFC 4648, section 3.5), so that no two texts are equal
/// in what they mean.
public func base64Decoded(_ text: some StringProtocol) -> [UInt8]? {
    let text = Array(text.utf8)
    guard text.count % 4 == 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: text.count / 4 * 3)
    guard EVP_DecodeBlock(&bytes, text, Int32(text.count)) == bytes.count else { return nil }
    // EVP_DecodeBlock writes padding as zero bytes, and is lenient; encoding again shows what it let pass.
    bytes.removeLast(text.suffix(2).count { $0 == padding })
    return base64(bytes).utf8.elementsEqual(text) ? bytes : nil
}

/// The bytes of a text that ``base64URL(_:)`` can have written; nil for any other text.
public func base64URLDecoded(_ text: some StringProtocol) -> [UInt8]? {
    guard !text.utf8.contains(padding) else { return nil }
    let standard = String(decoding: text.utf8.map { swapAlphabet($0) }, as: UTF8.self)
    return base64Decoded(standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4))
}

/// Exchanges `+` with `-` and `/` with `_`. A character of the wrong alphabet is changed too, and then refused.
private func swapAlphabet(_ character: UInt8) -> UInt8 {
    switch character {
    case UInt8(ascii: "+"): UInt8(ascii: "-")
    case UInt8(ascii: "-"): UInt8(ascii: "+")
    case UInt8(ascii: "/"): UInt8(ascii: "_")
    case UInt8(ascii: "_"): UInt8(ascii: "/")
    default: character
    }
}

private let padding = UInt8(ascii: "=")
