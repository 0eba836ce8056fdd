/// What one exchange may cost.
public struct Limits: Sendable, Hashable {
    /// How long finding the host and connecting may take, TLS included: `CURLOPT_CONNECTTIMEOUT_MS`.
    public var connectMilliseconds: Int
    /// How long all of it may take, from the name's resolution to the answer's last byte: `CURLOPT_TIMEOUT_MS`.
    public var wholeMilliseconds: Int
    /// How many bytes the head of the answer may have, interim answers (1xx) counted in.
    public var headBytes: Int
    /// How many bytes of the answer's body are read and kept.
    public var bodyBytes: Int

    public init(
        connectMilliseconds: Int = 5_000, wholeMilliseconds: Int = 15_000,
        headBytes: Int = 16 * 1024, bodyBytes: Int = 16 * 1024
    ) {
        self.connectMilliseconds = connectMilliseconds
        self.wholeMilliseconds = wholeMilliseconds
        self.headBytes = headBytes
        self.bodyBytes = bodyBytes
    }
}
