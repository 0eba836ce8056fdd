import Mustache
import Text

/// What `{{…}}` makes of text in a template. The library's own way goes by grapheme clusters; see ``htmlEscaped(_:)``.
struct PageText: MustacheContentType {
    private static let name = "PAGE"
    private static let isRegistered: Void = MustacheContentTypes.register(PageText(), named: name)

    /// A template in which text is escaped so; each part of a theme has to say it.
    static func template(_ text: String) throws -> MustacheTemplate {
        isRegistered
        return try MustacheTemplate(string: "{{% CONTENT_TYPE: \(name)}}" + text)
    }

    func escapeText(_ text: String) -> String { htmlEscaped(text) }
}
