import Crypto
import Text

/// What an authenticator app is set up with. Its codes are `Crypto`'s `TOTP`.
public enum AuthenticatorApp {
    /// 20 random bytes, as long as SHA-1's hash (RFC 4226, section 4, R6). They are stored sealed.
    public static func newSecret() throws(CryptoError) -> [UInt8] { try randomBytes(20) }

    /// The address that apps read from a QR code: `otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=ISSUER`.
    /// https://github.com/google/google-authenticator/wiki/Key-Uri-Format
    ///
    /// - Parameters:
    ///   - issuer: whose account it is, such as the app's host. A colon, which would part it, is left out.
    ///   - account: whose it is, such as the e-mail address.
    public static func uri(secret: [UInt8], issuer: String, account: String) -> String {
        let (issuer, account) = (encoded(issuer), encoded(account))
        return "otpauth://totp/\(issuer):\(account)?secret=\(Base32.encode(secret))&issuer=\(issuer)"
            + "&algorithm=SHA1&digits=\(TOTP.digits)&period=\(TOTP.period)"
    }

    private static func encoded(_ text: String) -> String { PercentEncoding.encode(text.filter { $0 != ":" }) }
}
