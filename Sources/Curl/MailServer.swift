import CCurl

/// A server that takes mail: SMTP (RFC 5321), or SMTP over TLS from the first byte (RFC 8314).
///
/// ```swift
/// let server = MailServer(host: "mail.example.com", port: 465, isTLS: true, name: "app.example.com")
/// try server.take(message, from: "mask@example.com", to: "ada@example.com")
/// ```
///
/// Blocks, on the caller's thread. Certificates are always verified. Without ``isTLS`` the connection is encrypted (STARTTLS)
/// where the server offers that, and has to be where there is a password.
public struct MailServer: Sendable, Equatable {
    public var host: String
    public var port: Int
    public var isTLS: Bool
    /// As which this side introduces itself.
    public var name: String
    public var user: String?
    public var password: String?
    /// The certificates of the authorities to believe, in PEM, instead of the system's.
    public var caFile: String?
    /// How long one mail may take.
    public var milliseconds = 45_000

    public init(host: String, port: Int, isTLS: Bool, name: String) {
        (self.host, self.port, self.isTLS, self.name) = (host, port, isTLS, name)
    }

    /// Why the server has not taken a mail, in a sentence: its own words where it has said something.
    public struct Refusal: Error, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// - Parameters:
    ///   - message: RFC 5322, lines ended by CR LF.
    ///   - sender: an address, and `recipient` another: neither angle brackets nor line breaks.
    public func take(_ message: [UInt8], from sender: String, to recipient: String) throws {
        guard [sender, recipient].allSatisfy(Self.isAddress) else { throw Refusal(description: "an address cannot be sent") }
        try MailTransfer(self).send(message, from: sender, to: recipient)
    }

    private static func isAddress(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
    }

    var url: String { "\(isTLS ? "smtps" : "smtp")://\(host.contains(":") ? "[\(host)]" : host):\(port)/\(name)" }

    /// What leaves no machine needs no encryption, and its certificate would have no name of use.
    var isNear: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}

/// One easy handle (`CURL`) for one mail.
private final class MailTransfer {
    private let handle: UnsafeMutableRawPointer
    private let server: MailServer
    private var recipients: UnsafeMutablePointer<curl_slist>?
    private var rest: ArraySlice<UInt8> = []
    /// The last line by which the server has refused something.
    private var refusal: String?

    init(_ server: MailServer) throws(CurlError) {
        try CurlError.check(Multi.isGlobalStateReady, in: "curl_global_init")
        guard let handle = curl_easy_init() else { throw .failed(function: "curl_easy_init", reason: "no handle") }
        (self.handle, self.server) = (handle, server)
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(recipients)
    }

    /// "The line break should be CRLF … libcurl does the dot stuffing": https://curl.se/libcurl/c/smtp-mail.html,
    /// https://curl.se/libcurl/c/CURLOPT_MAIL_FROM.html
    func send(_ message: [UInt8], from sender: String, to recipient: String) throws {
        rest = message[...]
        recipients = curl_slist_append(nil, "<\(recipient)>")
        guard recipients != nil else { throw CurlError.failed(function: "curl_slist_append", reason: "out of memory") }
        try setServer()
        try set(CURLOPT_MAIL_FROM, "<\(sender)>")
        try check(mask_curl_set_recipients(handle, recipients))
        try set(CURLOPT_UPLOAD, 1)
        try check(mask_curl_set_offset(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(message.count)))
        let me = Unmanaged.passUnretained(self).toOpaque()
        try check(mask_curl_on_read(handle, Self.onRead, me))
        try check(mask_curl_on_head(handle, Self.onLine, me))
        let code = curl_easy_perform(handle)
        guard code == CURLE_OK else { throw MailServer.Refusal(description: reason(code)) }
    }

    private func setServer() throws(CurlError) {
        try set(CURLOPT_URL, server.url)
        try set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NOPROXY, "*")
        try set(CURLOPT_NETRC, mask_curl_netrc_ignored)
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let file = server.caFile {
            try set(CURLOPT_CAINFO, file)
            try set(CURLOPT_CAPATH, nil)  // these authorities instead of the system's, not besides
        }
        if !server.isTLS, !server.isNear {
            try set(CURLOPT_USE_SSL, server.password == nil ? mask_curl_tls_if_offered : mask_curl_tls_required)
        }
        if let user = server.user { try set(CURLOPT_USERNAME, user) }
        if let password = server.password { try set(CURLOPT_PASSWORD, password) }
        try set(CURLOPT_CONNECTTIMEOUT_MS, min(15_000, server.milliseconds))
        try set(CURLOPT_TIMEOUT_MS, server.milliseconds)
    }

    private func reason(_ code: CURLcode) -> String {
        let words = curl_easy_strerror(code).map { String(cString: $0) } ?? ""
        return "\(server.host):\(server.port): \(refusal ?? words)"
    }

    private func set(_ option: CURLoption, _ value: Int) throws(CurlError) { try check(mask_curl_set_long(handle, option, value)) }

    private func set(_ option: CURLoption, _ value: String?) throws(CurlError) { try check(mask_curl_set_string(handle, option, value)) }

    private func check(_ code: CURLcode) throws(CurlError) { try CurlError.check(code, in: "curl_easy_setopt") }

    // MARK: Callbacks

    private static func from(_ argument: UnsafeMutableRawPointer?) -> MailTransfer? {
        argument.map { Unmanaged<MailTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// "Your function must return the actual number of bytes that it stored in the data area": 0 at the end.
    /// https://curl.se/libcurl/c/CURLOPT_READFUNCTION.html
    private static let onRead: curl_read_callback = { buffer, size, count, argument in
        guard let transfer = from(argument), let buffer else { return 0 }
        let piece = transfer.rest.prefix(size * count)
        piece.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress { UnsafeMutableRawPointer(buffer).copyMemory(from: start, byteCount: bytes.count) }
        }
        transfer.rest = transfer.rest.dropFirst(piece.count)
        return piece.count
    }

    /// One line of the server's answers. https://curl.se/libcurl/c/CURLOPT_HEADERFUNCTION.html
    private static let onLine: curl_write_callback = { bytes, size, count, argument in
        let line = UnsafeRawBufferPointer(start: bytes, count: size * count).prefix(300)
        // RFC 5321, section 4.2.1: 4 for now, 5 for good.
        if let first = line.first, first == UInt8(ascii: "4") || first == UInt8(ascii: "5") {
            from(argument)?.refusal = String(decoding: line.filter { (0x20...0x7E).contains($0) }, as: UTF8.self)
        }
        return size * count
    }
}
