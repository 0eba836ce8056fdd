import API
import ArgumentParser
import Bootstrap
import Model

struct WorkspaceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workspace", abstract: "Workspaces: the tenants.",
        subcommands: [Create.self, List.self, Show.self, SetPlan.self, SetLimit.self, SetQuota.self])

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
            let workspace = try administration.workspace(slug)
            try administration.setPlan(plan, of: workspace)
            print("\(slug) has the plan \(plan.rawValue) now, and had \(workspace.plan.rawValue).")
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
            let workspace = try administration.workspace(slug)
            try administration.setLimit(Int(limit), of: workspace)
            let now = try administration.workspace(slug).requestsPerMinute
            print("\(slug) may make \(now) requests a minute now, and might make \(workspace.requestsPerMinute).")
        }
    }
}

extension WorkspaceCommand {
    struct SetQuota: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "quota", abstract: "Show how much a workspace may have of what, and how much it has; set one of them.",
            discussion: """
                A quota bounds what is made from now on. What is there stays. Versions are kept for each page: the oldest make \
                room for the newest.
                """)
        @Argument var slug: String
        @Argument(help: "\(Quota.allCases.map(\.rawValue).joined(separator: ", ")).") var name: Quota?
        @Argument(help: "A number, or 'plan' to go back to the plan's.") var number: String?
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard (name == nil) == (number == nil) else { throw ValidationError("A quota is set with its name and a number.") }
            guard let number, number != "plan" else { return }
            guard Int(number).map({ (0...1_000_000_000_000).contains($0) }) == true else {
                throw ValidationError("A quota is a number from 0, or 'plan'.")
            }
            guard name != .pageVersions || number != "0" else { throw ValidationError("One version of a page is always kept.") }
        }

        func run() throws {
            let administration = try openInstallation().administration
            let workspace = try administration.workspace(slug)
            if let name, let number { try administration.setQuota(name, to: Int(number), of: workspace) }
            let after = try administration.workspace(slug)
            output.print(["quota", "limit", "plan", "used"], try Quota.allCases.map { quota in
                [
                    quota.rawValue, after.limit(of: quota), after.plan.limit(of: quota),
                    try administration.used(quota, of: after),
                ]
            })
        }
    }
}

extension Plan: ExpressibleByArgument {}
extension Quota: ExpressibleByArgument {}

extension Workspace {
    fileprivate var facts: KeyValuePairs<String, any Fact> {
        [
            "slug": slug, "name": name, "plan": plan.rawValue, "requests_per_minute": requestsPerMinute,
            "id": id.description, "created_at": createdAt.rfc3339,
        ]
    }
}
