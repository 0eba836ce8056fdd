import Mustache
import POSIX

/// The templates of a folder: `NAME.mustache` is a theme, `_NAME.mustache` a part that themes share, and `icons/NAME.svg` the
/// sign of a network.
public struct Themes: Sendable {
    /// Used where the theme of a page is no longer there.
    public static let standard = "paper"

    private let library: MustacheLibrary
    /// The themes that a page can have.
    public let names: [String]
    private let icons: [String: String]
    /// Themes that cannot be read, with the reason, for the log. Pages that have one are shown in the standard theme.
    let broken: [String: String]

    /// Reads the folder. It is small, and read anew whenever it is needed: what a sysadmin changes holds at once.
    public init(folder: String) throws {
        var (templates, broken) = ([String: MustacheTemplate](), [String: String]())
        for name in try Folder.stems(folder, suffix: ".mustache") {
            let text = String(decoding: try File.contents(of: "\(folder)/\(name).mustache"), as: UTF8.self)
            do {
                templates[name] = try PageText.template(text)
            } catch {
                broken[name] = "\(folder)/\(name).mustache: \(error)"
            }
        }
        self.broken = broken
        // Every theme is made of the parts that they share.
        if let part = broken.keys.filter({ $0.hasPrefix("_") }).sorted().first { throw PageError(broken[part] ?? part) }
        library = MustacheLibrary(templates: templates)
        names = templates.keys.filter { !$0.hasPrefix("_") }.sorted()
        var icons: [String: String] = [:]
        for name in (try? Folder.stems(folder + "/icons", suffix: ".svg")) ?? [] {
            icons[name] = String(decoding: try File.contents(of: "\(folder)/icons/\(name).svg"), as: UTF8.self)
        }
        self.icons = icons
        guard names.contains(Self.standard) else { throw PageError("\(folder) has no \(Self.standard).mustache") }
    }

    /// The sign of a network as an SVG element.
    func icon(_ name: String) -> String? { icons[name] }

    func html(_ theme: String, _ context: [String: Any]) throws(PageError) -> [UInt8] {
        let name = names.contains(theme) ? theme : Self.standard
        guard let html = library.render(context, withTemplate: name) else {
            throw PageError("the theme \(name) is not there")
        }
        return Array(html.utf8)
    }
}

/// Why a page could not be rendered or written, for the log.
public struct PageError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
