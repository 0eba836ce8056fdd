import CCurl

/// Why a ``Post`` had no answer. The raw values are for clients and never change.
public enum Failure: String, Sendable, Hashable, CaseIterable {
    /// The URL is none, is neither http nor https, or has a user in it.
    case invalidURL = "invalid_url"
    /// Every address of the host, or the port, is refused by the rule that the ``Multi`` was made with. No packet was sent to
    /// any.
    case blockedAddress = "blocked_address"
    /// The host has no address.
    case unresolvedHost = "unresolved_host"
    /// Nobody listens there, or there is no way there.
    case refused
    /// No answer within the time set for it, be it for connecting or for all of it.
    case timeout
    /// TLS failed: the certificate is not valid for the host, or no common version was found.
    case tls
    /// The connection ended before the answer.
    case reset
    /// The head of the answer was longer than ``Limits/headBytes``.
    case tooLongHeader = "too_long_header"
    /// What came is no HTTP.
    case `protocol`
    /// It failed on this side: no memory, no free descriptor, no file of certificates. The receiver is not to blame.
    case local = "local_fault"

    /// https://curl.se/libcurl/c/libcurl-errors.html
    init(_ code: CURLcode) {
        self =
            switch code {
            case CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED: .invalidURL
            case CURLE_COULDNT_RESOLVE_HOST: .unresolvedHost
            case CURLE_COULDNT_CONNECT: .refused
            case CURLE_OPERATION_TIMEDOUT: .timeout
            case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
                CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT:
                .tls
            case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2_STREAM: .reset
            case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ENGINE_INITFAILED,
                CURLE_BAD_FUNCTION_ARGUMENT, CURLE_ABORTED_BY_CALLBACK, CURLE_NOT_BUILT_IN:
                .local
            default: .protocol
            }
    }
}
