import CCurl

/// One GET of a host by its name at an address of this machine: what a visitor of that host is answered here,
/// wherever its DNS leads. The certificate is not judged.
///
/// Not Sendable: it lives on one thread, for one request.
public final class Visit {
    private let handle: UnsafeMutableRawPointer
    private var places: UnsafeMutablePointer<curl_slist>?
    private var body: [UInt8] = []

    private static let bodyBytes = 4096

    public init() throws(CurlError) {
        guard let handle = curl_easy_init() else { throw .failed(function: "curl_easy_init", reason: "no handle") }
        self.handle = handle
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(places)
    }

    /// After which nobody answers.
    private static let milliseconds = 5000

    /// - Parameter isSecure: over TLS.
    /// - Returns: the status and the first bytes of the body.
    /// - Throws: ``CurlError/failed(function:reason:)`` where nobody answers, with libcurl's words.
    public func get(
        _ path: String, of host: String, at address: String = "127.0.0.1", port: Int, isSecure: Bool = true
    ) throws(CurlError) -> (status: Int, body: [UInt8]) {
        // "HOST:PORT:CONNECT-TO-HOST:CONNECT-TO-PORT"; libcurl does not copy the list.
        // https://curl.se/libcurl/c/CURLOPT_CONNECT_TO.html
        curl_slist_free_all(places)
        places = curl_slist_append(nil, "\(host):\(port):\(address):\(port)")
        body = []
        try check(mask_curl_set_connect_to(handle, places))
        try check(mask_curl_set_string(handle, CURLOPT_URL, "\(isSecure ? "https" : "http")://\(host):\(port)\(path)"))
        try check(mask_curl_set_string(handle, CURLOPT_PROXY, ""))
        for (option, value) in [
            (CURLOPT_TIMEOUT_MS, Self.milliseconds), (CURLOPT_NOSIGNAL, 1), (CURLOPT_SSL_VERIFYPEER, 0), (CURLOPT_SSL_VERIFYHOST, 0),
        ] { try check(mask_curl_set_long(handle, option, value)) }
        try check(mask_curl_on_body(handle, Self.onBody, Unmanaged.passUnretained(self).toOpaque()))
        try CurlError.check(curl_easy_perform(handle), in: "curl_easy_perform")
        return (mask_curl_get_long(handle, CURLINFO_RESPONSE_CODE), body)
    }

    /// What is beyond the first bytes is read and forgotten.
    private static let onBody: curl_write_callback = { bytes, size, count, argument in
        guard let argument else { return 0 }
        let visit = Unmanaged<Visit>.fromOpaque(argument).takeUnretainedValue()
        let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
        visit.body += piece.prefix(bodyBytes - visit.body.count)
        return piece.count
    }

    private func check(_ code: CURLcode) throws(CurlError) { try CurlError.check(code, in: "curl_easy_setopt") }
}
