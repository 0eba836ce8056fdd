import ArgumentParser
import Bootstrap
import Model
import Operations
import Work

extension DomainCommand {
    struct Certificate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Get the certificate of a host from the authority, or renew it.",
            discussion: """
                certbot proves the host over port 80, so its address has to lead to this nginx. cron runs --all once a day: \
                it renews what is about to end, gets what is missing for verified hosts whose address leads here (at most \
                \(Certificates.perWorkspace) of a workspace each time), and forgets what belongs to nobody any more. Prints nothing where all is well, and a sentence where a certificate ends \
                in less than 14 days. Where this installation sends mail, MASK_ACME_EMAIL hears of one that ends in less \
                than \(CertificateMails.warningDays) days.
                """)

        @Argument(help: "Such as go.example.com.") var host: String?
        @Flag(help: "All verified hosts.") var all = false
        @Flag(help: "Keep nothing: ask the authority's test side; with --all, only say what would be done.") var dryRun = false

        func validate() throws {
            guard (host == nil) == all else { throw ValidationError("Name a host, or use --all.") }
        }

        func run() throws {
            guard let host else { return try job(.domainCertificate, isRehearsal: dryRun, keepAll) }
            let installation = try openInstallation()
            let name = try hostName(host)
            let site = installation.configuration.site
            if !site.ownHosts.contains(name.text) {
                let domain = try installation.office.domain(name.text)
                guard domain.status == .verified else { throw ValidationError("\(name) is not verified yet.") }
            }
            try Certificates(installation.configuration).get(name.text, isRehearsal: dryRun)
        }

        private func keepAll(_ installation: Installation) throws {
            let certificates = Certificates(installation.configuration)
            let site = installation.configuration.site
            let verified = try installation.office.domains().filter { $0.status == .verified }
            let hosts = Set(verified.map(\.host) + site.ownHosts)
            var failures: [String] = []
            func trying(_ plan: String, _ body: () throws -> Void) {
                if dryRun { return print("would \(plan)") }
                do { try body() } catch { failures.append("\(error)") }
            }
            for host in certificates.held where !hosts.contains(host) {
                trying("forget the certificate of \(host)") { try certificates.remove(host) }
            }
            if !certificates.held.isEmpty {
                trying("renew what is about to end of \(certificates.held.joined(separator: ", "))") { try certificates.renew() }
            }
            let inspection = DomainInspection(resolver: installation.resolver, linkHost: site.linkHost)
            let lacking = verified.filter { !certificates.isThere($0.host) }
            for domain in Certificates.chosen(among: lacking.shuffled()) {
                guard inspection.inspect(domain, at: .now()).address == .found else { continue }
                trying("get a certificate of \(domain.host)") { try certificates.get(domain.host) }
            }
            failures += certificates.complaints(at: .now())
            if !dryRun {
                let ends = CertificateFolder.ends(in: installation.configuration.certificates)
                try CertificateMails.add(about: ends, installation.configuration, in: installation.store)
            }
            if !failures.isEmpty { throw JobFailure(description: failures.joined(separator: "; ")) }
        }
    }
}
