import ArgumentParser
import Bootstrap
import Journal
import Signals

struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "The journal of clicks and requests on this host.",
        subcommands: [Status.self, Load.self, Reconcile.self])

    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show each segment and how much of it waits to be loaded.")
        @OptionGroup var output: OutputOptions

        func run() throws {
            let installation = try openInstallation()
            let segments = try JournalStatus.segments(in: installation.configuration.spool, store: installation.store)
            let rows = segments.map { segment -> [any Fact] in
                [segment.name, segment.bytes, segment.loaded, segment.bytes - segment.loaded]
            }
            output.print(["segment", "bytes", "loaded", "waiting"], rows)
        }
    }

    struct Load: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Load what waits, unless a worker of this host does so already.")
        @Flag(help: "Say how much was loaded.") var verbose = false
        @Flag(help: "Say what would be loaded, and do nothing.") var dryRun = false

        func run() throws {
            try job(.journalLoad, isRehearsal: dryRun) { try dryRun ? tell($0) : load($0) }
        }

        private func tell(_ installation: Installation) throws {
            for segment in try JournalStatus.segments(in: installation.configuration.spool, store: installation.store)
            where segment.bytes > segment.loaded {
                print("would load \(segment.bytes - segment.loaded) bytes of \(segment.name)")
            }
        }

        private func load(_ installation: Installation) throws {
            var loader = JournalLoader(
                directory: installation.configuration.spool, store: installation.store, logger: installation.logger,
                metrics: JournalMetrics(installation.memory),
                counted: CountedClicks.announcer(in: installation.memory, through: installation.redis))
            var (clicks, requests) = (0, 0)
            while let loaded = try loader.load() {
                clicks += loaded.clicks
                requests += loaded.requests
                if !loaded.isFull { break }
            }
            if verbose { print("loaded \(clicks) clicks and \(requests) requests") }
        }
    }

    struct Reconcile: AccountCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare what was served with what is stored; exit 1 on a difference.",
            discussion: """
                Compares clicks with their roll-ups and totals. With --access-log it also looks for every redirect that \
                nginx answered. Give it a moment after the last click: the journal must have been loaded.
                """)
        @Option(help: "nginx's access log in the format of nginx/mask.conf.") var accessLog: String?
        @OptionGroup var output: OutputOptions

        /// nginx's log is for root and the group adm.
        var account: Account? { nil }

        func run() throws {
            let installation = try openInstallation()
            let report = try Reconciliation(store: installation.store, spool: installation.configuration.spool)
                .compare(accessLog: accessLog)
            let rows = report.map { check -> [any Fact] in
                [check.name, check.served, check.stored, check.served - check.stored]
            }
            output.print(["check", "served", "stored", "difference"], rows)
            if report.contains(where: { $0.served != $0.stored }) { throw ExitCode.failure }
        }
    }
}
