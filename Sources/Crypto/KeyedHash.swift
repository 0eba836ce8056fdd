import COpenSSL

/// HMAC-SHA-256 (RFC 2104) under a key that is used again and again: what the key comes to is hashed once.
///
/// ``hmacSHA256(key:_:)`` has OpenSSL look for the algorithm by its name and make two contexts at each call, which takes ten
/// times as long as the rest. This copies two states of SHA-256 instead, by the functions that OpenSSL 3.0 has deprecated
/// because no other provider can take their place (https://docs.openssl.org/3.0/man3/SHA256_Init/): they cannot fail.
public struct KeyedHash: Sendable {
    private let inner: SHA256_CTX
    private let outer: SHA256_CTX

    /// - Parameter key: of any length.
    public init(key: [UInt8]) {
        let length = Int(SHA256_CBLOCK)
        var block = key.count <= length ? key : sha256(key)
        block += [UInt8](repeating: 0, count: length - block.count)
        inner = Self.state(after: block.map { $0 ^ 0x36 })
        outer = Self.state(after: block.map { $0 ^ 0x5C })
    }

    private static func state(after block: [UInt8]) -> SHA256_CTX {
        var state = SHA256_CTX()
        SHA256_Init(&state)
        SHA256_Update(&state, block, block.count)
        return state
    }

    /// The code of a message that is yet to be appended.
    public var code: Code { Code(inner: inner, outer: outer) }

    /// A message as far as it has been appended.
    public struct Code {
        fileprivate var inner: SHA256_CTX
        fileprivate var outer: SHA256_CTX

        /// Appends the UTF-8 bytes of a text.
        public mutating func append(_ text: String) {
            var text = text
            _ = text.withUTF8 { SHA256_Update(&inner, $0.baseAddress, $0.count) }
        }

        /// The first eight of the code's 32 bytes, most significant first.
        public consuming func first64Bits() -> UInt64 {
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: sha256Length) { digest in
                SHA256_Final(digest.baseAddress, &inner)
                SHA256_Update(&outer, digest.baseAddress, sha256Length)
                SHA256_Final(digest.baseAddress, &outer)
                return digest[..<8].reduce(0) { $0 << 8 | UInt64($1) }
            }
        }
    }
}
