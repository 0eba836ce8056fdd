import Foundation

// What the webhooks guide's check uses of apple/swift-crypto, over OpenSSL's libcrypto: the package is not fetched for one function of it.

@_silgen_name("EVP_sha256")
private func EVP_sha256() -> OpaquePointer?

@_silgen_name("HMAC")
private func OpenSSL_HMAC(
    _ digest: OpaquePointer?, _ key: UnsafeRawPointer?, _ keyCount: Int32, _ data: UnsafePointer<UInt8>?, _ dataCount: Int,
    _ code: UnsafeMutablePointer<UInt8>?, _ codeCount: UnsafeMutablePointer<UInt32>?
) -> UnsafeMutablePointer<UInt8>?

public enum SHA256 {}

public struct SymmetricKey {
    let bytes: [UInt8]

    public init<D: ContiguousBytes>(data: D) { bytes = data.withUnsafeBytes { Array($0) } }
}

public enum HMAC<H> {
    public static func isValidAuthenticationCode<C: ContiguousBytes, D: DataProtocol>(
        _ authenticationCode: C, authenticating data: D, using key: SymmetricKey
    ) -> Bool {
        var code = [UInt8](repeating: 0, count: 32)
        let bytes = Array(data)
        guard OpenSSL_HMAC(EVP_sha256(), key.bytes, Int32(key.bytes.count), bytes, bytes.count, &code, nil) != nil else { return false }
        return authenticationCode.withUnsafeBytes { Array($0) } == code
    }
}
