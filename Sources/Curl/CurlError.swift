import CCurl

/// A ``Post`` could not be started. Nothing was sent.
public enum CurlError: Error, Hashable, Sendable, CustomStringConvertible {
    /// libcurl refused: which function, and its own words.
    case failed(function: String, reason: String)
    /// The field is no HTTP field (RFC 9110, section 5), or one that libcurl writes.
    case field(name: String)

    public var description: String {
        switch self {
        case .failed(let function, let reason): "\(function): \(reason)"
        case .field(let name): "the field \(name.debugDescription) cannot be sent"
        }
    }

    static func check(_ code: CURLcode, in function: String) throws(CurlError) {
        guard code != CURLE_OK else { return }
        throw .failed(function: function, reason: curl_easy_strerror(code).map { String(cString: $0) } ?? "")
    }

    static func check(_ code: CURLMcode, in function: String) throws(CurlError) {
        guard code != CURLM_OK else { return }
        throw .failed(function: function, reason: curl_multi_strerror(code).map { String(cString: $0) } ?? "")
    }
}
