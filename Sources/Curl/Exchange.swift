/// What became of a ``Post``.
public struct Exchange: Sendable, Hashable {
    public var result: Result
    /// From the start of the name's resolution to the end, in whole milliseconds: `CURLINFO_TOTAL_TIME_T`.
    public var milliseconds: Int
    /// The address that was connected to, such as `203.0.113.7` or `2001:db8::1`; empty when no connection came about.
    /// From `CURLINFO_PRIMARY_IP`, which is what getpeername(2) says.
    public var address: String
    /// `1.0`, `1.1` or `2`; empty without an answer. From `CURLINFO_HTTP_VERSION`.
    public var httpVersion: String
    /// The first bytes of the answer's body, at most ``Limits/bodyBytes``.
    public var body: [UInt8]
    /// The field `Retry-After` of the answer as it was sent: seconds, a date, or nonsense.
    public var retryAfter: String?

    public init(
        result: Result, milliseconds: Int = 0, address: String = "", httpVersion: String = "", body: [UInt8] = [],
        retryAfter: String? = nil
    ) {
        self.result = result
        self.milliseconds = milliseconds
        self.address = address
        self.httpVersion = httpVersion
        self.body = body
        self.retryAfter = retryAfter
    }

    public enum Result: Sendable, Hashable {
        /// The whole head of an answer came. The status stands whatever becomes of the body: cut at the limit, dripping
        /// until the time was up, or broken off.
        case answered(status: Int)
        /// No answer.
        case failed(Failure)
    }
}
