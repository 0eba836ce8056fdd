import ArgumentParser
import Bootstrap
import Glibc
import Model
import Work

struct WorkspaceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workspace", abstract: "Workspaces: the tenants.",
        subcommands: [Create.self, List.self, Show.self, SetPlan.self, SetLimit.self, SetQuota.self, Delete.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Create a workspace.")
        @Argument(help: "Lower-case letters, digits and hyphens.") var slug: String
        @Option(help: "The name that people see; the slug where left out.") var name: String?
        @Option(help: "hobby, pro or enterprise.") var plan: Plan = .hobby
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard !Workspace.reservedSlugs.contains(slug) else {
                throw ValidationError("\(slug) is an address of the dashboard's own; choose another name.")
            }
            guard Workspace.isValidSlug(slug) else {
                throw ValidationError("A workspace is called by 1 to 63 lower-case letters, digits and inner hyphens.")
            }
            try validateName(name)
        }

        func run() throws {
            let workspace = Workspace(id: .new(), slug: slug, name: name ?? slug, plan: plan, createdAt: .now())
            try WorkspaceWork(openInstallation().office.assignment(for: workspace)).create().make()
            output.print(workspace.facts)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the workspaces.")
        @OptionGroup var output: OutputOptions

        func run() throws {
            let rows = try openInstallation().office.workspaces().map { $0.facts.map(\.value) }
            output.print(["slug", "name", "plan", "requests_per_minute", "id", "created_at"], rows)
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a workspace.")
        @Argument var slug: String
        @OptionGroup var output: OutputOptions

        func run() throws { output.print(try openInstallation().office.workspace(slug).facts) }
    }

    struct SetPlan: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "plan", abstract: "Change the plan; the next request has its limit.")
        @Argument var slug: String
        @Argument(help: "hobby, pro or enterprise.") var plan: Plan

        func run() throws {
            let workspace = try openInstallation().office.change(slug) { $0.plan = plan }.before
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
            let (before, after) = try openInstallation().office.change(slug) { $0.limitOverride = Int(limit) }
            print("\(slug) may make \(after.requestsPerMinute) requests a minute now, and might make \(before.requestsPerMinute).")
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
            let office = try openInstallation().office
            if let name, let number { try office.change(slug) { $0.quotas[name] = Int(number) } }
            let after = try office.workspace(slug)
            output.print(["quota", "limit", "plan", "used"], try Quota.allCases.map { quota in
                [
                    quota.rawValue, after.limit(of: quota), after.plan.limit(of: quota),
                    try office.used(quota, of: after),
                ]
            })
        }
    }
}

extension WorkspaceCommand {
    struct Delete: AccountCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a workspace and everything that belongs to it.",
            discussion: """
                Keys, links and hosts are unknown at once, on every worker of every host, and pages a moment later. Then go members, webhooks, images, \
                clicks, analytics, events, deliveries and the audit log. Killed in between, it goes on when it is run again, or with \
                the next maskctl maintain. What remains for 30 days is the name, the id, and who deleted it when; backups, MariaDB's \
                binary log and nginx's logs keep what is in them.
                """)
        @Argument(help: "The workspace's slug.") var slug: String
        @Flag(help: "Do not ask for the name.") var yes = false

        /// Only it may delete clicks, keys and the audit log.
        var account: Account? { .administrator }

        func validate() throws {
            guard Workspace.isValidSlug(slug) else { throw ValidationError("\(slug) is the name of no workspace.") }
        }

        func run() throws {
            let office = try openInstallation().office
            if try !office.isDeleted(slug) { try ask(office) }
            let rows = try office.deleteWorkspace(slug, by: .maskctl(Account.person))
            print("Deleted \(slug): \(rows) rows.")
        }

        private func ask(_ office: Office) throws {
            let workspace = try office.workspace(slug)
            guard !yes else { return }
            let counts = try [Quota.links, .bioPages, .domains, .members].map {
                "\($0.rawValue.replacing("_", with: " ")): \(try office.used($0, of: workspace) ?? 0)"
            }
            print("\(slug) has \(counts.joined(separator: ", ")). Nothing brings them back but a backup.")
            print("Type \(slug) to delete it: ", terminator: "")
            fflush(nil)
            guard readLine() == slug else { throw ValidationError("That is not its name. Nothing was deleted.") }
        }
    }
}

extension Office {
    /// Changes a workspace in one thing.
    @discardableResult
    fileprivate func change(_ slug: String, _ body: (inout Workspace) -> Void) throws -> (before: Workspace, after: Workspace) {
        let before = try workspace(slug)
        var after = before
        body(&after)
        return (before, try WorkspaceWork(assignment(for: before)).update(before, to: after).make().value)
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
