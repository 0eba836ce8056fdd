import CCurl

/// The fields of a request as libcurl takes them. Owns the list (`curl_slist`).
struct FieldList: ~Copyable {
    private(set) var head: UnsafeMutablePointer<curl_slist>?

    private static let userAgent = "MASK-Webhooks"

    /// - Throws: ``CurlError/field(name:)``, also for what would end the line and begin another.
    init(_ fields: [(name: String, value: String)]) throws(CurlError) {
        // https://curl.se/libcurl/c/CURLOPT_HTTPHEADER.html: "If you add a header with no content as in 'Accept:' (no data
        // on the right side of the colon), the internally used header will get disabled."
        try append("Expect:")
        let names = fields.map { $0.name.lowercased() }
        if !names.contains("content-type") { try append("Content-Type:") }
        if !names.contains("user-agent") { try append("User-Agent: \(Self.userAgent)") }
        for (index, (name, value)) in fields.enumerated() {
            guard Self.isSendable(name, names[index], value) else { throw .field(name: name) }
            // "... to add a header with no content (nothing to the right side of the colon), use the form 'name;'".
            let isBlank = value.utf8.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            try append(isBlank ? "\(name);" : "\(name): \(value)")
        }
    }

    deinit {
        curl_slist_free_all(head)
    }

    private mutating func append(_ line: String) throws(CurlError) {
        // https://curl.se/libcurl/c/curl_slist_append.html: "A null pointer is returned if anything went wrong, otherwise
        // the new list pointer is returned." The string is copied.
        guard let longer = curl_slist_append(head, line) else {
            throw .failed(function: "curl_slist_append", reason: "out of memory")
        }
        head = longer
    }

    private static let ownNames = ["host", "content-length", "connection", "transfer-encoding", "expect"]

    private static func isSendable(_ name: String, _ lowercased: String, _ value: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy(\.isTokenByte) && !ownNames.contains(lowercased)
            && value.utf8.allSatisfy(\.isFieldByte)
    }
}

extension UInt8 {
    /// Of a token (RFC 9110, section 5.6.2).
    fileprivate var isTokenByte: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(self)
        }
    }

    /// Of a field's value (RFC 9110, section 5.5): no control character but the tab.
    fileprivate var isFieldByte: Bool {
        self == UInt8(ascii: "\t") || (self >= 0x20 && self != 0x7F)
    }
}
