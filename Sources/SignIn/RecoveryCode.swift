import Crypto

/// A code that stands in for a second factor once: 25 signs of Base32, 125 bits. So many cannot be tried out, so a plain SHA-256
/// of it is stored (OWASP ASVS 5.0, 6.5.2: from 112 bits on).
public struct RecoveryCode: Sendable, CustomStringConvertible, CustomReflectable {
    /// How many somebody gets.
    public static let count = 10
    static let length = 25
    private static let groupLength = 5

    /// Capitals and digits, without hyphens.
    private let text: String

    /// Fresh ones, to be shown once.
    public static func make() throws(CryptoError) -> [RecoveryCode] {
        var codes: [RecoveryCode] = []
        while codes.count < count {
            // 16 bytes give 26 signs, of which the last has three bits only.
            codes.append(RecoveryCode(canonical: String(Base32.encode(try randomBytes(16)).prefix(length))))
        }
        return codes
    }

    private init(canonical: String) { text = canonical }

    /// Reads what somebody typed, whatever its case, spaces and hyphens; nil where it is no such code.
    public init?(_ typed: some StringProtocol) {
        guard let canonical = Base32.canonical(typed), canonical.utf8.count == Self.length else { return nil }
        text = canonical
    }

    /// For its owner's eyes: `ABCDE-FGHIJ-KLMNO-PQRST-UVWXY`.
    public var shown: String {
        var (groups, rest) = ([Substring](), text[...])
        while !rest.isEmpty {
            groups.append(rest.prefix(Self.groupLength))
            rest = rest.dropFirst(Self.groupLength)
        }
        return groups.joined(separator: "-")
    }

    /// What is stored: the SHA-256 of the 25 signs, 32 bytes.
    public var digest: [UInt8] { sha256(text) }

    /// Neither shows it.
    public var description: String { "recovery code" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
