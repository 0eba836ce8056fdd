import Text

/// A password as it is hashed: in NFC, as keyboards spell an `é` in two ways, and else as it was typed, spaces at the ends
/// included (NIST SP 800-63B-4, section 3.1.1.2).
public struct AccountPassword: Sendable, CustomStringConvertible, CustomReflectable {
    /// For `PasswordHash`, at `Cost.account`, and for nothing else.
    public let text: String

    public init(_ text: String) { self.text = text.normalised }

    /// In Unicode code points: "each Unicode code point SHALL be counted as a single character".
    public var length: Int { text.unicodeScalars.count }

    /// Whether it is shorter than one has to be that lets somebody in alone.
    public var isShort: Bool { length < PasswordStrength.leastLength }

    /// Neither shows it.
    public var description: String { "password" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
