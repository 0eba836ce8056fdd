import HTTP
import Model

package func plain(_ text: String) throws -> String {
    if let scalar = PlainText.firstForbidden(in: text) {
        throw FieldRefusal(code: "invalid_text", message: "Remove the control character \(scalar.named).")
    }
    return text
}

package func notEmpty(_ text: String) throws -> String {
    guard !text.isEmpty else { throw FieldRefusal(code: "empty", message: "Send some text, or null to clear the field.") }
    return text
}

extension FieldType where Value == Timestamp {
    package static var timestamp: FieldType {
        FieldType<String>.string.map { text in
            guard let time = Timestamp(rfc3339: text) else {
                throw FieldRefusal(
                    code: "invalid_time", message: "Send an RFC 3339 time with an offset, such as 2026-12-31T23:59:59Z.")
            }
            return time
        }
    }
}

extension FieldType where Value == LinkID {
    package static var linkID: FieldType {
        FieldType<String>.string.map { text in
            guard let id = LinkID(text) else { throw FieldRefusal(code: "invalid_id", message: "Send the id of a link, lnk_….") }
            return id
        }
    }
}

extension FieldType where Value == String {
    /// Text of several lines; line ends as LF.
    package static func multiline(maximum: Int) -> FieldType {
        .string(maximum: maximum).map { text in
            let unix = text.replacing("\r\n", with: "\n")
            _ = try plain(unix.replacing("\n", with: " ").replacing("\t", with: " "))
            return unix
        }
    }

    /// An address of a user, in lower case.
    package static var userEmail: FieldType {
        FieldType<String>.string(maximum: 254).map { text in
            guard Member.isValidEmail(text) else {
                throw FieldRefusal(code: "invalid_email", message: "Send an e-mail address of ASCII characters, such as jo@example.com.")
            }
            return text.lowercased()
        }
    }
}
