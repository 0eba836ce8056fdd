import Mustache

/// What `{{…}}` makes of text in a template: escaped scalar by scalar, for elements and for attributes in double quotes. The
/// library's own way goes by grapheme clusters, in which a combining mark hides a quote or a bracket.
struct PageText: MustacheContentType {
    private static let name = "PAGE"
    private static let isRegistered: Void = MustacheContentTypes.register(PageText(), named: name)

    /// A template in which text is escaped so; each part of a theme has to say it.
    static func template(_ text: String) throws -> MustacheTemplate {
        isRegistered
        return try MustacheTemplate(string: "{{% CONTENT_TYPE: \(name)}}" + text)
    }

    func escapeText(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": escaped += "&lt;".unicodeScalars
            case ">": escaped += "&gt;".unicodeScalars
            case "&": escaped += "&amp;".unicodeScalars
            case "\"": escaped += "&quot;".unicodeScalars
            case "'": escaped += "&#39;".unicodeScalars
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}
