import ArgumentParser
import Bootstrap
import Model
import Operations
import POSIX
import Work

extension DomainCommand {
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Look whether the addresses of verified hosts still lead here, and how long certificates last.",
            discussion: """
                Changes nothing: a host stays verified when its records go. cron runs it once a day; it prints nothing where \
                all is well, else a sentence, and exits 1. With --verbose each host.
                """)
        @Flag(help: "Tell of every host.") var verbose = false
        @Flag(help: "The same: a check changes nothing.") var dryRun = false

        func run() throws {
            var complaints: [String] = []
            try job(.domainCheck, isRehearsal: dryRun) { installation in
                let inspection = DomainInspection(
                    resolver: installation.resolver, linkHost: installation.configuration.site.linkHost)
                complaints = Certificates(installation.configuration).complaints(at: .now())
                for domain in try installation.office.domains() where domain.status == .verified && domain.workspace != nil {
                    let check = inspection.inspect(domain, at: .now())
                    if verbose { print("\(domain.host) \(check.address.rawValue)") }
                    // A name server that does not answer today may tomorrow.
                    guard check.address == .missing || check.address == .wrong else { continue }
                    complaints.append("\(domain.host) \(check.address == .missing ? "has no address" : "leads elsewhere")")
                }
            }
            // The check has come to a good end all the same.
            guard !complaints.isEmpty else { return }
            let rest = complaints.count - Self.limit
            complain(
                "\(Job.domainCheck.command): " + complaints.prefix(Self.limit).joined(separator: "; ")
                    + (rest > 0 ? "; and \(rest) more" : ""))
            throw ExitCode.failure
        }

        /// What one mail tells of.
        private static let limit = 20
    }
}
