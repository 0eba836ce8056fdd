import Bootstrap
import POSIX

/// What the manual pages are made of beside their own words: the variables of the configuration, and the commands of `maskctl`.
package struct Manual {
    /// A command or one that is below it, as the argument parser describes it.
    package struct Command {
        /// `maskctl key create`
        package let name: String
        /// `maskctl key create --workspace <workspace> --name <name>`
        package let synopsis: String
        package let abstract: String
        package let discussion: String
        /// `--name <name>`, and what it is for.
        package let options: [(names: String, help: String)]

        package init(name: String, synopsis: String, abstract: String, discussion: String, options: [(names: String, help: String)]) {
            (self.name, self.synopsis, self.abstract) = (name, synopsis, abstract)
            (self.discussion, self.options) = (discussion, options)
        }
    }

    /// What `systemd/mask.env` says under one of its headings.
    struct Group {
        let title: String
        var variables: [(names: [(name: String, standard: String)], about: String)] = []
    }

    let groups: [Group]
    private let commands: [Command]

    /// - Parameter settings: the file of the configuration: headings as `# --- hosts ---`, and below them comments, each above the lines
    ///   `#NAME=default` that it is about.
    package init(settings: String, commands: [Command]) {
        self.commands = commands
        groups = Self.groups(settings)
    }

    private static func groups(_ settings: String) -> [Group] {
        var (groups, comment, names) = ([Group](), [String](), [(name: String, standard: String)]())
        func finish() {
            defer { (comment, names) = ([], []) }
            guard !names.isEmpty, !groups.isEmpty else { return }
            groups[groups.count - 1].variables.append((names, comment.joined(separator: " ")))
        }
        for line in settings.split(separator: "\n", omittingEmptySubsequences: false) {
            if let heading = line.wholeMatch(of: /# -{3,} *(.+?) *-+/) {
                finish()
                let title = String(heading.output.1)
                groups.append(Group(title: title.prefix(1).uppercased() + title.dropFirst()))
            } else if let variable = line.wholeMatch(of: /#?([A-Z][A-Z0-9_]+)=(.*)/) {
                names.append((String(variable.output.1), String(variable.output.2)))
            } else if line.hasPrefix("#") {
                if !names.isEmpty { finish() }
                comment.append(line.drop { $0 == "#" || $0 == " " }.description)
            } else {
                finish()
            }
        }
        finish()
        return groups
    }

    /// For the templates of the manual.
    var values: [String: Any] {
        [
            "groups": groups.map { group in
                [
                    "title": group.title,
                    "variables": group.variables.map { variable in
                        [
                            "name": variable.names.map(\.name).joined(separator: ", "), "about": variable.about,
                            "default": variable.names.map(\.standard).filter { !$0.isEmpty }.joined(separator: ", "),
                        ]
                    },
                ] as [String: Any]
            },
            "commands": commands.map { command in
                [
                    "name": command.name, "synopsis": command.synopsis, "abstract": command.abstract, "discussion": command.discussion,
                    "options": command.options.map { ["names": $0.names, "help": $0.help] }, "hasOptions": !command.options.isEmpty,
                ] as [String: Any]
            },
        ]
    }
}

extension Documentation {
    /// Writes the manual pages for `man`, as `man7/mask.7`.
    package func writeManual(to folder: String) throws {
        try Folder.make(folder)
        for file in try Folder.stems(source + "/manual", suffix: ".md") {
            let parts = file.split(separator: ".")
            guard parts.count > 1, let section = parts.last else { continue }
            let markdown = try Markdown(try filled("manual/\(file).md"))
            let page = """
                '\\" t
                .TH "\(file.dropLast(section.count + 1).uppercased())" "\(section)" "" "MASK \(Release.version)" "MASK"
                .nh
                .ad l
                .SH NAME
                \(Self.name(markdown.title))
                \(markdown.man())
                """
            try Folder.make("\(folder)/man\(section)")
            try FileWriter.write(Array(page.utf8), to: "\(folder)/man\(section)/\(file)", isZipped: false)
        }
    }

    /// `mask(7) — short links` as `whatis` reads it.
    private static func name(_ title: String) -> String {
        guard let match = title.wholeMatch(of: /(.+?)\(\d\) [—–-] (.+)/) else { return title }
        return "\(match.output.1.replacing("-", with: "\\-")) \\- \(match.output.2)"
    }
}
