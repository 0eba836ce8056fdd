/// Codes of an authenticator app: TOTP (RFC 6238) with HMAC-SHA-1, six digits, a new one each 30 seconds. It is the only
/// kind that all apps read.
public struct TOTP: Sendable, CustomStringConvertible, CustomReflectable {
    /// Seconds that a step takes (RFC 6238, section 5.2).
    public static let period = 30
    public static let digits = 6

    private let secret: [UInt8]

    /// - Parameter secret: as many bytes as the hash has, 20 (RFC 6238, section 5.1).
    public init(secret: [UInt8]) { self.secret = secret }

    /// Neither shows the secret.
    public var description: String { "TOTP" }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// The step that a time is in: periods since 1970.
    public static func step(at seconds: Int) -> Int { seconds / period }

    /// The code of a step: its number, most significant byte first, is the message (RFC 4226, section 5.3).
    public func code(at step: Int) -> String {
        let message = withUnsafeBytes(of: Int64(step).bigEndian) { Array($0) }
        let hash = hmacSHA1(key: secret, message)
        let offset = Int(hash[hash.count - 1] & 15)
        let number = hash[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) } & 0x7FFF_FFFF
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: Self.digits - text.count) + text
    }

    /// The step whose code this is: that of now, or the one before or behind, as clocks differ (RFC 6238, section 5.2: "We
    /// RECOMMEND that at most one time step is allowed"). Nil where it is none of them, or not later than `lastStep`. Whoever
    /// stores the answer as the next `lastStep` takes each code once.
    ///
    /// All of them are compared, each in a time that tells nothing of how many digits were right.
    /// - Parameters:
    ///   - code: six digits.
    ///   - seconds: since 1970.
    ///   - lastStep: the last one that was answered; nil where there was none.
    public func step(of code: String, at seconds: Int, after lastStep: Int?) -> Int? {
        let (now, typed) = (Self.step(at: seconds), Array(code.utf8))
        let matching = (now - 1...now + 1).filter { constantTimeEquals(Array(self.code(at: $0).utf8), typed) }
        return matching.last { $0 > lastStep ?? .min }
    }
}
