import COpenSSL

/// Encrypts `plaintext` with AES-256-GCM (NIST SP 800-38D), so that only ``unseal(_:secret:)`` with the same secret reads
/// it and every alteration shows: one version byte, 12 random bytes (the nonce), the ciphertext, 16 bytes of tag.
///
/// - Parameter secret: a key of high entropy, such as 32 random bytes in Base64. It is not stretched, so a password
///   would be found by trial. One secret may seal 2^32 texts; beyond that, random nonces may meet.
/// - Throws: ``CryptoError`` when OpenSSL has no randomness, no memory or no AES.
public func seal(_ plaintext: [UInt8], secret: String) throws(CryptoError) -> [UInt8] {
    let nonce = try randomBytes(SealedText.nonceLength)
    let cipher = try Cipher()
    try cipher.begin(.encryption, key: SealedText.key(secret), nonce: nonce)
    let ciphertext = try cipher.update(plaintext)
    try cipher.finish()
    return [SealedText.version] + nonce + ciphertext + (try cipher.tag(length: SealedText.tagLength))
}

/// The text that ``seal(_:secret:)`` was given; nil for another secret, and for bytes that are not exactly what it
/// returned.
///
/// - Throws: ``CryptoError`` when OpenSSL has no memory or no AES: that says nothing about the secret.
public func unseal(_ sealed: [UInt8], secret: String) throws(CryptoError) -> [UInt8]? {
    guard let sealed = SealedText(sealed) else { return nil }
    return try sealed.plaintext(secret: secret)
}

/// The parts of sealed bytes.
private struct SealedText {
    static let version: UInt8 = 1
    static let nonceLength = 12
    static let tagLength = 16

    private let nonce: [UInt8]
    private let ciphertext: [UInt8]
    private let tag: [UInt8]

    /// Nil when the version is not ours or a part is missing.
    init?(_ sealed: [UInt8]) {
        guard sealed.count >= 1 + Self.nonceLength + Self.tagLength, sealed.first == Self.version else { return nil }
        nonce = Array(sealed.dropFirst().prefix(Self.nonceLength))
        ciphertext = Array(sealed.dropFirst(1 + Self.nonceLength).dropLast(Self.tagLength))
        tag = Array(sealed.suffix(Self.tagLength))
    }

    /// Nil where the tag is another.
    func plaintext(secret: String) throws(CryptoError) -> [UInt8]? {
        let cipher = try Cipher()
        try cipher.begin(.decryption, key: Self.key(secret), nonce: nonce)
        let plaintext = try cipher.update(ciphertext)
        try cipher.expect(tag: tag)
        return cipher.isAuthentic() ? plaintext : nil
    }

    /// The AES key: HMAC-SHA-256 of a label under the secret, so that a secret which also serves elsewhere gives a key
    /// of its own here.
    static func key(_ secret: String) -> [UInt8] {
        hmacSHA256(key: Array(secret.utf8), "mask sealed text 1")
    }
}

/// One run of AES-256-GCM. Owns OpenSSL's context, which is wiped and freed with it.
private struct Cipher: ~Copyable {
    private let context: OpaquePointer

    enum Direction: Int32 {
        case decryption = 0
        case encryption = 1
    }

    init() throws(CryptoError) {
        guard let context = EVP_CIPHER_CTX_new() else { throw CryptoError.latest(in: "EVP_CIPHER_CTX_new") }
        self.context = context
    }

    deinit {
        EVP_CIPHER_CTX_free(context)
    }

    /// - Parameters:
    ///   - key: 32 bytes.
    ///   - nonce: 12 bytes, the length that GCM has unless it is told another.
    func begin(_ direction: Direction, key: [UInt8], nonce: [UInt8]) throws(CryptoError) {
        // "EVP_EncryptInit_ex2(), EVP_EncryptUpdate() and EVP_EncryptFinal_ex() return 1 for success and 0 for failure."
        // https://docs.openssl.org/3.0/man3/EVP_EncryptInit/
        let result = EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce, direction.rawValue)
        guard result == 1 else { throw CryptoError.latest(in: "EVP_CipherInit_ex") }
    }

    /// The input, encrypted or decrypted: GCM keeps the length and holds nothing back.
    func update(_ input: [UInt8]) throws(CryptoError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: input.count)
        var length: Int32 = 0
        let result = EVP_CipherUpdate(context, &output, &length, input, Int32(input.count))
        guard result == 1, length == input.count else { throw CryptoError.latest(in: "EVP_CipherUpdate") }
        return output
    }

    /// Ends a message that was decrypted: whether its tag is the expected one.
    func isAuthentic() -> Bool {
        var nothing: UInt8 = 0
        var length: Int32 = 0
        defer { ERR_clear_error() }
        return EVP_CipherFinal_ex(context, &nothing, &length) == 1
    }

    /// Ends a message that was encrypted.
    func finish() throws(CryptoError) {
        var nothing: UInt8 = 0
        var length: Int32 = 0
        let result = EVP_CipherFinal_ex(context, &nothing, &length)
        guard result == 1 else { throw CryptoError.latest(in: "EVP_CipherFinal_ex") }
    }

    /// The tag of what was encrypted, once it is finished.
    func tag(length: Int) throws(CryptoError) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: length)
        let result = EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(length), &tag)
        guard result == 1 else { throw CryptoError.latest(in: "EVP_CIPHER_CTX_ctrl") }
        return tag
    }

    /// Sets the tag that ``finish()`` compares with.
    func expect(tag: [UInt8]) throws(CryptoError) {
        var tag = tag
        let result = EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag)
        guard result == 1 else { throw CryptoError.latest(in: "EVP_CIPHER_CTX_ctrl") }
    }
}
