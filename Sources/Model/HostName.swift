import IDN
import Text

/// The name of a link host, such as `go.yourbrand.com`: lower case, ASCII (international names as A-labels), without
/// the dot at the end.
public struct HostName: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    public var description: String { text }

    /// Reads a name as a person types it: capitals, international letters and one dot at the end are put in order.
    ///
    /// An address such as `127.0.0.1` is no name, and a name needs a dot, except `localhost` and what ends in
    /// `.localhost` (RFC 6761, section 6.3).
    public init(validating text: String) throws(HostNameError) {
        var host = try HostRules.lowerCaseASCII(text)
        if host.utf8.last == UInt8(ascii: ".") { host.removeLast() }
        try HostRules.check(host)
        guard host.utf8.contains(UInt8(ascii: ".")) || host == "localhost" else { throw .withoutDot }
        self.text = host
    }
}

extension HostName {
    /// Whether a text is a host name in its one spelling.
    public static func isOne(_ text: String) -> Bool {
        // First what costs nothing: whoever asks may send kilobytes.
        text.utf8.count <= 253 && (try? HostName(validating: text))?.text == text
    }
}

/// Why a text is no host name.
public enum HostNameError: Error, Hashable, Sendable {
    case empty
    /// More than 253 characters.
    case tooLong
    /// A label longer than 63 characters, empty, or with a hyphen at an end; the label is given.
    case label(String)
    /// A character that no host name has.
    case character(Unicode.Scalar)
    /// International characters that have no ASCII form under UTS 46.
    case notConvertible
    /// The last label is a number: browsers would read the whole as an IPv4 address.
    case numeric
    /// A single word such as `intranet`.
    case withoutDot

    /// What is wrong and what to change, as one sentence.
    public var message: String {
        switch self {
        case .empty: "The host is missing."
        case .tooLong: "A host has at most 253 characters."
        case .label(""): "The host has two dots in a row or begins or ends with a dot; remove the extra dot."
        case .label(let label):
            "The part '\(label)' of the host has to be 1 to 63 characters long, without a hyphen at either end."
        case .character(let scalar):
            "The host has the character \(scalar.named); use letters, digits, hyphens and dots."
        case .notConvertible: "The host has characters that no international domain name may have."
        case .numeric:
            "The last part of the host is a number; write an IPv4 address as four decimal numbers, or use a name."
        case .withoutDot: "The host needs a dot, as in go.example.com."
        }
    }
}

/// What destinations and link hosts have in common.
enum HostRules {
    /// Lower case; international names as A-labels. ASCII names are not looked at any further.
    static func lowerCaseASCII(_ host: String) throws(HostNameError) -> String {
        if host.isASCII { return host.lowercased() }
        // Of what becomes 253 of ASCII there are no more, and each has four bytes at the most.
        guard host.utf8.count <= 4 * 254 else { throw .tooLong }
        guard let ascii = hostToASCII(host) else { throw .notConvertible }
        return ascii.lowercased()
    }

    /// Letters, digits and hyphens in labels of 1 to 63, at most 253 in all (RFC 1123, section 2.1), and a last label
    /// that no parser takes for a number. `host` is in lower case.
    ///
    /// - Parameter underscores: destinations may have them, as names in the DNS do and browsers take them; a link host, which
    ///   needs a certificate, may not.
    static func check(_ host: String, underscores: Bool = false) throws(HostNameError) {
        if host.isEmpty { throw .empty }
        if host.utf8.count > 253 { throw .tooLong }
        let labels = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        for label in labels { try check(label, underscores) }
        if let last = labels.last, isNumber(last) { throw .numeric }
    }

    private static func check(_ label: Substring.UTF8View, _ underscores: Bool) throws(HostNameError) {
        let hyphen = UInt8(ascii: "-")
        guard (1...63).contains(label.count), label.first != hyphen, label.last != hyphen else {
            throw .label(String(Substring(label)))
        }
        let isWrong = { (byte: UInt8) in
            !byte.isLowerCaseLetter && !byte.isDigit && byte != hyphen && !(underscores && byte == UInt8(ascii: "_"))
        }
        if let wrong = label.first(where: isWrong) { throw .character(Unicode.Scalar(wrong)) }
    }

    /// Browsers read a host whose last label is a number as IPv4, in decimal, octal or hexadecimal
    /// (https://url.spec.whatwg.org/#ends-in-a-number-checker); others look it up as a name. Nobody may guess here.
    private static func isNumber(_ label: Substring.UTF8View) -> Bool {
        label.allSatisfy(\.isDigit)
            || (label.starts(with: "0x".utf8) && label.dropFirst(2).allSatisfy { $0.hexadecimalValue != nil })
    }
}

// MARK: - Bytes

extension [UInt8] {
    /// Appends a text as destinations have it: what is no visible ASCII as `%XX`.
    mutating func appendEncoded(_ text: some Sequence<UInt8>) {
        for byte in text { if byte.isVisibleASCII { append(byte) } else { appendPercentEncoded(byte) } }
    }
}

extension Unicode.Scalar {
    /// For messages: the character itself in quotes where it can be seen, else its number.
    public var named: String {
        let number =
            "U+" + String(repeating: "0", count: max(0, 4 - String(value, radix: 16).count))
            + String(value, radix: 16, uppercase: true)
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .unassigned, .privateUse,
            .surrogate, .nonspacingMark, .enclosingMark:
            return number
        default:
            return "'\(self)'"
        }
    }
}
