/// Texts of bio pages that have a form of their own.
public enum PageTexts {
    /// Whether a text is a language tag (RFC 5646): `en`, `pt-BR`, `zh-Hant`.
    public static func isLanguage(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return text.utf8.count <= 35 && (2...3).contains(parts[0].utf8.count) && parts[0].utf8.allSatisfy(\.isASCIILetter)
            && parts.dropFirst().allSatisfy {
                (2...8).contains($0.utf8.count) && $0.utf8.allSatisfy(\.isASCIILetterOrDigit)
            }
    }

    /// A mail address, its host as it is looked up; nil of what is none.
    public static func email(_ text: String) -> String? {
        let parts = PlainText.trimmed(text).split(separator: "@", omittingEmptySubsequences: false)
        // The atoms of RFC 5322, section 3.2.3.
        let allowed = Set("!#$%&'*+-/=?^_`{|}~.".utf8)
        let isName = parts[0].utf8.allSatisfy { $0.isASCIILetterOrDigit || allowed.contains($0) }
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count), isName,
            let host = try? HostName(validating: String(parts[1]))
        else { return nil }
        return parts[0] + "@" + host.text
    }

    /// A telephone number as people write it: digits, spaces, `( ) - .`; nil of what is none.
    public static func phone(_ text: String) -> String? {
        let text = PlainText.trimmed(text)
        let body = text.hasPrefix("+") ? text.dropFirst() : text[...]
        let digits = body.utf8.filter { (0x30...0x39).contains($0) }.count
        let allowed = Set("0123456789 ()-.".utf8)
        return (3...15).contains(digits) && body.utf8.allSatisfy(allowed.contains) ? text : nil
    }
}

extension UInt8 {
    fileprivate var isASCIILetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
    fileprivate var isASCIILetterOrDigit: Bool { isASCIILetter || (0x30...0x39).contains(self) }
}
