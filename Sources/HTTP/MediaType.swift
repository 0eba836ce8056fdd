/// The value of a `Content-Type` header (RFC 9110, section 8.3.1).
public struct MediaType: Sendable, Equatable {
    /// Type and subtype in lower case, for example `application/json`.
    public let essence: String
    /// Names in lower case, values as they were sent (without their quotes), in order.
    public let parameters: [Parameter]

    public struct Parameter: Sendable, Equatable {
        public let name: String
        public let value: String
    }

    /// Nil when the text is not a media type.
    public init?(_ text: String) {
        var scanner = Scanner(rest: text.utf8[...])
        scanner.skipSpaces()
        guard let type = scanner.token(), scanner.take(UInt8(ascii: "/")), let subtype = scanner.token() else {
            return nil
        }
        essence = "\(type)/\(subtype)".lowercased()
        guard let parameters = scanner.parameters() else { return nil }
        self.parameters = parameters
    }

    /// Whether a request body of this type is read as JSON: `application/json`, alone or with `charset=utf-8`,
    /// the only encoding that JSON is exchanged in (RFC 8259, section 8.1).
    public var isJSON: Bool {
        essence == "application/json" && parameters.count <= 1
            && parameters.allSatisfy { $0.name == "charset" && $0.value.lowercased() == "utf-8" }
    }
}

private struct Scanner {
    var rest: Substring.UTF8View

    /// Parameters up to the end of the text; nil when something else stands there.
    mutating func parameters() -> [MediaType.Parameter]? {
        var parameters: [MediaType.Parameter] = []
        skipSpaces()
        while take(UInt8(ascii: ";")) {
            skipSpaces()
            // RFC 9110 (section 5.6.6) lets a parameter between semicolons be left out.
            if rest.isEmpty || rest.first == UInt8(ascii: ";") { continue }
            guard let name = token(), take(UInt8(ascii: "=")), let value = token() ?? quotedString() else { return nil }
            parameters.append(MediaType.Parameter(name: name.lowercased(), value: value))
            skipSpaces()
        }
        return rest.isEmpty ? parameters : nil
    }

    mutating func skipSpaces() {
        rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func token() -> String? {
        let token = rest.prefix(while: isTokenByte)
        guard !token.isEmpty else { return nil }
        rest = rest[token.endIndex...]
        return String(Substring(token))
    }

    mutating func quotedString() -> String? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(validating: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { return nil }
                bytes.append(escaped)
            default: bytes.append(byte)
            }
        }
        return nil
    }
}

/// RFC 9110, section 5.6.2.
private func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
