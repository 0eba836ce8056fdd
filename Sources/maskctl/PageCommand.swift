import ArgumentParser
import Bootstrap
import Model
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

        func run() throws {
            let synced = try openInstallation().publisher.synchronize()
            guard verbose else { return }
            synced.written.forEach { print("wrote \($0)") }
            synced.removed.forEach { print("removed \($0)") }
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
