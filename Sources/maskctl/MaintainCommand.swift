import ArgumentParser
import Bootstrap
import Model
import Store

struct MaintainCommand: AccountCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintain", abstract: "Make partitions ahead; forget what is older than it is kept.",
        discussion: "Run by cron. Prints nothing unless --verbose.")

    /// Only it may drop partitions and take old entries out of the audit log.
    var account: Account? { .administrator }

    @Flag(help: "Say what was done.")
    var verbose = false

    func run() throws {
        let store = try openInstallation().store
        var done = try store.write { try Partitions.maintainAll(today: today(), on: $0) }
        try store.write { connection in
            try VisitorSalts.destroy(before: today() - 1, on: connection)
            try JournalSegments.forget(before: Timestamp(milliseconds: Int64(today() - 30) * 86_400_000), on: connection)
        }
        for workspace in try store.read({ try Workspaces.list(on: $0) }) {
            let removed = try store.write { try AuditChain.prune(workspace.id, plan: workspace.plan, at: .now(), on: $0) }
            if removed > 0 { done.append("\(workspace.slug): forgot \(removed) entries of the audit log") }
        }
        while try store.write({ try IdempotencyKeys.forgetOld(at: .now(), on: $0) }) > 0 {}
        if verbose { done.forEach { print($0) } }
    }
}

/// Days since 1970, UTC.
func today() -> Int { Timestamp.now().day }
