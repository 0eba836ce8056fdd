import Text

/// An address that a mail can be sent to and from: a dot-atom of RFC 5322, `@`, and the name of a host, in lower case. So it can
/// stand in a header and in a command as it is. Forms that few have and many programs take for something else are left out:
/// quoted local parts, `%`, `!`, `/`, `|` and backticks.
public struct MailAddress: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    private static let marks = Set("#$&'*+-=?^_{}~".utf8)

    /// Nil for whatever is no such address.
    public init?(_ text: String) {
        let text = text.lowercased()
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, (1...64).contains(parts[0].count), Self.isLocalPart(parts[0]),
            Self.isHost(parts[1])
        else { return nil }
        description = text
    }

    /// What stands behind the `@`.
    public var host: String { String(description.drop { $0 != "@" }.dropFirst()) }

    private static func isLocalPart(_ text: Substring.UTF8View) -> Bool {
        text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty && atom.allSatisfy { $0.isDigit || $0.isLetter || marks.contains($0) }
        }
    }

    private static func isHost(_ text: Substring.UTF8View) -> Bool {
        text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { $0.isDigit || $0.isLetter || $0 == UInt8(ascii: "-") }
        }
    }
}

/// Whom mails come from: an address, and a name beside it where there is one.
public struct MailSender: Hashable, Sendable {
    public var name: HeaderText?
    public var address: MailAddress

    public init(name: HeaderText? = nil, address: MailAddress) { (self.name, self.address) = (name, address) }

    /// `MASK <mask@example.com>`, the name in quotes if you like, or the address alone; nil for anything else.
    public init?(_ text: String) {
        guard let start = text.lastIndex(of: "<") else {
            guard let address = MailAddress(text) else { return nil }
            self.init(address: address)
            return
        }
        guard text.last == ">", let address = MailAddress(String(text[text.index(after: start)...].dropLast())) else { return nil }
        var name = HeaderText(String(text[..<start])).text
        if name.count >= 2, name.first == "\"", name.last == "\"" { name = String(name.dropFirst().dropLast()) }
        guard !name.contains(where: { "\"\\<>".contains($0) }) else { return nil }
        self.init(name: name.isEmpty ? nil : HeaderText(name), address: address)
    }

    /// As it stands behind `From:`.
    var field: String {
        guard let name else { return "<\(address)>" }
        return (name.isPlain ? "\"\(name.text)\"" : name.encoded(after: "From: ".utf8.count)) + "\r\n <\(address)>"
    }
}
