import ArgumentParser
import Bootstrap
import Operations

struct MigrateCommand: AccountCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the database's schema up to date.",
        discussion: """
            Safe to interrupt and to run again. Workers refuse to start on an older schema. At the end the accounts of the \
            workers and the sender get their rights to the tables (roles.sql).
            """)

    @Flag(help: "Say what would be done, and do nothing.")
    var dryRun = false

    @Flag(help: "Print nothing but what goes wrong.")
    var quiet = false

    var account: Account? { .administrator }

    func run() throws {
        let installation = try openInstallation()
        guard !dryRun else {
            return try installation.pendingMigrations().forEach { print("would apply \($0)") }
        }
        try installation.migrate { if !quiet { print($0) } }
    }
}
