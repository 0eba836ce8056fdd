import COpenSSL
import SignIn
import Testing

/// A private key, made and used by OpenSSL in this process: what an authenticator has inside.
package struct SigningKey: Sendable {
    package let algorithm: Credential.Algorithm
    /// SubjectPublicKeyInfo in DER.
    package let publicKey: [UInt8]
    private let privateKey: [UInt8]

    package init(_ algorithm: Credential.Algorithm) throws {
        let type = switch algorithm {
        case .eddsa: EVP_PKEY_ED25519
        case .es256: EVP_PKEY_EC
        case .rs256: EVP_PKEY_RSA
        }
        let context = try #require(EVP_PKEY_CTX_new_id(type, nil))
        defer { EVP_PKEY_CTX_free(context) }
        try #require(EVP_PKEY_keygen_init(context) == 1)
        if algorithm == .es256 { try #require(EVP_PKEY_CTX_set_group_name(context, "P-256") == 1) }
        if algorithm == .rs256 { try #require(EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048) == 1) }
        var key: OpaquePointer?
        try #require(EVP_PKEY_keygen(context, &key) == 1)
        defer { EVP_PKEY_free(key) }
        self.algorithm = algorithm
        publicKey = Self.bytes { i2d_PUBKEY(key, $0) }
        privateKey = Self.bytes { i2d_PrivateKey(key, $0) }
    }

    /// One of each kind, made once.
    package static let all = Result { try Credential.Algorithm.allCases.map(SigningKey.init) }

    package static func one(_ algorithm: Credential.Algorithm) throws -> SigningKey {
        try #require(try all.get().first { $0.algorithm == algorithm })
    }

    package func sign(_ message: [UInt8]) throws -> [UInt8] {
        let key = try privateKey.withUnsafeBufferPointer { bytes in
            var position = bytes.baseAddress
            return try #require(d2i_AutoPrivateKey(nil, &position, bytes.count))
        }
        defer { EVP_PKEY_free(key) }
        let context = try #require(EVP_MD_CTX_new())
        defer { EVP_MD_CTX_free(context) }
        try #require(EVP_DigestSignInit(context, nil, algorithm == .eddsa ? nil : EVP_sha256(), nil, key) == 1)
        var (signature, length) = ([UInt8](repeating: 0, count: 1024), 1024)
        try #require(EVP_DigestSign(context, &signature, &length, message, message.count) == 1)
        return Array(signature.prefix(length))
    }

    /// OpenSSL's i2d functions tell the length first, and move the pointer that they are given.
    private static func bytes(_ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(write(nil))) { buffer, count in
            var position = buffer.baseAddress
            count = Int(write(&position))
        }
    }
}
