import API
import ArgumentParser
import Bootstrap
import Model

struct WorkspaceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workspace", abstract: "Workspaces: the tenants.",
        subcommands: [Create.self, List.self, Show.self, SetPlan.self, SetLimit.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Create a workspace.")
        @Argument(help: "Lower-case letters, digits and hyphens.") var slug: String
        @Option(help: "The name that people see; the slug where left out.") var name: String?
        @Option(help: "hobby, pro or enterprise.") var plan: Plan = .hobby
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard Workspace.isValidSlug(slug) else {
                throw ValidationError("A workspace is called by 1 to 63 lower-case letters, digits and inner hyphens.")
            }
            try validateName(name)
        }

        func run() throws {
            let workspace = try openInstallation().administration.createWorkspace(slug: slug, name: name ?? slug, plan: plan)
            output.print(workspace.facts)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the workspaces.")
        @OptionGroup var output: OutputOptions

        func run() throws {
            let rows = try openInstallation().administration.workspaces().map { $0.facts.map(\.value) }
            output.print(["slug", "name", "plan", "requests_per_minute", "id", "created_at"], rows)
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a workspace.")
        @Argument var slug: String
        @OptionGroup var output: OutputOptions

        func run() throws { output.print(try openInstallation().administration.workspace(slug).facts) }
    }

    struct SetPlan: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "plan", abstract: "Change the plan; the next request has its limit.")
        @Argument var slug: String
        @Argument(help: "hobby, pro or enterprise.") var plan: Plan

        func run() throws {
            let administration = try openInstallation().administration
            try administration.setPlan(plan, of: try administration.workspace(slug))
        }
    }

    struct SetLimit: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "limit", abstract: "Set the requests a minute apart from the plan's.")
        @Argument var slug: String
        @Argument(help: "A number, or 'plan' to go back to the plan's.") var limit: String

        func validate() throws {
            guard limit == "plan" || Int(limit).map({ (1...1_000_000_000).contains($0) }) == true else {
                throw ValidationError("The limit is a number from 1, or 'plan'.")
            }
        }

        func run() throws {
            let administration = try openInstallation().administration
            try administration.setLimit(Int(limit), of: try administration.workspace(slug))
        }
    }
}

extension Plan: ExpressibleByArgument {}

extension Workspace {
    fileprivate var facts: KeyValuePairs<String, String> {
        [
            "slug": slug, "name": name, "plan": plan.rawValue, "requests_per_minute": String(requestsPerMinute),
            "id": id.description, "created_at": createdAt.rfc3339,
        ]
    }
}
