import COpenSSL

/// A public key that signatures are verified with: ECDSA on P-256 with SHA-256 (ES256), Ed25519 (EdDSA), or
/// RSASSA-PKCS1-v1_5 with SHA-256 (RS256). Each kind of key has one algorithm, so nobody can have a key used with another.
///
/// Owns OpenSSL's `EVP_PKEY`, which is freed with it.
public struct PublicKey: ~Copyable {
    public enum Kind: Sendable, Hashable {
        case p256, ed25519, rsa
    }

    public let kind: Kind
    /// The numbers that the key consists of, most significant byte first: the coordinates x and y of a point on P-256, 32
    /// bytes each; the 32 bytes of RFC 8032 for Ed25519; modulus and exponent for RSA, without leading zeros.
    ///
    /// A COSE key has the same bytes (RFC 9053, section 7; RFC 8230, section 4).
    public let numbers: [[UInt8]]
    private let handle: Handle

    /// RSA keys have at least 2,048 bits (NIST SP 800-131A), and at most so many: verification takes time with each.
    private static let rsaBits = 2048...4096

    /// Reads a SubjectPublicKeyInfo (RFC 5280, section 4.1) in DER. OpenSSL's `d2i_PUBKEY`.
    ///
    /// Nil where the bytes are no key of these kinds, or more than one, and where the numbers make no key: a point that
    /// is not on the curve, an even modulus (`EVP_PKEY_public_check`).
    public init?(subjectPublicKeyInfo der: [UInt8]) {
        defer { ERR_clear_error() }
        guard let handle = Handle(der), let kind = handle.kind, let numbers = handle.numbers(of: kind) else { return nil }
        guard kind != .rsa || Self.rsaBits.contains(handle.bits), handle.isSound else { return nil }
        self.kind = kind
        self.numbers = numbers
        self.handle = handle
    }

    /// Whether `signature` is one of `message` by the holder of the private key; false also for bytes that are no signature.
    ///
    /// - Parameter signature: for P-256 in DER (RFC 3279, section 2.2.3), as WebAuthn has it; else as long as the key.
    /// - Throws: ``CryptoError`` where it cannot be told, for want of memory or because OpenSSL's policy allows no such
    ///   algorithm.
    public func isSignature(_ signature: [UInt8], of message: [UInt8]) throws(CryptoError) -> Bool {
        guard let context = EVP_MD_CTX_new() else { throw CryptoError.latest(in: "EVP_MD_CTX_new") }
        defer { EVP_MD_CTX_free(context) }
        // Ed25519 has its digest in it: "the digest type parameter MUST be set to NULL".
        // https://docs.openssl.org/3.0/man7/EVP_SIGNATURE-ED25519/
        let digest = kind == .ed25519 ? nil : EVP_sha256()
        guard EVP_DigestVerifyInit(context, nil, digest, nil, handle.key) == 1 else {
            throw CryptoError.latest(in: "EVP_DigestVerifyInit")
        }
        // "A return value of zero indicates that the signature did not verify successfully ..., while other values indicate
        // a more serious error (and sometimes also indicate an invalid signature form)."
        // https://docs.openssl.org/3.0/man3/EVP_DigestVerifyInit/
        let result = EVP_DigestVerify(context, signature, signature.count, message, message.count)
        ERR_clear_error()
        return result == 1
    }
}

/// The owner of an `EVP_PKEY`. A class: other modules let it go, and a private type without copies has no name that a linker
/// finds there (Swift 6.3, cross-module optimisation).
private final class Handle {
    let key: OpaquePointer

    /// Nil where the bytes are not exactly one key.
    init?(_ der: [UInt8]) {
        var length = 0
        let key = der.withUnsafeBufferPointer { bytes in
            var position = bytes.baseAddress
            let key = d2i_PUBKEY(nil, &position, bytes.count)
            // "*ppin is incremented to the byte following the parsed data." https://docs.openssl.org/3.0/man3/d2i_X509/
            if let start = bytes.baseAddress, let position { length = position - start }
            return key
        }
        guard let key else { return nil }
        guard length == der.count else {
            EVP_PKEY_free(key)
            return nil
        }
        self.key = key
    }

    deinit {
        EVP_PKEY_free(key)
    }

    var kind: PublicKey.Kind? {
        switch EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_EC: isOnP256 ? .p256 : nil
        case EVP_PKEY_ED25519: .ed25519
        case EVP_PKEY_RSA: .rsa
        default: nil
        }
    }

    private var isOnP256: Bool {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { name in
            guard let start = name.baseAddress, EVP_PKEY_get_group_name(key, start, name.count, nil) == 1 else { return false }
            return String(cString: start) == "prime256v1"
        }
    }

    var bits: Int { Int(EVP_PKEY_get_bits(key)) }

    var isSound: Bool {
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, key, nil) else { return false }
        defer { EVP_PKEY_CTX_free(context) }
        return EVP_PKEY_public_check(context) == 1
    }

    func numbers(of kind: PublicKey.Kind) -> [[UInt8]]? {
        let numbers: [[UInt8]?] = switch kind {
        case .p256: [number(OSSL_PKEY_PARAM_EC_PUB_X, length: 32), number(OSSL_PKEY_PARAM_EC_PUB_Y, length: 32)]
        case .ed25519: [raw(length: 32)]
        case .rsa: [number(OSSL_PKEY_PARAM_RSA_N), number(OSSL_PKEY_PARAM_RSA_E)]
        }
        let found = numbers.compactMap { $0 }
        return found.count == numbers.count ? found : nil
    }

    /// A number of the key; filled with zeros in front up to a length, if one is given.
    private func number(_ name: String, length: Int? = nil) -> [UInt8]? {
        var number: OpaquePointer?
        guard EVP_PKEY_get_bn_param(key, name, &number) == 1, let number else { return nil }
        defer { BN_free(number) }
        let least = (Int(BN_num_bits(number)) + 7) / 8
        var bytes = [UInt8](repeating: 0, count: length ?? least)
        return BN_bn2binpad(number, &bytes, Int32(bytes.count)) == bytes.count ? bytes : nil
    }

    private func raw(length: Int) -> [UInt8]? {
        var (bytes, count) = ([UInt8](repeating: 0, count: length), length)
        return EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1 && count == length ? bytes : nil
    }
}
