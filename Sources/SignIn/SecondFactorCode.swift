import Crypto
import Text

/// What somebody typed as a second factor: one field takes both.
public enum SecondFactorCode: Sendable, CustomStringConvertible, CustomReflectable {
    /// Six digits, for `Crypto`'s `TOTP`.
    case totp(String)
    case recovery(RecoveryCode)

    /// Bytes of a recovery code with room for spaces.
    private static let mostLength = 64

    /// Spaces, hyphens and case do not matter; nil where it is neither.
    public init?(_ typed: String) {
        guard typed.utf8.count <= Self.mostLength else { return nil }
        let digits = typed.utf8.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "-") }
        if digits.count == TOTP.digits, digits.allSatisfy(\.isDigit) {
            self = .totp(String(decoding: digits, as: UTF8.self))
        } else if let code = RecoveryCode(typed) {
            self = .recovery(code)
        } else {
            return nil
        }
    }

    /// Neither shows it.
    public var description: String {
        switch self {
        case .totp: "code of an authenticator app"
        case .recovery: "recovery code"
        }
    }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
