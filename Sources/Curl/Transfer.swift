import CCurl

/// One easy handle (`CURL`), which carries one ``Post`` after another.
///
/// libcurl keeps the address of this object while the handle is in a multi handle: whoever adds it keeps it until it is
/// removed.
final class Transfer {
    let handle: UnsafeMutableRawPointer
    private(set) var tag = 0
    private let rules: Rules
    private var fields: FieldList
    private var reception: Reception
    private var gate: Gate

    /// What all transfers of a ``Multi`` have in common.
    struct Rules {
        let isAllowed: (_ address: String, _ port: Int) -> Bool
        let caFile: String?
        let limits: Limits
    }

    init(_ rules: Rules) throws(CurlError) {
        let fields = try FieldList([])
        guard let handle = curl_easy_init() else { throw .failed(function: "curl_easy_init", reason: "no handle") }
        self.handle = handle
        self.rules = rules
        self.fields = fields
        reception = Reception(rules.limits)
        gate = Gate(isAllowed: rules.isAllowed)
        try setManners()
        try setTrust()
        try setLimits()
        try setCallbacks()
    }

    deinit {
        curl_easy_cleanup(handle)
    }

    /// Makes the handle ready to be added to a multi handle. All options but the request's stay as they are.
    func prepare(_ post: Post, tag: Int) throws(CurlError) {
        self.tag = tag
        fields = try FieldList(post.fields)
        reception = Reception(rules.limits)
        gate = Gate(isAllowed: rules.isAllowed)
        try setRequest(post)
    }

    /// What became of the post, once libcurl has said how it ended.
    func exchange(_ code: CURLcode) -> Exchange {
        let result = result(code)
        return Exchange(
            result: result,
            milliseconds: Int(mask_curl_get_offset(handle, CURLINFO_TOTAL_TIME_T) / 1000),
            // libcurl 8.14 does not say with whom TLS failed.
            address: address.isEmpty && result == .failed(.tls) ? gate.address : address, httpVersion: httpVersion,
            body: reception.body,
            retryAfter: reception.retryAfter)
    }

    private func result(_ code: CURLcode) -> Exchange.Result {
        let status = mask_curl_get_long(handle, CURLINFO_RESPONSE_CODE)
        // An interim answer (1xx) is none; 101 would be, and then libcurl is content.
        if reception.isHeadWhole, status >= 200 || code == CURLE_OK { return .answered(status: status) }
        // One line of more than 100 KiB never gets to the callback; libcurl calls that being out of memory, from 8.6 on too large.
        let isLineTooLong = code == CURLE_OUT_OF_MEMORY || code.rawValue == mask_curle_too_large
        if reception.isHeadTooLong || isLineTooLong && !address.isEmpty { return .failed(.tooLongHeader) }
        return .failed(gate.failure ?? Failure(code))
    }

    private var address: String {
        mask_curl_get_string(handle, CURLINFO_PRIMARY_IP).map { String(cString: $0) } ?? ""
    }

    private var httpVersion: String {
        switch mask_curl_get_long(handle, CURLINFO_HTTP_VERSION) {
        case Int(CURL_HTTP_VERSION_1_0): "1.0"
        case Int(CURL_HTTP_VERSION_1_1): "1.1"
        case Int(CURL_HTTP_VERSION_2_0): "2"
        default: ""
        }
    }
}

// MARK: Options: https://curl.se/libcurl/c/curl_easy_setopt.html

extension Transfer {
    private func setRequest(_ post: Post) throws(CurlError) {
        try set(CURLOPT_URL, post.url)
        // "If the size has not been set prior to CURLOPT_COPYPOSTFIELDS, the data is assumed to be a null-terminated string;
        // else the stored size informs the library about the byte count to copy."
        // https://curl.se/libcurl/c/CURLOPT_COPYPOSTFIELDS.html
        try check(mask_curl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(post.body.count)))
        // An empty array has no address, and without one the body would be read from standard input.
        try check(mask_curl_set_body(handle, post.body.isEmpty ? [0] : post.body))
        try check(mask_curl_set_fields(handle, fields.head))
    }

    /// Nothing but what the post says decides where it goes: no redirect, no proxy and no .netrc, whatever the environment
    /// has. Cookies, alternative services and HSTS are off unless they are turned on.
    private func setManners() throws(CurlError) {
        // Over TLS HTTP/2 where the peer offers it (ALPN), else HTTP/1.1.
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        try set(CURLOPT_POST, 1)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        // "Setting the proxy string to "" (an empty string) will explicitly disable the use of a proxy, even if there is an
        // environment variable set for it." https://curl.se/libcurl/c/CURLOPT_PROXY.html
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NOPROXY, "*")
        try set(CURLOPT_NETRC, mask_curl_netrc_ignored)
        try set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        // Timeouts without signals, as programs with threads need. https://curl.se/libcurl/c/CURLOPT_NOSIGNAL.html
        try set(CURLOPT_NOSIGNAL, 1)
        // The resolver's threads are not waited for. Without this a transfer that times out while its name is being
        // resolved holds up all others, until getaddrinfo(3) gives up as well: Curl_resolver_kill in lib/asyn-thread.c.
        // https://curl.se/libcurl/c/CURLOPT_QUICK_EXIT.html
        try set(CURLOPT_QUICK_EXIT, 1)
    }

    private func setTrust() throws(CurlError) {
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        // "When CURLOPT_SSL_VERIFYHOST is 2, that certificate must indicate that the server is the server to which you meant
        // to connect, or the connection fails." https://curl.se/libcurl/c/CURLOPT_SSL_VERIFYHOST.html
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        guard let file = rules.caFile else { return }
        try set(CURLOPT_CAINFO, file)
        try set(CURLOPT_CAPATH, nil)  // these authorities instead of the system's, not besides
    }

    private func setLimits() throws(CurlError) {
        try set(CURLOPT_CONNECTTIMEOUT_MS, rules.limits.connectMilliseconds)
        try set(CURLOPT_TIMEOUT_MS, rules.limits.wholeMilliseconds)
    }

    private func set(_ option: CURLoption, _ value: Int) throws(CurlError) {
        try check(mask_curl_set_long(handle, option, value))
    }

    private func set(_ option: CURLoption, _ value: String?) throws(CurlError) {
        try check(mask_curl_set_string(handle, option, value))
    }

    private func check(_ code: CURLcode) throws(CurlError) {
        try CurlError.check(code, in: "curl_easy_setopt")
    }
}

// MARK: Callbacks

extension Transfer {
    private func setCallbacks() throws(CurlError) {
        let me = Unmanaged.passUnretained(self).toOpaque()
        try check(mask_curl_on_head(handle, Self.onHead, me))
        try check(mask_curl_on_body(handle, Self.onBody, me))
        try check(mask_curl_on_socket(handle, Self.onSocket, me))
    }

    private static func from(_ argument: UnsafeMutableRawPointer?) -> Transfer? {
        argument.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// One whole line of the head. "Your callback should return the number of bytes actually taken care of. If that amount
    /// differs from the amount passed to your callback function, it will signal an error condition to the library. This
    /// will cause the transfer to get aborted." https://curl.se/libcurl/c/CURLOPT_HEADERFUNCTION.html
    private static let onHead: curl_write_callback = { bytes, size, count, argument in
        let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
        guard let transfer = from(argument), transfer.reception.takeHead(line) else { return 0 }
        return line.count
    }

    /// A piece of the body; the same holds. https://curl.se/libcurl/c/CURLOPT_WRITEFUNCTION.html
    private static let onBody: curl_write_callback = { bytes, size, count, argument in
        let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
        guard let transfer = from(argument), transfer.reception.takeBody(piece) else { return 0 }
        return piece.count
    }

    private static let onSocket: curl_opensocket_callback = { argument, _, address in
        guard let transfer = from(argument), let address else { return CURL_SOCKET_BAD }
        return transfer.gate.open(address)
    }
}
