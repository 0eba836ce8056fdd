import ArgumentParser
import Bootstrap
import Model
import Work

struct DomainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "domain", abstract: "Hosts of short links: whose they are, and their certificates.",
        subcommands: [Add.self, List.self, Lead.self, Verify.self, Check.self, Certificate.self, Remove.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a host to a workspace, without asking for proof that it is theirs.")
        @Argument(help: "Such as go.example.com.") var host: String
        @Option(help: "The workspace's slug.") var workspace: String
        @OptionGroup var output: OutputOptions

        func run() throws {
            let name = try hostName(host)
            let installation = try openInstallation()
            guard !installation.configuration.site.isReserved(name.text), name.text != "localhost" else {
                throw ValidationError("\(name) belongs to the service itself (MASK_API_HOST, MASK_LINK_HOST); name another host.")
            }
            let administration = installation.administration
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
            output.print(["host", "workspace", "status", "id"], try administration.domains().map { domain in
                [
                    domain.host, domain.workspace.flatMap { slugs[$0] } ?? "(all)", domain.status.rawValue,
                    domain.id.description,
                ]
            })
        }
    }

    struct Lead: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Say where a host leads whose visitors follow no link that works; \"\" for MASK's own page.",
            discussion: "Also of the link host that all workspaces share, whose address only the sysadmin can set.")
        @Argument(help: "Such as links.example.com.") var host: String
        @Option(help: "Where the bare host leads.") var rootURL: String?
        @Option(help: "Where an address without a link leads.") var notFoundURL: String?
        @Option(help: "Where an expired link leads that says nothing itself.") var expiredURL: String?

        func validate() throws {
            guard rootURL != nil || notFoundURL != nil || expiredURL != nil else {
                throw ValidationError("Name at least one of --root-url, --not-found-url and --expired-url.")
            }
        }

        func run() throws {
            let administration = try openInstallation().administration
            // The installation's own may be a single word or an address.
            let name = (try? HostName(validating: host))?.text ?? host.lowercased()
            let domain = try administration.domain(name, includingShared: true)
            var settings = domain.settings
            if let rootURL { settings.rootURL = try address(rootURL, administration) }
            if let notFoundURL { settings.notFoundURL = try address(notFoundURL, administration) }
            if let expiredURL { settings.expiredURL = try address(expiredURL, administration) }
            try administration.set(settings, of: domain)
        }

        /// Nothing of ours: two hosts could send visitors to each other for ever.
        private func address(_ text: String, _ administration: Administration) throws -> String? {
            if text.isEmpty { return nil }
            do {
                let destination = try Destination(validating: text)
                guard try !administration.domains().contains(where: { $0.host == destination.host }) else {
                    throw ValidationError("\(text) is on a host of MASK; lead to an address outside of it.")
                }
                return destination.text
            } catch let problem as DestinationProblem {
                throw ValidationError(problem.message)
            }
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Look at the DNS records of a host, as its workspace can do over the API.",
            discussion: "Exits 1 where the host is not verified, or its address leads elsewhere.")
        @Argument(help: "Such as go.example.com.") var host: String
        @Option(help: "The workspace's slug, where several wait for the host.") var workspace: String?
        @OptionGroup var output: OutputOptions

        func run() throws {
            let (installation, name) = (try openInstallation(), try hostName(host))
            let administration = installation.administration
            let domain = try administration.verifyDomain(
                try administration.domain(name.text, of: try workspace.map(administration.workspace)),
                with: installation.resolver, linkHost: installation.configuration.site.linkHost)
            output.print([
                "host": domain.host, "status": domain.status.rawValue, "ownership": domain.check.ownership.rawValue,
                "address": domain.check.address.rawValue, "error": domain.check.error,
            ])
            guard domain.status == .verified, domain.check.address == .found else { throw ExitCode.failure }
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a host from its workspace, so that another may have it. It must have no links and pages.")
        @Argument(help: "Such as go.example.com.") var host: String
        @Option(help: "The workspace's slug, where several wait for the host.") var workspace: String?
        @Flag(help: "Do not ask.") var yes = false

        func run() throws {
            let administration = try openInstallation().administration
            let name = try hostName(host)
            let domain = try administration.domain(name.text, of: try workspace.map(administration.workspace))
            let owner = try administration.workspaces().first { $0.id == domain.workspace }?.slug ?? "its workspace"
            guard yes || confirmed("Take \(domain.host) from \(owner)? Another workspace may have it then.") else {
                throw CleanExit.message("Nothing was changed.")
            }
            try administration.removeDomain(domain)
            print("Removed \(domain.host) from \(owner).")
        }
    }
}

/// A host as the sysadmin types it.
func hostName(_ text: String) throws -> HostName {
    do { return try HostName(validating: text) } catch { throw ValidationError(error.message) }
}
