extension UInt8 {
    @inlinable public var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
    @inlinable public var isLowerCaseLetter: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self }
    @inlinable public var isLetter: Bool { (self | 0x20).isLowerCaseLetter }

    /// Space, controls and DEL are not, and neither is anything outside ASCII.
    @inlinable public var isVisibleASCII: Bool { 0x21...0x7E ~= self }

    /// Letters, digits, `-._~` (RFC 3986, section 2.3).
    @inlinable
    public var isUnreserved: Bool {
        isLetter || isDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: ".") || self == UInt8(ascii: "_")
            || self == UInt8(ascii: "~")
    }
}

extension StringProtocol {
    /// Whether a column of ASCII can have it: MariaDB refuses to compare one with any other text (error 1267).
    @inlinable public var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }
}
