import API
import ArgumentParser
import Bootstrap
import Model

struct DomainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "domain", abstract: "Hosts of short links.", subcommands: [Add.self, List.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give a host to a workspace.")
        @Argument(help: "Such as go.example.com.") var host: String
        @Option(help: "The workspace's slug.") var workspace: String
        @OptionGroup var output: OutputOptions

        func run() throws {
            let name: HostName
            do { name = try HostName(validating: host) } catch { throw ValidationError(error.message) }
            let administration = try openInstallation().administration
            let domain = try administration.addDomain(name, to: try administration.workspace(workspace))
            output.print(["host": domain.host, "workspace": workspace, "id": domain.id.description])
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all hosts.")
        @OptionGroup var output: OutputOptions

        func run() throws {
            let administration = try openInstallation().administration
            let slugs = Dictionary(uniqueKeysWithValues: try administration.workspaces().map { ($0.id, $0.slug) })
            output.print(["host", "workspace", "id"], try administration.domains().map { domain in
                [domain.host, domain.workspace.flatMap { slugs[$0] } ?? "(all)", domain.id.description]
            })
        }
    }
}
