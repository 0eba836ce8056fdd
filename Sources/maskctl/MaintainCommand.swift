import ArgumentParser
import Bootstrap
import Model
import Store

struct MaintainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintain", abstract: "Make partitions ahead, drop old ones, destroy old salts.",
        discussion: "Run by cron. Prints nothing unless --verbose.")

    @Flag(help: "Say what was done.")
    var verbose = false

    func run() throws {
        let store = try openInstallation().store
        var done: [String] = []
        for table in Partitions.tables {
            done += try store.write { try Partitions.maintain(table, today: today(), on: $0) }
        }
        try store.write { connection in
            try VisitorSalts.destroy(before: today() - 1, on: connection)
            try JournalSegments.forget(before: Timestamp(milliseconds: Int64(today() - 30) * 86_400_000), on: connection)
        }
        if verbose { done.forEach { print($0) } }
    }
}

/// Days since 1970, UTC.
func today() -> Int { Timestamp.now().day }
