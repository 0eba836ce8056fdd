import ArgumentParser
import Bootstrap
import LinkStore
import Model
import Operations
import Store

struct PageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "page", abstract: "Bio pages: their files on this host.", subcommands: [Sync.self, Render.self])

    struct Sync: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the files that this host lacks or that are due; remove those that nobody should see.",
            discussion: "Run by cron on every host. Prints nothing unless --verbose.")

        @Flag(help: "Say what was done.")
        var verbose = false

        @Flag(help: "Say what would be done, and do nothing.")
        var dryRun = false

        func run() throws {
            try job(.pageSync, isRehearsal: dryRun) { installation in
                // Schedules go by the clock: with a wrong one pages would show what is not due yet, and go on showing it.
                let now = try installation.store.agreedTime()
                let synced = try installation.publisher.synchronize(at: now, isRehearsal: dryRun)
                if verbose || dryRun {
                    synced.written.forEach { print("\(dryRun ? "would write" : "wrote") \($0)") }
                    synced.removed.forEach { print("\(dryRun ? "would remove" : "removed") \($0)") }
                }
                if let first = synced.failed.first {
                    throw JobFailure(description: "\(synced.failed.count) pages could not be written, such as \(first)")
                }
            }
        }
    }

    struct Render: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Render all pages anew, on every host, after a theme was changed.",
            discussion: "Other hosts follow with their next sync. Each host has to have the theme.")

        func run() throws {
            let installation = try openInstallation()
            try installation.store.write { try BioPages.moveStamps(at: .now(), on: $0) }
            print("\(try installation.publisher.synchronize().written.count) pages rendered")
        }
    }
}
