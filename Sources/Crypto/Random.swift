import COpenSSL

/// `count` bytes no one can predict, from OpenSSL's `RAND_bytes`. Safe to call from any thread and after a fork.
///
/// - Throws: ``CryptoError`` when the operating system gives no randomness. There is no weaker source to fall back on.
public func randomBytes(_ count: Int) throws(CryptoError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    guard RAND_bytes(&bytes, Int32(count)) == 1 else { throw CryptoError.latest(in: "RAND_bytes") }
    return bytes
}

/// Whether two byte strings are equal, in a time that depends on their lengths only. OpenSSL's `CRYPTO_memcmp`.
///
/// For secrets and codes, where an ordinary comparison tells an attacker how many leading bytes were right.
public func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}
