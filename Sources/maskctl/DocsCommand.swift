import ArgumentParser
import Bootstrap
import Documentation
import JSON
import Model
import POSIX

struct DocsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "docs", abstract: "The documentation: its files on this host.", subcommands: [Render.self, Manuals.self])

    /// The folder of its Markdown.
    struct Source: ParsableArguments {
        @Option(help: "The folder of Markdown, layout and styles.")
        var source = "/usr/share/mask/nginx/docs"

        @Option(help: "The file whose comments are the manual of the configuration.")
        var settings = "/usr/share/mask/mask.env"

        func documentation(_ site: SiteConfiguration, isIndexed: Bool = false) throws -> Documentation {
            Documentation(
                source: source, site: site, isIndexed: isIndexed, settings: String(decoding: try File.contents(of: settings), as: UTF8.self),
                commands: try CommandManual.commands())
        }
    }

    struct Render: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the pages that nginx serves at /docs/, with the hosts of this installation.",
            discussion: "Setup and upgrades do it, and it can be repeated. What has not changed is left.")

        @OptionGroup var source: Source

        func run() throws {
            let configuration = try Configuration(.current())
            let documentation = try source.documentation(configuration.site, isIndexed: configuration.docsArePublic)
            print("\(try documentation.write(to: configuration.docs).count) pages in \(configuration.docs)")
        }
    }

    struct Manuals: ParsableCommand, AccountCommand {
        static let configuration = CommandConfiguration(
            commandName: "manual", abstract: "Write the manual pages for man, at packaging.")

        @OptionGroup var source: Source

        @Argument(help: "The folder of man1, man7 and the like.")
        var folder: String

        var account: Account? { nil }

        func run() throws {
            try source.documentation(SiteConfiguration(apiHost: "api.example.com", linkHost: "go.example.com")).writeManual(to: folder)
        }
    }
}

/// What the argument parser says of each command, for the manual: its own description, as `--experimental-dump-help` prints it.
enum CommandManual {
    static func commands() throws -> [Manual.Command] {
        let help = try JSON.parse(Array(Maskctl._dumpHelp().utf8))
        return commands(help["command"] ?? .null, above: "")
    }

    private static func commands(_ command: JSON, above: String) -> [Manual.Command] {
        guard let own = command["commandName"]?.stringValue, own != "help" else { return [] }
        let name = above + own
        let below = (command["subcommands"]?.arrayValue ?? []).flatMap { commands($0, above: name + " ") }
        guard below.isEmpty else { return below }
        let arguments = (command["arguments"]?.arrayValue ?? []).filter(isOwn)
        return [
            Manual.Command(
                name: name, synopsis: ([name] + arguments.map(synopsis)).joined(separator: " "),
                abstract: command["abstract"]?.stringValue ?? "", discussion: command["discussion"]?.stringValue ?? "",
                options: arguments.map { (title($0), $0["abstract"]?.stringValue ?? "") })
        ]
    }

    /// What each command has is told once.
    private static func isOwn(_ argument: JSON) -> Bool {
        let names = (argument["names"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        return argument["shouldDisplay"]?.boolValue == true && !names.contains("help") && !names.contains("version")
    }

    /// `--name <name>`
    private static func title(_ argument: JSON) -> String {
        let value = "<\(argument["valueName"]?.stringValue ?? "value")>"
        guard argument["kind"]?.stringValue != "positional", let name = argument["preferredName"] else { return value }
        let dashes = name["kind"]?.stringValue == "short" ? "-" : "--"
        return dashes + (name["name"]?.stringValue ?? "") + (argument["kind"]?.stringValue == "flag" ? "" : " " + value)
    }

    private static func synopsis(_ argument: JSON) -> String {
        let whole = title(argument) + (argument["isRepeating"]?.boolValue == true ? " …" : "")
        return argument["isOptional"]?.boolValue == true ? "[\(whole)]" : whole
    }
}
