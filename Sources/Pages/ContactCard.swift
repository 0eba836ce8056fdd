import JSON

/// A contact as a vCard 3.0 (RFC 2426), the version that every telephone reads.
enum ContactCard {
    static func text(of contact: JSON) -> String {
        func value(_ name: String) -> String? { contact[name]?.stringValue }
        var lines = ["BEGIN:VCARD", "VERSION:3.0"]
        let name = value("name") ?? ""
        lines.append("N:;\(escaped(name));;;")
        lines.append("FN:\(escaped(name))")
        for (property, member) in [("ORG", "organization"), ("TITLE", "job_title")] {
            if let text = value(member) { lines.append("\(property):\(escaped(text))") }
        }
        if let email = value("email") { lines.append("EMAIL;TYPE=INTERNET:\(escaped(email))") }
        if let phone = value("phone") { lines.append("TEL;TYPE=VOICE:\(escaped(phone))") }
        if let url = value("url") { lines.append("URL:\(url)") }
        if let address = value("address") { lines.append("ADR:;;\(escaped(address));;;;") }
        lines.append("END:VCARD")
        return lines.map { $0 + "\r\n" }.joined()
    }

    /// Section 4: backslash, comma, semicolon and line end.
    private static func escaped(_ text: String) -> String {
        String(text.unicodeScalars.reduce(into: String.UnicodeScalarView()) { result, scalar in
            switch scalar {
            case "\\", ",", ";": result += ["\\", scalar]
            case "\n": result += "\\n".unicodeScalars
            default: result.append(scalar)
            }
        })
    }
}
