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
                throw ValidationError("\(name) belongs to the service itself (MASK_API_HOST, MASK_LINK_HOST, MASK_APP_HOST); name another host.")
            }
            let office = installation.office
            let domain = try DomainWork(office.assignment(for: office.workspace(workspace))).vouch(for: name).make().value
            output.print(["host": domain.host, "workspace": workspace, "id": domain.id.description])
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all hosts.")
        @OptionGroup var output: OutputOptions

        func run() throws {
            let office = try openInstallation().office
            let slugs = Dictionary(uniqueKeysWithValues: try office.workspaces().map { ($0.id, $0.slug) })
            output.print(["host", "workspace", "status", "id"], try office.domains().map { domain in
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
            let office = try openInstallation().office
            // The installation's own may be a single word or an address.
            let name = (try? HostName(validating: host))?.text ?? host.lowercased()
            let domain = try office.domain(name, includingShared: true)
            var settings = domain.settings
            if let rootURL { settings.rootURL = try address(rootURL, office) }
            if let notFoundURL { settings.notFoundURL = try address(notFoundURL, office) }
            if let expiredURL { settings.expiredURL = try address(expiredURL, office) }
            if let owner = domain.workspace {
                try DomainWork(office.assignment(for: owner)).set(settings, of: domain).make()
            } else {
                try office.set(settings, ofShared: domain)
            }
        }

        /// Nothing of ours: two hosts could send visitors to each other for ever.
        private func address(_ text: String, _ office: Office) throws -> String? {
            if text.isEmpty { return nil }
            do {
                let destination = try Destination(validating: text)
                guard try !office.domains().contains(where: { $0.host == destination.host }) else {
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
            let office = installation.office
            let before = try office.domain(name.text, of: try workspace.map(office.workspace))
            let inspection = DomainInspection(resolver: installation.resolver, linkHost: installation.configuration.site.linkHost)
            let check = inspection.inspect(before, at: .now())
            let domain = try DomainWork(office.assignment(for: try owner(of: before, office))).note(check, of: before).make().value
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
            let office = try openInstallation().office
            let name = try hostName(host)
            let domain = try office.domain(name.text, of: try workspace.map(office.workspace))
            let owner = try owner(of: domain, office)
            guard yes || confirmed("Take \(domain.host) from \(owner.slug)? Another workspace may have it then.") else {
                throw CleanExit.message("Nothing was changed.")
            }
            try DomainWork(office.assignment(for: owner)).delete(domain).make()
            print("Removed \(domain.host) from \(owner.slug).")
        }
    }
}

/// The workspace that has a domain, or waits for it.
private func owner(of domain: Domain, _ office: Office) throws -> Workspace {
    guard let owner = domain.workspace else { throw Refusal.unknownDomain(domain.host) }
    return try office.workspace(owner)
}

/// A host as the sysadmin types it.
func hostName(_ text: String) throws -> HostName {
    do { return try HostName(validating: text) } catch { throw ValidationError(error.message) }
}
