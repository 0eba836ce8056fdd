import COpenSSL

/// OpenSSL refused.
public struct CryptoError: Error, Hashable, CustomStringConvertible {
    /// The function that failed, such as `RAND_bytes`.
    public let function: String
    /// OpenSSL's own words; no key, password or message is in them.
    public let reason: String

    public var description: String {
        "\(function): \(reason)"
    }

    /// The oldest entry of this thread's error queue. The queue is emptied, so that the next failure is not confused
    /// with this one.
    static func latest(in function: String) -> CryptoError {
        let code = ERR_get_error()
        ERR_clear_error()
        let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            ERR_error_string_n(code, buffer.baseAddress, buffer.count)
            return buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
        return CryptoError(function: function, reason: code == 0 ? "failed without a reason" : text)
    }
}
