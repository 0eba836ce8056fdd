import API
import ArgumentParser
import Bootstrap
import Model

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "API keys.", subcommands: [Create.self, List.self, Revoke.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Create a key. It is shown once and stored nowhere.")
        @Option(help: "The workspace's slug.") var workspace: String
        @Option(help: "What the key is for.") var name: String
        @Option(help: "Scopes divided by commas; 'all' is every public one. \(Scope.allCases.map(\.rawValue).joined(separator: ", "))")
        var scopes: Scopes
        @Option(help: "When it ends, in RFC 3339.") var expiresAt: Timestamp?
        @Option(help: "Requests a minute, where lower than the workspace's.") var limit: Int?
        @OptionGroup var output: OutputOptions

        func run() throws {
            let administration = try openInstallation().administration
            let (key, text) = try administration.createKey(
                in: try administration.workspace(workspace), name: name, scopes: scopes.list, expiresAt: expiresAt,
                requestsPerMinute: limit)
            output.print([
                "key": text.text, "id": key.id.description, "name": key.name,
                "scopes": key.scopes.list.map(\.rawValue).joined(separator: " "),
                "expires_at": key.expiresAt?.rfc3339 ?? "",
            ])
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List keys by their hints.")
        @Option(help: "Only this workspace's.") var workspace: String?
        @OptionGroup var output: OutputOptions

        func run() throws {
            let administration = try openInstallation().administration
            let keys = try administration.keys(in: try workspace.map(administration.workspace))
            output.print(["id", "hint", "name", "scopes", "expires_at", "revoked_at"], keys.map { key in
                [
                    key.id.description, key.hint, key.name, key.scopes.list.map(\.rawValue).joined(separator: " "),
                    key.expiresAt?.rfc3339 ?? "", key.revokedAt?.rfc3339 ?? "",
                ]
            })
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a key. When this returns, no worker lets it in any more.")
        @Argument(help: "key_…") var id: APIKeyID

        func run() throws { try openInstallation().administration.revokeKey(id) }
    }
}

extension APIKeyID: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension Timestamp: ExpressibleByArgument {
    public init?(argument: String) { self.init(rfc3339: argument) }
}

extension Scopes: ExpressibleByArgument {
    public init?(argument: String) {
        var scopes: [Scope] = []
        for name in argument.split(separator: ",") {
            if name == "all" {
                scopes += Scope.publicScopes
            } else if let scope = Scope(rawValue: String(name)) {
                scopes.append(scope)
            } else {
                return nil
            }
        }
        guard !scopes.isEmpty else { return nil }
        self.init(scopes)
    }
}
