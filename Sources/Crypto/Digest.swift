import COpenSSL

/// Bytes in one SHA-256 digest.
public let sha256Length = Int(SHA256_DIGEST_LENGTH)

/// The SHA-256 digest (FIPS 180-4) of a string's UTF-8 bytes: 32 bytes.
public func sha256(_ string: String) -> [UInt8] {
    var string = string
    return string.withUTF8 { sha256(UnsafeRawBufferPointer($0)) }
}

/// The SHA-256 digest (FIPS 180-4) of `bytes`: 32 bytes.
public func sha256(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBytes { sha256($0) }
}

/// The SHA-256 digest (FIPS 180-4) of `bytes`: 32 bytes. OpenSSL's `SHA256`.
public func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: sha256Length) { digest, count in
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        requireDigest(SHA256(start, bytes.count, digest.baseAddress))
        count = sha256Length
    }
}

/// The HMAC-SHA-256 code (RFC 2104) of a string's UTF-8 bytes under `key`: 32 bytes.
public func hmacSHA256(key: [UInt8], _ message: String) -> [UInt8] {
    var message = message
    return message.withUTF8 { hmacSHA256(key: key, UnsafeRawBufferPointer($0)) }
}

/// The HMAC-SHA-256 code (RFC 2104) of `message` under `key`: 32 bytes.
public func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    message.withUnsafeBytes { hmacSHA256(key: key, $0) }
}

/// The HMAC-SHA-256 code (RFC 2104) of `message` under `key`, which may have any length: 32 bytes. OpenSSL's `HMAC`.
public func hmacSHA256(key: [UInt8], _ message: UnsafeRawBufferPointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: sha256Length) { code, count in
        // Thread-safe because `md` is given: "If md is NULL, the digest is placed in a static array".
        // https://docs.openssl.org/3.0/man3/HMAC/
        let result = HMAC(
            EVP_sha256(), key, Int32(key.count),
            message.baseAddress?.assumingMemoryBound(to: UInt8.self), message.count, code.baseAddress, nil)
        requireDigest(result)
        count = sha256Length
    }
}

/// The HMAC-SHA-1 code (RFC 2104) of `message` under `key`: 20 bytes. For ``TOTP`` alone, which asks for it; that SHA-1's
/// collisions can be found is no weakness of its HMAC (RFC 6194, section 3). OpenSSL's `HMAC`.
func hmacSHA1(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    let length = Int(SHA_DIGEST_LENGTH)
    return [UInt8](unsafeUninitializedCapacity: length) { code, count in
        let result = HMAC(EVP_sha1(), key, Int32(key.count), message, message.count, code.baseAddress, nil)
        requireDigest(result)
        count = length
    }
}

/// The one-shot functions return NULL only when memory has run out or libcrypto has no such hash. Ending the process is
/// then the safe answer: a made-up digest could let someone in.
private func requireDigest(_ result: UnsafeMutablePointer<UInt8>?) {
    precondition(result != nil, "libcrypto could not compute a digest")
}
