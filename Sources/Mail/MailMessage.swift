import Model

public enum MailKind: IdentifierKind { public static let prefix = "mail" }
public typealias MailID = Identifier<MailKind>

/// A mail as it is sent: RFC 5322, with a plain text and the same as simple HTML (RFC 2046, multipart/alternative). It says that no
/// person has written it (RFC 3834), so that no holiday notice answers it.
public struct MailMessage: Sendable {
    /// The same at each try: whoever gets it twice sees it once.
    public var id: MailID
    public var from: MailSender
    public var to: MailAddress
    public var date: Timestamp
    public var text: MailText
    /// Of the dashboard, behind the `@` of the Message-ID.
    public var host: String

    public init(id: MailID, from: MailSender, to: MailAddress, text: MailText, host: String) {
        (self.id, self.from, self.to, self.text, self.host) = (id, from, to, text, host)
        date = .now()
    }

    /// How the lines end.
    public enum LineEnd: Sendable {
        /// A carriage return and a line feed, on the wire.
        case network
        /// A line feed, in what programs of this host are given.
        case host
    }

    public func bytes(_ end: LineEnd = .network) -> [UInt8] {
        // In quoted-printable no `=` is followed by an underscore, so that no line of the texts is this.
        let boundary = "=_\(id)"
        let head = [
            "Date: \(date.httpDate.dropLast(3))+0000", "From: \(from.field)", "To: <\(to)>",
            "Subject: \(text.subject.field(after: "Subject: ".utf8.count))", "Message-ID: <\(id)@\(host)>",
            "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All", "MIME-Version: 1.0",
            "Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"", "",
        ]
        let parts = [part("plain", text.plain), part("html", text.html)]
        let lines = head + parts.flatMap { ["--" + boundary] + $0 } + ["--\(boundary)--", ""]
        let whole = lines.joined(separator: "\r\n").utf8
        return end == .network ? Array(whole) : whole.filter { $0 != UInt8(ascii: "\r") }
    }

    private func part(_ kind: String, _ text: String) -> [String] {
        [
            "Content-Type: text/\(kind); charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "",
            QuotedPrintable.encode(text),
        ]
    }
}

/// RFC 2045, section 6.7: ASCII stays readable, no line is longer than 76 characters, and none ends in a space.
enum QuotedPrintable {
    private static let lineLimit = 76

    /// - Parameter text: with `\n` between its lines; the result has `\r\n`.
    static func encode(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { encodeLine(Array($0.utf8)) }.joined(separator: "\r\n")
    }

    private static func encodeLine(_ bytes: [UInt8]) -> String {
        var (lines, line) = ([String](), "")
        for (place, byte) in bytes.enumerated() {
            let isLast = place == bytes.count - 1
            let piece = isLiteral(byte, isLast: isLast) ? String(UnicodeScalar(byte)) : "=" + hexadecimal(byte)
            // The `=` that goes on to the next line has to find room, too.
            if line.utf8.count + piece.utf8.count > lineLimit - (isLast ? 0 : 1) {
                lines.append(line + "=")
                line = ""
            }
            line += piece
        }
        return (lines + [line]).joined(separator: "\r\n")
    }

    private static func isLiteral(_ byte: UInt8, isLast: Bool) -> Bool {
        byte == UInt8(ascii: " ") ? !isLast : (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=")
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }
}
