import ArgumentParser
import Bootstrap
import Model
import Operations
import Store

struct MaintainCommand: AccountCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintain", abstract: "Make partitions ahead; forget what is older than it is kept.",
        discussion: """
            Run by cron. Prints nothing unless --verbose. It goes by MariaDB's clock and does nothing where this host's is \
            another; after days without it, it goes on by a day a run and forgets nothing until it has caught up.
            """)

    /// Only it may drop partitions and take old entries out of the audit log.
    var account: Account? { .administrator }

    @Flag(help: "Say what was done.")
    var verbose = false

    @Flag(help: "Say what would be done, and do nothing.")
    var dryRun = false

    func run() throws {
        try job(.maintain, isRehearsal: dryRun) { installation in
            let done = try Maintenance.run(installation.store, office: installation.office, isRehearsal: dryRun)
            if verbose || dryRun { done.forEach { print($0) } }
        }
    }
}

/// Days since 1970, UTC.
func today() -> Int { Timestamp.now().day }
